import KoiSQLite

/// One kind of thing that is to be done with a record until a time.
struct NextAction: Sendable {
    struct Item {
        let action: NextAction
        let id: Int64
        let owner: Int64?
        /// In milliseconds since 1970.
        let due: Int64
    }

    static let all = [
        NextAction(
            code: "answer",
            label: Text("Answer the lead", "答复线索"),
            resource: Lead.resource,
            due: "responseDueAt",
            while: #"t."firstResponseAt" IS NULL AND t.status = 'new'"#
        ),
        NextAction(
            code: "task",
            label: Text("Do the task", "完成任务"),
            resource: WorkTask.resource,
            due: "due",
            while: #"t."doneAt" IS NULL"#
        ),
        NextAction(
            code: "stage",
            label: Text("Move the deal on", "推进商机"),
            resource: Deal.resource,
            due: "stageDueAt",
            while: "t.state = 'open'"
        ),
        NextAction(
            code: "close",
            label: Text("Close the deal, or expect it later", "成交或调整预计日期"),
            resource: Deal.resource,
            due: "expectedClose",
            while: "t.state = 'open'"
        ),
    ]

    let code: String
    private let label: Text
    let resource: Resource
    /// The field that says until when.
    let due: String
    /// As long as it is to be done, on the alias `t`.
    private let condition: String

    private init(code: String, label: Text, resource: Resource, due: String, while condition: String) {
        self.code = code
        self.label = label
        self.resource = resource
        self.due = due
        self.condition = condition
    }

    var choice: Choice { Choice(code, label.en, label.zh) }

    /// A day is over at its end, by the clocks of whoever asks.
    private var isDay: Bool {
        guard case .date? = resource.field(due)?.kind else { return false }
        return true
    }

    // MARK: Queries

    /// How many there are, but no more than are counted.
    func count(dueBy end: Int64, _ meant: SQLFragment?, _ transaction: Transaction) throws -> Int64 {
        let all = selection("1", dueBy: end, meant, transaction)
        let sql = "SELECT count(*) FROM (\(all.sql) LIMIT ?) AS c"
        let values = all.values + [.integer(Report.maximumCounted)]
        return try transaction.connection.first(sql, values) { $0.int(0) } ?? 0
    }

    /// The first of them by their time.
    func items(dueBy end: Int64, _ meant: SQLFragment?, limit: Int64, _ transaction: Transaction) throws -> [Item] {
        let column = "t." + Dialect.quoted(due)
        var sql = selection("t.id, t.owner, \(column)", dueBy: end, meant, transaction)
        sql.append(" ORDER BY \(column), t.id LIMIT ?", [.integer(limit)])
        let clocks = LocalTime(zone: transaction.actor.timeZone)
        return try transaction.connection.rows(sql.sql, sql.values) { row in
            let time = isDay ? row.textOrNil(2).flatMap { CalendarDate($0) }.map(clocks.end) : row.intOrNil(2)
            return Item(action: self, id: row.int(0), owner: row.intOrNil(1), due: time ?? end)
        }
    }

    private func selection(
        _ columns: String,
        dueBy end: Int64,
        _ meant: SQLFragment?,
        _ transaction: Transaction
    ) -> SQLFragment {
        let clocks = LocalTime(zone: transaction.actor.timeZone)
        // Of days those count that are over by then.
        let bound: SQLValue =
            isDay ? .text(CalendarDate(daysSince1970: clocks.parts(end).day - 1).text) : .integer(end)
        var sql = SQLFragment(
            """
            SELECT \(columns) FROM \(Dialect.quoted(resource.name)) AS t
            WHERE t."removedAt" IS NULL AND \(condition) AND t.\(Dialect.quoted(due)) <= ?
            """,
            [bound]
        )
        for other in [transaction.visibility(of: resource).condition, meant].compactMap({ $0 }) {
            sql.append(" AND ")
            sql.append(other)
        }
        return sql
    }
}

extension LocalTime {
    fileprivate func end(_ date: CalendarDate) -> Int64 { time(day: date.daysSince1970 + 1, rest: 0) }
}
