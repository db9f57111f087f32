import KoiHTTP
import KoiJSON
import KoiSQLite

/// Who read what is held back from others, what was refused, and who failed to sign in.
package enum AccessRoutes {
    package static let routes: [Route] = [
        .get("/v1/accesses", list).permitted(.area(.accesses, .read)).documented(AccessDocumentation.list)
    ]

    private static func list(_ call: Call) throws -> Answer {
        .json(try AccessList(call.query, for: call.actor).page(call.transaction().connection))
    }
}

/// A page of entries, the newest first.
struct AccessList {
    static let kinds = ["read", "refused", "failed_sign_in"]

    static let filters: [LogQuery.Filter] =
        [
            .isOne("user", .reference(User.resource.name), "a.\"user\""),
            .isOne("resource", LogQuery.word, "a.resource"),
            LogQuery.Filter(name: "record", kind: .reference("")) { ids in
                Dialect.hasElement("a.records", ids)
            },
            .isOne("kind", .choice(kinds.map { Choice($0, $0, $0) }), "a.kind"),
        ] + LogQuery.Filter.period("a.at")

    private let query: LogQuery
    private let before: Int64
    private let users: [Int64]?

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], for actor: Actor) throws {
        query = try LogQuery(parameters, of: "accesses", filters: AccessList.filters, for: actor)
        before = try query.position() ?? .max
        users = actor.users(within: .read, on: .accesses)
        guard !query.filtered.contains("record") || query.filtered.contains("resource") else {
            throw LogQuery.recordAlone
        }
    }

    func page(_ connection: Connection) throws -> [UInt8] {
        var entries = try rows(connection)
        var next = JSONValue.null
        if entries.count > query.limit {
            entries.removeLast()
            next = entries.last.map { .string(query.cursor(after: $0.id)) } ?? .null
        }
        let page: JSONValue = ["items": .array(entries.map(\.json)), "next": next]
        return Array(page.text.utf8)
    }

    /// One more than the page holds, which tells whether there is another.
    private func rows(_ connection: Connection) throws -> [(id: Int64, json: JSONValue)] {
        var sql = SQLFragment(
            """
            SELECT a.id, a.at, a.kind, a."actorKind", a.actor, a."user", a.request, a.address, a.account, a.method,
                a.path, a.resource, a.records, a.fields, a.code, a."count"
            FROM accesses AS a WHERE a.id < ? AND 
            """,
            [.integer(before)]
        )
        sql.append(query.condition)
        if let users {
            sql.append(" AND ")
            sql.append(Dialect.isOne(of: users, "a.\"user\""))
        }
        sql.append(" ORDER BY a.id DESC LIMIT ?", [.integer(Int64(query.limit + 1))])
        return try connection.rows(sql.sql, sql.values) { ($0.int(0), AccessList.json($0)) }
    }

    private static func json(_ row: Row) -> JSONValue {
        func text(_ column: Int) -> JSONValue { row.textOrNil(column).map(JSONValue.string) ?? .null }
        func number(_ column: Int) -> JSONValue { row.intOrNil(column).map(JSONValue.integer) ?? .null }
        return [
            "id": number(0),
            "at": .string(Timestamp.text(row.int(1))),
            "kind": text(2),
            "actor": row.isNull(3) ? .null : ["kind": text(3), "id": number(4)],
            "user": number(5),
            "request": text(6),
            "address": text(7),
            "account": text(8),
            "method": text(9),
            "path": text(10),
            "resource": text(11),
            "records": FieldKind.object.loaded(row, 12),
            "fields": FieldKind.object.loaded(row, 13),
            "code": text(14),
            "count": number(15),
        ]
    }
}
