import KoiJSON
import KoiSQLite

/// What came of the deals that were in a stage, by which it can be told how many of those that are in it will be won.
///
/// Counted are deals that are closed, out of the bin and still in the pipeline of the stage, once for each stage in which they ever
/// were. The counts are kept with each deal that closes, opens again or goes.
struct StageOutcomes {
    struct Outcome: Equatable {
        let won: Int64
        let lost: Int64

        var closed: Int64 { won + lost }
        /// Whether they are enough to say anything.
        var isEnough: Bool { closed >= StageOutcomes.fewest }
        /// How many were won, in per cent, to a tenth; null where they are too few.
        var share: JSONValue { isEnough ? ReportFigures.share(won, of: closed) : .null }
    }

    /// Of fewer closed deals, one more would change the share by more than five per cent.
    static let fewest: Int64 = 20

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// By stage; none where nothing is closed.
    func all() throws -> [Int64: Outcome] {
        let rows = try connection.rows("SELECT stage, won, lost FROM stage_outcomes") { row in
            (row.int(0), Outcome(won: row.int(1), lost: row.int(2)))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    func of(_ stage: Int64) throws -> Outcome {
        try connection.first("SELECT won, lost FROM stage_outcomes WHERE stage = ?", [.integer(stage)]) { row in
            Outcome(won: row.int(0), lost: row.int(1))
        } ?? Outcome(won: 0, lost: 0)
    }

    /// The same by the history of all deals.
    private static let recount = """
        SELECT h.stage, count(DISTINCT CASE WHEN d.state = 'won' THEN d.id END),
            count(DISTINCT CASE WHEN d.state = 'lost' THEN d.id END)
        FROM deal_stages AS h JOIN deals AS d ON d.id = h.deal
        JOIN stages AS s ON s.id = h.stage AND s.pipeline = d.pipeline
        WHERE s.kind = 'open' AND d.state <> 'open' AND d."removedAt" IS NULL GROUP BY h.stage
        """

    /// What is wrong with what is kept; nil where nothing is.
    func fault() throws -> String? {
        let counted = try connection.rows(StageOutcomes.recount) { row in
            (row.int(0), Outcome(won: row.int(1), lost: row.int(2)))
        }
        let right = Dictionary(counted, uniquingKeysWith: { first, _ in first })
        let kept = try all().filter { $0.value.closed > 0 }
        let wrong = Set(right.keys).union(kept.keys).filter { right[$0] != kept[$0] }.sorted().map(String.init)
        guard !wrong.isEmpty else { return nil }
        return "stage_outcomes does not agree with the history of deals, of the stages \(wrong.joined(separator: ", "))"
    }

    /// Follows a change of a deal.
    ///
    /// - Parameter history: notes in which stage it is.
    func follow(_ deal: Record, before: Record?, history: () throws -> Void) throws {
        let (old, new) = (before.flatMap(End.init), End(deal))
        guard old != new else { return try history() }
        if let before, let old { try take(old, of: before) }
        try history()
        if let new { try add(new, of: deal) }
    }

    /// How a deal counts; nil while it does not.
    private struct End: Equatable {
        let isWon: Bool
        let pipeline: Int64

        init?(_ deal: Record) {
            guard !deal.isRemoved, deal["state"] != "open", let pipeline = deal["pipeline"].integerValue else {
                return nil
            }
            isWon = deal["state"] == "won"
            self.pipeline = pipeline
        }

        /// One of the won deals or of the lost ones, and what says in which stages it was.
        func values(_ deal: Record) -> [SQLValue] {
            [.integer(isWon ? 1 : 0), .integer(isWon ? 0 : 1), .integer(deal.id), .integer(pipeline)]
        }
    }

    private static let stages = """
        SELECT DISTINCT h.stage FROM deal_stages AS h JOIN stages AS s ON s.id = h.stage
        WHERE h.deal = ? AND s.pipeline = ? AND s.kind = 'open'
        """

    private func add(_ end: End, of deal: Record) throws {
        try connection.run(
            """
            INSERT INTO stage_outcomes (stage, won, lost)
            SELECT n.stage, ?, ? FROM (\(StageOutcomes.stages)) AS n WHERE true
            ON CONFLICT (stage) DO UPDATE SET won = won + excluded.won, lost = lost + excluded.lost
            """,
            end.values(deal)
        )
    }

    private func take(_ end: End, of deal: Record) throws {
        try connection.run(
            "UPDATE stage_outcomes SET won = won - ?, lost = lost - ? WHERE stage IN (\(StageOutcomes.stages))",
            end.values(deal)
        )
    }
}
