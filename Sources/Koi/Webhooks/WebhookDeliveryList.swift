import KoiJSON
import KoiSQLite

/// A page of what a webhook was told, the newest first.
struct WebhookDeliveryList {
    private let webhook: Int64
    private let query: LogQuery
    private let before: Int64
    private let language: Language

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(of webhook: Int64, _ call: Call) throws {
        self.webhook = webhook
        language = call.language
        query = try LogQuery(
            call.query,
            of: "webhooks/\(webhook)/deliveries",
            filters: [
                .isOne("state", WebhookDeliveryList.states, "d.state"),
                .isOne("sequence", .reference(""), "d.sequence"),
            ],
            for: call.actor
        )
        before = try query.position() ?? .max
    }

    private static let states = FieldKind.choice(
        WebhookDelivery.State.allCases.map { Choice($0.rawValue, $0.rawValue, $0.rawValue) }
    )

    func page(_ transaction: Transaction) throws -> [UInt8] {
        var sql = SQLFragment(
            "SELECT \(WebhookDelivery.columns) FROM webhook_deliveries AS d WHERE d.webhook = ? AND d.id < ? AND ",
            [.integer(webhook), .integer(before)]
        )
        sql.append(query.condition)
        sql.append(" ORDER BY d.id DESC LIMIT ?", [.integer(Int64(query.limit + 1))])
        let found = try transaction.connection.rows(sql.sql, sql.values) { WebhookDelivery($0) }
        let shown = found.prefix(query.limit)
        let next = found.count > query.limit ? shown.last.map { JSONValue.string(query.cursor(after: $0.id)) } : nil
        let page: JSONValue = [
            "items": .array(shown.map { $0.document(language, transaction.catalog.log) }), "next": next ?? .null,
        ]
        return Array(page.text.utf8)
    }
}
