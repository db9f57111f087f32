import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

extension TestApp {
    /// Somebody with a role of their own.
    struct Person: Sendable {
        let id: Int64
        let role: Int64
        let key: String
    }

    /// - Parameters:
    ///   - rights: by resource or area and verb, as a role has them.
    ///   - held: by resource and field what is held back.
    func person(named name: String = "Li", _ rights: JSONValue, held: JSONValue = [:]) throws -> Person {
        let role = try id(
            of: request(.post, "/v1/roles", ["name": .string(name), "permissions": rights, "fields": held])
        )
        let user = try id(of: request(.post, "/v1/users", ["name": .string(name), "role": .integer(role)]))
        let made = try request(.post, "/v1/keys", ["name": .string(name), "user": .integer(user)])
        return Person(id: user, role: role, key: try #require(made["key"].stringValue, "\(made.text)"))
    }

    /// Makes a record, whatever is there already, and returns its id.
    @discardableResult
    func make(_ resource: String, _ body: JSONValue) throws -> Int64 {
        let isCompared = app.catalog.resources[resource]?.findsDuplicates ?? false
        return try id(of: request(.post, "/v1/" + resource + (isCompared ? "?allowDuplicate=true" : ""), body))
    }

    private func id(of answer: TestAnswer) throws -> Int64 {
        try #require(answer["id"].integerValue, "\(answer.text)")
    }

    /// What the ledger holds of one kind, each as who, resource, ids, fields and code.
    func noted(_ kind: String) throws -> [JSONValue] {
        try app.ledger.flush()
        return try app.perform { transaction in
            try transaction.connection.rows(
                """
                SELECT "user", resource, records, fields, code FROM accesses WHERE kind = ? ORDER BY id
                """,
                [.text(kind)]
            ) { row in
                [
                    row.intOrNil(0).map(JSONValue.integer) ?? .null, row.textOrNil(1).map(JSONValue.string) ?? .null,
                    try JSONReader.read(Array(row.text(2).utf8)), try JSONReader.read(Array(row.text(3).utf8)),
                    row.textOrNil(4).map(JSONValue.string) ?? .null,
                ]
            }
        }
    }
}
