import KoiJSON
import KoiSQLite

/// A status of tickets: a name of the company's own over one of the fixed categories.
package enum TicketStatus {
    package static let resource = Resource(
        "ticket-statuses",
        singular: "ticketStatus",
        Text("ticket status", "工单状态"),
        plural: Text("ticket statuses", "工单状态"),
        isMirrored: false,
        rules: TicketStatusRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("In the workshop"),
            .choice("category", "Category", "类别", TicketState.choices).required().fixed().example("open"),
            .integer("position", "Position", "顺序", 0...10_000).fallback(0),
            .boolean("main", "Main status", "主状态").fallback(false)
                .noted(
                    "The one of its category that Koi itself gives; making one the main one takes that from the other.",
                    "系统自动设置该类别时使用的状态；设为主状态时原主状态不再是主状态。"
                ),
            .text("customerLabel", "Name for customers", "客户所见名称", max: 100)
                .noted("What customers read; the name where none is given.", "展示给客户的名称，默认为状态名称。")
                .example("In progress 处理中"),
            .text("notes", "Notes", "备注", max: 2_000, .multiline).unsorted(),
        ]
    )

    /// A status as the rules of tickets read it.
    struct Standing: Sendable, Equatable {
        let id: Int64
        let name: String
        let state: TicketState
        let isRemoved: Bool

        fileprivate init(_ row: Row) {
            id = row.int(0)
            name = row.text(1)
            // The schema allows no other word.
            state = TicketState(rawValue: row.text(2)) ?? .open
            isRemoved = !row.isNull(3)
        }
    }

    private static let columns = "SELECT s.id, s.name, s.category, s.\"removedAt\" FROM \"ticket-statuses\" AS s"

    static func find(_ id: Int64, _ connection: Connection) throws -> Standing? {
        try connection.first(columns + " WHERE s.id = ?", [.integer(id)], Standing.init)
    }

    /// The living ones in their order.
    static func all(_ connection: Connection) throws -> [Standing] {
        try connection.rows(columns + " WHERE s.\"removedAt\" IS NULL ORDER BY s.position, s.id", [], Standing.init)
    }

    /// The main one of a category, or else its first; nil where it has none.
    static func main(_ state: TicketState, _ connection: Connection) throws -> Standing? {
        try connection.first(
            columns
                + """
                 WHERE s.category = ? AND s."removedAt" IS NULL ORDER BY s.main DESC, s.position, s.id LIMIT 1
                """,
            [.text(state.rawValue)],
            Standing.init
        )
    }
}

/// Each category has one main status, and none goes that tickets are in.
struct TicketStatusRules: RecordRules {
    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try MainRecord.follow(record, before: before, within: "category", in: transaction)
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        let ticket = try transaction.connection.first(
            "SELECT 1 FROM tickets WHERE status = ? LIMIT 1",
            [.integer(record.id)]
        ) { _ in true }
        guard ticket == nil else {
            throw Problem.conflict(
                "status_in_use",
                Text(
                    "There are tickets in this status, be it in the bin. Move them first.",
                    "仍有工单（含回收站中的）处于该状态，请先移走。"
                )
            )
        }
    }
}
