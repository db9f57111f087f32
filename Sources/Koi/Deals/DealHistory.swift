import KoiJSON
import KoiSQLite

/// In which stages a deal was, from when to when, and why it was moved.
struct DealHistory {
    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Notes that a deal came to its stage.
    func follow(_ deal: Record, before: Record?) throws {
        guard deal["stage"] != before?["stage"], let stage = deal["stage"].integerValue else { return }
        if before != nil {
            // A clock that was set back ends nothing before it began.
            try connection.run(
                """
                UPDATE deal_stages SET "until" = CASE WHEN since > ?1 THEN since ELSE ?1 END
                WHERE deal = ?2 AND "until" IS NULL
                """,
                [.integer(transaction.now), .integer(deal.id)]
            )
        }
        try connection.run(
            "INSERT INTO deal_stages (deal, stage, since, \"by\") VALUES (?, ?, ?, ?)",
            [
                .integer(deal.id), .integer(stage), .integer(transaction.now), SQLValue(transaction.actor.user),
            ]
        )
    }

    /// Says why a deal was moved to the stage in which it is, and what was missing for that.
    func explain(_ deal: Record, _ reason: String?, missing: [Problem.Issue]) throws {
        let lacks = missing.map { issue -> JSONValue in
            ["field": .string(issue.field), "code": .string(issue.code)]
        }
        try connection.run(
            "UPDATE deal_stages SET reason = ?, missing = ? WHERE deal = ? AND \"until\" IS NULL",
            [SQLValue(reason), lacks.isEmpty ? .null : .text(JSONValue.array(lacks).text), .integer(deal.id)]
        )
    }

    /// A page, the first stage first.
    func page(of deal: Int64, _ query: PageQuery) throws -> JSONValue {
        let start = try query.position()?.id ?? 0
        let rows = try connection.rows(
            """
            SELECT h.id, h.stage, s.name, h.since, h."until", h."by", h.reason, h.missing
            FROM deal_stages AS h JOIN stages AS s ON s.id = h.stage
            WHERE h.deal = ? AND h.id > ? ORDER BY h.id LIMIT ?
            """,
            [.integer(deal), .integer(start), .integer(Int64(query.limit) + 1)]
        ) { (id: $0.int(0), json: item($0)) }
        let page = rows.prefix(query.limit)
        let next = rows.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        return ["items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null]
    }

    private func item(_ row: Row) -> JSONValue {
        let (since, until) = (row.int(3), row.intOrNil(4))
        let missing = row.textOrNil(7).flatMap { try? JSONReader.read(Array($0.utf8)) }
        return [
            "stage": .integer(row.int(1)), "name": .string(row.text(2)),
            "from": .string(Timestamp.text(since)),
            "to": until.map { .string(Timestamp.text($0)) } ?? .null,
            "seconds": .integer(max(0, (until ?? transaction.now) - since) / 1_000),
            "by": row.intOrNil(5).map(JSONValue.integer) ?? .null,
            "reason": row.textOrNil(6).map(JSONValue.string) ?? .null,
            "forced": .bool(missing != nil),
            "missing": missing ?? [],
        ]
    }
}
