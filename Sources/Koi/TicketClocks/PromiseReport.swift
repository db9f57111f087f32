import KoiJSON
import KoiSQLite

/// How much of what was promised for tickets was kept in time: by clock, and by customer's tier, person, team or kind.
enum PromiseReport {
    private static let groups = ["none", "owner", "team", "tier", "kind"]

    static let report = Report(
        path: "promises",
        operation: "reportPromises",
        summary: "How much of what was promised for tickets was kept in time, by clock",
        sources: [(Ticket.resource, ["owner", "tier", "kind", "nextDueAt"])],
        span: .days(30),
        parameters: [
            .choice("groupBy", groups, "By what the promises of rows are told apart; owner and team as they are now."),
            .filter("owner", .reference(User.resource.name), "Only tickets of one of these."),
        ]
            + ["tier", "kind"].compactMap { name in
                Ticket.resource.field(name).map { .filter(name, $0.kind, "Only tickets with one of these values.") }
            },
        shape: .list("rows"),
        columns: columns
    ) { query, transaction in
        let trait = query.text("groupBy").flatMap { $0 == "none" ? nil : $0 }
        let lines = try PromiseLines(by: trait, query, in: transaction).lines
        let groups = try ReportGroups(
            trait,
            Set(lines.keys.map(\.group)),
            words: trait.flatMap(Ticket.resource.field),
            query.language,
            transaction
        )
        var rows: [JSONObject] = []
        for group in groups.order {
            for clock in TicketClockKind.promises {
                guard let line = lines[.init(group: group, clock: clock.rawValue)] else { continue }
                var row: JSONObject = [
                    "group": groups.key(group), "name": groups.name(group), "clock": .string(clock.rawValue),
                ]
                line.add(to: &row)
                rows.append(row)
            }
        }
        return Report.Content(rows: rows)
    }

    private static let columns = [
        ReportColumn("group", "Group", "分组", .key).nullable().leftOutOfTables()
            .noted("The user or team, or a word; null for none."),
        ReportColumn("name", "Name", "名称", .text).nullable(),
        ReportColumn(
            "clock",
            "Promise",
            "承诺",
            .choice(TicketClockKind.promises.map { Choice($0.rawValue, $0.label.en, $0.label.zh) })
        ),
        ReportColumn("inTime", "Kept in time", "按时兑现", .count).noted("Of those that were kept in the period."),
        ReportColumn("late", "Kept late", "逾期兑现", .count),
        ReportColumn("overdue", "Overdue", "逾期未兑现", .count)
            .noted("Due in the period, and not kept yet."),
        ReportColumn("inTimeRate", "In time (%)", "按时率（%）", .share).nullable().noted("Of all of these."),
        ReportColumn("medianSeconds", "Median time (s)", "用时中位数（秒）", .seconds).nullable()
            .noted("In working time, without pauses, of those that were kept; by nearest rank."),
        ReportColumn("p90Seconds", "Nine of ten within (s)", "九成用时（秒）", .seconds).nullable(),
    ]
}

/// What there is to tell of promises, by group and clock.
struct PromiseLines {
    struct Key: Hashable {
        /// Empty for none.
        let group: String
        let clock: String
    }

    struct Line {
        var inTime: Int64 = 0
        var late: Int64 = 0
        var overdue: Int64 = 0
        /// Milliseconds of working time of what was kept.
        var times: [Int64] = []

        func add(to row: inout JSONObject) {
            let sorted = times.sorted()
            row["inTime"] = .integer(inTime)
            row["late"] = .integer(late)
            row["overdue"] = .integer(overdue)
            row["inTimeRate"] = ReportFigures.share(inTime, of: inTime + late + overdue)
            row["medianSeconds"] = ReportFigures.rank(50, of: sorted)
            row["p90Seconds"] = ReportFigures.rank(90, of: sorted)
        }
    }

    private(set) var lines: [Key: Line] = [:]

    init(by trait: String?, _ query: ReportQuery, in transaction: Transaction) throws {
        let (group, join) = PromiseLines.group(trait)
        var visible = SQLFragment("t.\"removedAt\" IS NULL")
        let conditions = [
            transaction.visibility(of: Ticket.resource).condition, query.condition("owner", "t.owner"),
            query.condition("tier", "t.tier"), query.condition("kind", "t.kind"),
        ]
        for condition in conditions.compactMap({ $0 }) { visible.append(" AND (\(condition.sql))", condition.values) }
        let (period, connection) = (query.period, transaction.connection)
        // What was resolved and opened again is not kept.
        try connection.query(
            """
            SELECT \(group), e.clock, e.due IS NULL OR e.at <= e.due, e.target * \(TicketClock.minute) - e."left"
            FROM ticket_clock_events AS e JOIN tickets AS t ON t.id = e.ticket \(join)
            WHERE e.event = 'met' AND e.at >= ? AND e.at < ? AND e.clock <> 'supervision' AND \(visible.sql)
                AND NOT (e.clock = 'resolution' AND EXISTS (
                    SELECT 1 FROM ticket_clock_events AS r
                    WHERE r.ticket = e.ticket AND r.id > e.id AND r.clock = e.clock AND r.event = 'resumed'))
            """,
            [.integer(period.from), .integer(period.to)] + visible.values
        ) { row in
            let key = Key(group: row.text(0), clock: row.text(1))
            if row.bool(2) { lines[key, default: Line()].inTime += 1 } else { lines[key, default: Line()].late += 1 }
            if let time = row.intOrNil(3) { lines[key, default: Line()].times.append(max(time, 0)) }
        }
        try connection.query(
            """
            SELECT \(group), c.clock, count(*) FROM ticket_clocks AS c JOIN tickets AS t ON t.id = c.ticket \(join)
            WHERE c."user" = 0 AND c.due >= ? AND c.due < ? AND \(visible.sql) GROUP BY 1, 2
            """,
            [.integer(period.from), .integer(min(period.to, transaction.now))] + visible.values
        ) { row in
            lines[Key(group: row.text(0), clock: row.text(1)), default: Line()].overdue += row.int(2)
        }
    }

    private static func group(_ trait: String?) -> (column: String, join: String) {
        switch trait {
        case "owner": ("coalesce(t.owner, '')", "")
        case "team": ("coalesce(u.team, '')", "LEFT JOIN users AS u ON u.id = t.owner")
        case "tier": ("coalesce(t.tier, '')", "")
        case "kind": ("t.kind", "")
        default: ("''", "")
        }
    }
}
