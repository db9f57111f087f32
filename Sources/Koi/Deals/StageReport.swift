import KoiJSON
import KoiSQLite

/// How the deals that were made within a period went through the stages of a pipeline: how many came to each, how many of these
/// went on and were won, how long they stayed, and how often something went wrong.
struct StageReport {
    struct Line {
        let stage: PipelineStage
        /// Deals that came to it.
        var deals: Int64 = 0
        /// Of these, those that later came to one that follows it.
        var converted: Int64 = 0
        var won: Int64 = 0
        var visits: Int64 = 0
        /// In milliseconds, of all visits.
        var time: Int64 = 0
        var problems: Int64 = 0

        var row: JSONObject {
            [
                "stage": .integer(stage.id), "name": .string(stage.name), "deals": .integer(deals),
                "converted": .integer(converted), "conversion": ReportFigures.share(converted, of: deals),
                "won": .integer(won), "meanSeconds": ReportFigures.meanSeconds(time, of: visits),
                "problems": .integer(problems),
            ]
        }
    }

    private struct Visit {
        let stage: PipelineStage
        let time: Int64
    }

    private(set) var lines: [Line]
    private let places: [Int64: Int]

    init(_ pipeline: Int64, _ period: ReportPeriod, in transaction: Transaction) throws {
        let connection = transaction.connection
        let lines = try PipelineStage.all(of: pipeline, connection).map { Line(stage: $0) }
        self.lines = lines
        places = Dictionary(lines.enumerated().map { ($1.stage.id, $0) }, uniquingKeysWith: { first, _ in first })
        var condition = SQLFragment(
            "t.pipeline = ? AND t.\"removedAt\" IS NULL AND t.\"createdAt\" >= ? AND t.\"createdAt\" < ?",
            [.integer(pipeline), .integer(period.from), .integer(period.to)]
        )
        if let visible = transaction.visibility(of: Deal.resource).condition {
            condition.append(" AND ")
            condition.append(visible)
        }
        try addVisits(condition, transaction)
        try addProblems(condition, connection)
    }

    private mutating func addVisits(_ condition: SQLFragment, _ transaction: Transaction) throws {
        var deal: Int64 = 0
        var visits: [Visit] = []
        let now = transaction.now
        try transaction.connection.query(
            """
            SELECT h.deal, h.stage, h.since, h."until" FROM deals AS t JOIN deal_stages AS h ON h.deal = t.id
            WHERE \(condition.sql) ORDER BY h.deal, h.id
            """,
            condition.values
        ) { row in
            if row.int(0) != deal {
                add(visits)
                visits = []
                deal = row.int(0)
            }
            // A stage that is in the bin has no line.
            guard let place = places[row.int(1)] else { return }
            let time = max(0, (row.intOrNil(3) ?? now) - row.int(2))
            visits.append(Visit(stage: lines[place].stage, time: time))
        }
        add(visits)
    }

    /// Adds the way of one deal.
    private mutating func add(_ visits: [Visit]) {
        var seen: Set<Int64> = []
        for (index, visit) in visits.enumerated() {
            guard let place = places[visit.stage.id] else { continue }
            lines[place].visits += 1
            lines[place].time += visit.time
            guard seen.insert(visit.stage.id).inserted else { continue }
            let later = visits[index...].dropFirst().map(\.stage)
            lines[place].deals += 1
            if later.contains(where: { $0.kind != .lost && visit.stage.precedes($0) }) { lines[place].converted += 1 }
            if visits.last?.stage.kind == .won { lines[place].won += 1 }
        }
    }

    private mutating func addProblems(_ condition: SQLFragment, _ connection: Connection) throws {
        try connection.query(
            """
            SELECT p.stage, count(*) FROM deals AS t JOIN deal_problems AS p ON p.deal = t.id
            WHERE \(condition.sql) GROUP BY p.stage
            """,
            condition.values
        ) { row in
            guard let place = places[row.int(0)] else { return }
            lines[place].problems = row.int(1)
        }
    }
}
