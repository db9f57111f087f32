import KoiJSON
import KoiSQLite

/// Who owned the records of one resource, from when to when, and why they changed hands.
struct OwnerHistory {
    /// A row of `ownerships`.
    struct Change {
        let record: Int64
        let at: Int64
        let previous: Int64?
        let owner: Int64?
        /// Nil for Koi itself.
        let by: Int64?
        let reason: String?
    }

    private let resource: Resource
    private let connection: Connection

    init(_ resource: Resource, _ connection: Connection) {
        self.resource = resource
        self.connection = connection
    }

    func add(_ change: Change) throws {
        try connection.run(
            """
            INSERT INTO ownerships (resource, record, at, previous, owner, "by", reason)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(resource.name), .integer(change.record), .integer(change.at),
                SQLValue(change.previous), SQLValue(change.owner), SQLValue(change.by), SQLValue(change.reason),
            ]
        )
    }

    /// A page of the owners of one record, the first one first, as `{"items": […], "next": …}`.
    func page(of record: Record, _ query: PageQuery) throws -> [UInt8] {
        var items: [(id: Int64, json: JSONValue)] = []
        let start = try query.position()?.id
        if start == nil { items.append((0, try first(of: record))) }
        items += try changes(of: record.id, after: start ?? 0, limit: query.limit + 1 - items.count)
        let page = items.prefix(query.limit)
        let next = items.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        let answer: JSONValue = [
            "items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null,
        ]
        return Array(answer.text.utf8)
    }

    /// The owner since the record was made: the previous one of the first change, or the one that it still has.
    private func first(of record: Record) throws -> JSONValue {
        let change = try connection.first(
            "SELECT previous, at FROM ownerships WHERE resource = ? AND record = ? ORDER BY id LIMIT 1",
            [.text(resource.name), .integer(record.id)]
        ) { (previous: $0.intOrNil(0), at: $0.int(1)) }
        let owner = resource.ownerField.flatMap { record[$0].integerValue }
        return OwnerHistory.item(
            owner: change.map(\.previous) ?? owner,
            from: record["createdAt"],
            to: change?.at,
            by: nil,
            reason: nil
        )
    }

    private func changes(of record: Int64, after id: Int64, limit: Int) throws -> [(id: Int64, json: JSONValue)] {
        try connection.rows(
            """
            SELECT id, owner, at, lead(at) OVER (ORDER BY id), "by", reason FROM ownerships
            WHERE resource = ? AND record = ? AND id > ? ORDER BY id LIMIT ?
            """,
            [.text(resource.name), .integer(record), .integer(id), .integer(Int64(limit))]
        ) { row in
            let item = OwnerHistory.item(
                owner: row.intOrNil(1),
                from: .string(Timestamp.text(row.int(2))),
                to: row.intOrNil(3),
                by: row.intOrNil(4),
                reason: row.textOrNil(5)
            )
            return (row.int(0), item)
        }
    }

    private static func item(
        owner: Int64?,
        from: JSONValue,
        to: Int64?,
        by: Int64?,
        reason: String?
    ) -> JSONValue {
        [
            "owner": owner.map(JSONValue.integer) ?? .null,
            "from": from,
            "to": to.map { .string(Timestamp.text($0)) } ?? .null,
            "by": by.map(JSONValue.integer) ?? .null,
            "reason": reason.map(JSONValue.string) ?? .null,
        ]
    }
}
