import KoiJSON
import KoiSQLite

/// What went wrong with a deal, stage by stage, so that it can be seen where help is needed.
struct DealProblems {
    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Parameter stage: that of the deal where none is given.
    /// - Throws: `Problem.notFound` for a stage of another pipeline.
    func add(_ text: String, in stage: Int64?, of deal: Record) throws -> JSONValue {
        let stage = try DealDeliverables(transaction).find(stage ?? deal["stage"].integerValue ?? 0, of: deal).id
        try connection.run(
            "INSERT INTO deal_problems (deal, stage, text, at, \"by\") VALUES (?, ?, ?, ?, ?)",
            [
                .integer(deal.id), .integer(stage), .text(text), .integer(transaction.now),
                SQLValue(transaction.actor.user),
            ]
        )
        let id = connection.lastInsertedID
        try transaction.events.append(
            Event(
                type: "deal.problemNoted",
                subject: EventSubject(resource: Deal.resource.name, id: deal.id),
                payload: ["after": ["stage": .integer(stage), "problem": .string(text)]],
                related: Deal.resource.rules.related(to: deal)
            ),
            in: transaction
        )
        return DealProblems.item(
            id: id,
            stage: stage,
            text: text,
            at: transaction.now,
            by: transaction.actor.user
        )
    }

    /// A page, the oldest first.
    func page(of deal: Int64, _ query: PageQuery) throws -> JSONValue {
        let start = try query.position()?.id ?? 0
        let rows = try connection.rows(
            """
            SELECT id, stage, text, at, "by" FROM deal_problems WHERE deal = ? AND id > ? ORDER BY id LIMIT ?
            """,
            [.integer(deal), .integer(start), .integer(Int64(query.limit) + 1)]
        ) { row in
            let item = DealProblems.item(
                id: row.int(0),
                stage: row.int(1),
                text: row.text(2),
                at: row.int(3),
                by: row.intOrNil(4)
            )
            return (id: row.int(0), json: item)
        }
        let page = rows.prefix(query.limit)
        let next = rows.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        return ["items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null]
    }

    private static func item(id: Int64, stage: Int64, text: String, at: Int64, by: Int64?) -> JSONValue {
        [
            "id": .integer(id), "stage": .integer(stage), "text": .string(text),
            "at": .string(Timestamp.text(at)), "by": by.map(JSONValue.integer) ?? .null,
        ]
    }
}
