import KoiJSON
import KoiSQLite

/// What became of deals: between two times, and stage by stage.
enum DealReports {
    static let all = [changes, stages]

    private static let changes = Report(
        path: "pipeline-changes",
        operation: "reportPipelineChanges",
        summary: "What became of the open deals between two times, from the log, by currency",
        sources: [(Deal.resource, ["state", "amount", "currency"])],
        span: .days(30),
        shape: .nested("currencies"),
        columns: [
            ReportColumn("currency", "Currency", "货币", .text),
            ReportColumn("change", "Change", "变化", .choice(PipelineChanges.Line.choices)),
            ReportColumn("deals", "Deals", "商机数", .count),
            ReportColumn("amount", "Amount", "金额", .amount),
        ]
    ) { query, transaction in
        let sums = try PipelineChanges(query.period, in: transaction).sums.sorted { $0.key < $1.key }
        let rows = sums.flatMap { currency, lines in
            PipelineChanges.Line.allCases.map { line -> JSONObject in
                let sum = lines[line] ?? PipelineChanges.Sum()
                return [
                    "currency": .string(currency), "change": .string(line.rawValue), "deals": .integer(sum.deals),
                    "amount": .integer(Int64(clamping: sum.amount)),
                ]
            }
        }
        return Report.Content(rows: rows)
    }

    private static let stages = Report(
        path: "deal-stages",
        operation: "reportDealStages",
        summary:
            "How the deals that were made within a period went through the stages of a pipeline: time and conversion",
        sources: [(Deal.resource, ["stage", "pipeline"])],
        span: .days(30),
        parameters: [.record("pipeline", of: Pipeline.resource.name, "The main one where none is given.")],
        head: [ReportColumn("pipeline", "Pipeline", "销售流程", .id)],
        shape: .list("stages"),
        columns: [
            ReportColumn("stage", "Stage", "阶段", .id).leftOutOfTables(),
            ReportColumn("name", "Stage", "阶段", .text),
            ReportColumn("deals", "Deals", "商机数", .count),
            ReportColumn("converted", "Went on", "进入后续阶段", .count),
            ReportColumn("conversion", "Conversion (%)", "转化率（%）", .share).nullable(),
            ReportColumn("won", "Won", "赢单", .count),
            ReportColumn("meanSeconds", "Mean time (s)", "平均停留（秒）", .seconds).nullable(),
            ReportColumn("problems", "Problems", "问题数", .count),
        ]
    ) { query, transaction in
        let pipeline = try pipeline(query.integer("pipeline"), transaction)
        let lines = try StageReport(pipeline, query.period, in: transaction).lines
        return Report.Content(head: ["pipeline": .integer(pipeline)], rows: lines.map(\.row))
    }

    /// The main one where none is named.
    private static func pipeline(_ named: Int64?, _ transaction: Transaction) throws -> Int64 {
        guard let id = try named ?? Pipeline.main(transaction.connection) else { throw noPipeline }
        let query = RecordSQL.exists(id, Pipeline.resource, transaction.visibility(of: Pipeline.resource))
        guard try transaction.connection.first(query.sql, query.values, { _ in true }) != nil else { throw noPipeline }
        return id
    }

    private static let noPipeline = Problem.badParameter(
        "pipeline",
        Text("Give the number of a pipeline.", "请填写销售流程的编号。")
    )
}
