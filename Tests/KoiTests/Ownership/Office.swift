import KoiHTTP
import KoiJSON

@testable import Koi

/// A Koi with people who have roles and teams, each with a key.
struct Office {
    struct Person: Sendable {
        let id: Int64
        let key: String
    }

    static let manager: Int64 = 2
    static let sales: Int64 = 3
    static let viewer: Int64 = 5

    let koi: TestApp

    init(_ koi: TestApp) {
        self.koi = koi
    }

    init() throws {
        self.init(try TestApp())
    }

    func person(_ name: String, role: Int64 = Office.sales, team: Int64? = nil) throws -> Person {
        try koi.app.perform { transaction in
            let user = try RecordService(User.resource, transaction).add([
                "name": .string(name), "role": .integer(role), "team": team.map(JSONValue.integer) ?? .null,
            ]).id
            return Person(id: user, key: try APIKey.create(name: name, user: user, in: transaction))
        }
    }

    func team(_ name: String) throws -> Int64 {
        try koi.app.perform { try RecordService(Team.resource, $0).add(["name": .string(name)]).id }
    }

    /// - Parameter permissions: by resource and verb.
    func role(_ name: String, _ permissions: JSONValue) throws -> Int64 {
        try koi.app.perform {
            try RecordService(Role.resource, $0).add(["name": .string(name), "permissions": permissions]).id
        }
    }

    @discardableResult
    func customer(_ name: String, of owner: Person?) throws -> Int64 {
        try koi.app.perform {
            try RecordService(Customer.resource, $0)
                .add(["name": .string(name), "owner": owner.map { .integer($0.id) } ?? .null]).id
        }
    }

    @discardableResult
    func share(
        _ customer: Int64,
        with person: Person,
        _ access: String = "read",
        until expiresAt: JSONValue = .null,
        by key: String? = nil
    ) throws -> TestAnswer {
        try koi.request(
            .put,
            "/v1/customers/\(customer)/collaborators/\(person.id)",
            ["access": .string(access), "expiresAt": expiresAt],
            key: key
        )
    }

    func assign(
        _ customer: Int64,
        to person: Person?,
        because reason: JSONValue = .null,
        by key: String? = nil,
        fields: [(String, String)] = []
    ) throws -> TestAnswer {
        try koi.request(
            .put,
            "/v1/customers/\(customer)/owner",
            ["owner": person.map { .integer($0.id) } ?? .null, "reason": reason],
            key: key,
            fields: fields
        )
    }

    /// The ids that a list of customers has for somebody, all pages together.
    func ids(_ query: String = "", limit: Int = 100, for key: String? = nil) throws -> [Int64] {
        var found: [Int64] = []
        let first = "/v1/customers?limit=\(limit)&fields=id&" + query
        var target: String? = first
        while let page = target {
            let answer = try koi.request(.get, page, key: key)
            found += answer.items.compactMap { $0["id"].integerValue }
            target = answer["next"].stringValue.map { first + "&cursor=" + $0 }
        }
        return found
    }
}

extension TestAnswer {
    /// The fields that were refused, with their codes: `owner inactive_user`.
    var refused: [String] {
        (self["errors"].arrayValue ?? []).map {
            ($0["field"].stringValue ?? "") + " " + ($0["code"].stringValue ?? "")
        }
    }
}
