import KoiJSON
import KoiSQLite

/// `GET /v1/reports/stage-outcomes`.
enum StageOutcomeReport {
    static let report = Report(
        path: "stage-outcomes",
        operation: "reportStageOutcomes",
        summary:
            "How many of the company's deals that were in a stage were won and lost, beside the probability of the stage",
        sources: [(Stage.resource, ["name", "pipeline", "position", "kind", "probability"])],
        parameters: [
            .filter("pipeline", .reference(Pipeline.resource.name), "Of these pipelines only.")
        ],
        shape: .list("stages"),
        columns: [
            ReportColumn("pipeline", "Pipeline", "销售流程", .id),
            ReportColumn("stage", "Stage", "阶段", .id).leftOutOfTables(),
            ReportColumn("name", "Stage", "阶段", .text),
            ReportColumn("probability", "Probability (%)", "成功概率（%）", .share),
            ReportColumn("won", "Won", "赢单", .count),
            ReportColumn("lost", "Lost", "输单", .count),
            ReportColumn("share", "Won (%)", "历史赢率（%）", .share).nullable()
                .noted("Null where fewer than \(StageOutcomes.fewest) are closed."),
        ],
        make: make
    )

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        // Who may know nothing of any deal learns nothing of all of them.
        try transaction.actor.require(.read, on: Deal.resource.name)
        let outcomes = try StageOutcomes(transaction.connection).all()
        var sql = SQLFragment(
            """
            SELECT t.pipeline, t.id, t.name, t.probability FROM stages AS t
            WHERE t.kind = 'open' AND t."removedAt" IS NULL
            """
        )
        let conditions = [
            transaction.visibility(of: Stage.resource).condition, query.condition("pipeline", "t.pipeline"),
        ]
        for condition in conditions.compactMap({ $0 }) {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" ORDER BY t.pipeline, t.position, t.id")
        let rows = try transaction.connection.rows(sql.sql, sql.values) { row -> JSONObject in
            let outcome = outcomes[row.int(1)] ?? StageOutcomes.Outcome(won: 0, lost: 0)
            return [
                "pipeline": .integer(row.int(0)), "stage": .integer(row.int(1)), "name": .string(row.text(2)),
                "probability": .integer(row.int(3)), "won": .integer(outcome.won), "lost": .integer(outcome.lost),
                "share": outcome.share,
            ]
        }
        return Report.Content(rows: rows)
    }
}
