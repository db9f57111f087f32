import KoiJSON
import KoiSQLite

/// What was done in each cohort, by whatever activities are told apart by.
struct ActivityLines {
    struct Line {
        var activities: Int64 = 0
        var outgoing: Int64 = 0
        var minutes: Int64 = 0
        var kinds: [String: Int64] = [:]
        var outcomes: [String: Int64] = [:]
        /// Visits of which it is known how long after they were logged.
        var measured: Int64 = 0
        var delay: Int64 = 0
        var late: Int64 = 0
        var missing: Int64 = 0

        func add(to row: inout JSONObject, withMissing: Bool) {
            row["activities"] = .integer(activities)
            row["incoming"] = .integer(activities - outgoing)
            row["outgoing"] = .integer(outgoing)
            row["minutes"] = .integer(minutes)
            for kind in Activity.kinds { row[kind.code] = .integer(kinds[kind.code] ?? 0) }
            for outcome in Activity.outcomes {
                row[ActivityReport.outcome(outcome.code)] = .integer(outcomes[outcome.code] ?? 0)
            }
            // The rest by itself, so that no sum of minutes is too long in seconds.
            row["secondsToLog"] =
                measured > 0 ? .integer(delay / measured * 60 + delay % measured * 60 / measured) : .null
            row["lateVisits"] = .integer(late)
            if withMissing { row["missingVisits"] = .integer(missing) }
        }
    }

    /// By cohort, and by the value of what is asked: empty for none.
    private(set) var lines: [[String: Line]]

    private let cohorts: Cohorts
    /// In minutes.
    private let limit: Int64

    init(
        _ cohorts: Cohorts,
        by trait: String?,
        _ query: ReportQuery,
        _ filters: [String],
        in transaction: Transaction
    ) throws {
        self.cohorts = cohorts
        limit = (query.integer("hours") ?? 24) * 60
        lines = cohorts.days.map { _ in [:] }
        let group = trait.map { "coalesce(CAST(t.\($0) AS TEXT), '')" } ?? "''"
        let conditions = filters.compactMap { query.condition($0, "t." + $0) }
        let columns = """
            t."happenedAt", t.direction, t.kind, t.outcome, t.minutes, t."loggedAfterMinutes", \(group)
            """
        let period = ReportPeriod(from: cohorts.from, to: cohorts.end)
        try PeriodScan(Activity.resource, by: "happenedAt", conditions, in: transaction)
            .read(columns, period) { row in
                lines[cohorts.place(of: row.int(0))][row.text(6), default: Line()].add(row, limit)
            }
        if trait == nil || trait == "owner" {
            try addMissing(
                query,
                group,
                ReportPeriod(from: cohorts.from, to: min(cohorts.end, transaction.now)),
                transaction
            )
        }
    }

    /// Visits that were planned, and of which nobody has said what came of them.
    private mutating func addMissing(
        _ query: ReportQuery,
        _ group: String,
        _ period: ReportPeriod,
        _ transaction: Transaction
    ) throws {
        let isLeftOut = ["channel", "direction", "outcome"].contains { query.values($0) != nil }
        guard !isLeftOut else { return }
        let conditions =
            [SQLFragment("t.kind = 'visit' AND t.\"doneAt\" IS NULL")]
            + ["owner", "kind", "customer"].compactMap { query.condition($0, "t." + $0) }
        try PeriodScan(WorkTask.resource, by: "due", conditions, in: transaction)
            .read("t.due, \(group)", period) { row in
                lines[cohorts.place(of: row.int(0))][row.text(1), default: Line()].missing += 1
            }
    }
}

extension ActivityLines.Line {
    fileprivate mutating func add(_ row: Row, _ limit: Int64) {
        activities += 1
        if row.text(1) == "out" { outgoing += 1 }
        let kind = row.text(2)
        kinds[kind, default: 0] += 1
        if !row.isNull(3) { outcomes[row.text(3), default: 0] += 1 }
        minutes += row.int(4)
        guard kind == "visit", let delay = row.intOrNil(5) else { return }
        measured += 1
        self.delay += delay
        if delay > limit { late += 1 }
    }
}
