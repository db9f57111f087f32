import KoiHTTP
import KoiJSON
import KoiSQLite

/// What became of deals: between two times, and stage by stage; as JSON and as a table, of what the asker sees.
enum DealReportRoutes {
    static let routes: [Route] = [
        .get("/v1/reports/pipeline-changes", changes).permitted(.records).documented(changesDocumentation),
        .get("/v1/reports/deal-stages", stages).permitted(.records).documented(stagesDocumentation),
    ]

    /// - Throws: 403 where a field that a report tells of is held back from the actor.
    private static func require(_ fields: [String], _ call: Call) throws {
        let held = call.actor.access.restrictions(of: Deal.resource.name)
        guard fields.allSatisfy({ held.reading($0) == .clear }) else {
            throw Problem.notPermitted(.read, Deal.resource.name)
        }
    }

    private static func answer(_ call: Call, _ document: JSONValue, _ rows: [[String]]) throws -> Answer {
        guard try AcceptedTypes.prefer(ExportForm.csv.type, in: call.request) else {
            return .list(Array(document.text.utf8))
        }
        try RecordPermission(Deal.resource, call.transaction()).checkExport()
        var bytes = CSV.byteOrderMark
        for row in rows { CSV.append(row, to: &bytes) }
        return .table(bytes, next: nil)
    }

    // MARK: Changes

    private static func changes(_ call: Call) throws -> Answer {
        try require(["state", "amount", "currency"], call)
        let transaction = try call.transaction()
        let period = try ReportPeriod(call.query, for: call.actor, at: transaction.now)
        let sums = try PipelineChanges(period, in: transaction).sums.sorted { $0.key < $1.key }
        let currencies = sums.map { currency, lines -> JSONValue in
            let members = PipelineChanges.Line.allCases.map { line -> JSONObject.Member in
                let sum = lines[line] ?? PipelineChanges.Sum()
                let value: JSONValue = ["deals": .integer(sum.deals), "amount": .integer(Int64(clamping: sum.amount))]
                return JSONObject.Member(name: line.rawValue, value: value)
            }
            return .object(JSONObject([.init(name: "currency", value: .string(currency))] + members))
        }
        let rows = sums.flatMap { currency, lines in
            PipelineChanges.Line.allCases.map { line -> [String] in
                let sum = lines[line] ?? PipelineChanges.Sum()
                return [currency, line.label(call.language), String(sum.deals), String(Int64(clamping: sum.amount))]
            }
        }
        let headings = [Text("Currency", "货币"), Text("Change", "变化"), Text("Deals", "商机数"), Text("Amount", "金额")]
        let document: JSONValue = [
            "from": .string(Timestamp.text(period.from)), "to": .string(Timestamp.text(period.to)),
            "currencies": .array(currencies),
        ]
        return try answer(call, document, [headings.map { $0(call.language) }] + rows)
    }

    private static let changesDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "reportPipelineChanges",
            tag: "reports",
            "What became of the open deals between two times, from the log, by currency; also as CSV."
        )
        docs.parameters = period
        let sum = Schema.object(
            ["deals": count, "amount": ["type": "integer", "format": "int64", "minimum": 0]],
            required: ["deals", "amount"]
        )
        let lines = PipelineChanges.Line.allCases.map { JSONObject.Member(name: $0.rawValue, value: sum) }
        docs.answer = Schema.object(
            [
                "from": time, "to": time,
                "currencies": Schema.array(
                    Schema.object(
                        JSONObject([.init(name: "currency", value: ["type": "string"])] + lines),
                        required: ["currency"] + lines.map(\.name)
                    )
                ),
            ],
            required: ["from", "to", "currencies"]
        )
        docs.otherTypes = [ExportForm.csv.type]
        docs.problems = [.badRequest, .forbidden, .notAcceptable]
        return docs
    }()

    // MARK: Stages

    private static func stages(_ call: Call) throws -> Answer {
        try require(["stage", "pipeline"], call)
        let transaction = try call.transaction()
        let period = try ReportPeriod(call.query, also: ["pipeline"], for: call.actor, at: transaction.now)
        let pipeline = try pipeline(period.others["pipeline"], transaction)
        let lines = try StageReport(pipeline, period, in: transaction).lines
        let items = lines.map { line -> JSONValue in
            [
                "stage": .integer(line.stage.id), "name": .string(line.stage.name), "deals": .integer(line.deals),
                "converted": .integer(line.converted), "conversion": line.conversion, "won": .integer(line.won),
                "meanSeconds": line.meanSeconds, "problems": .integer(line.problems),
            ]
        }
        let rows = lines.map { line in
            [
                line.stage.name, String(line.deals), String(line.converted), cell(line.conversion), String(line.won),
                cell(line.meanSeconds), String(line.problems),
            ]
        }
        let headings = [
            Text("Stage", "阶段"), Text("Deals", "商机数"), Text("Went on", "进入后续阶段"), Text("Conversion (%)", "转化率（%）"),
            Text("Won", "赢单"), Text("Mean time (s)", "平均停留（秒）"), Text("Problems", "问题数"),
        ]
        let document: JSONValue = [
            "pipeline": .integer(pipeline), "from": .string(Timestamp.text(period.from)),
            "to": .string(Timestamp.text(period.to)), "stages": .array(items),
        ]
        return try answer(call, document, [headings.map { $0(call.language) }] + rows)
    }

    private static func cell(_ value: JSONValue) -> String { value.isNull ? "" : value.text }

    /// The main one where none is named.
    private static func pipeline(_ text: String?, _ transaction: Transaction) throws -> Int64 {
        let named = try text.map { (text: String) throws -> Int64 in
            guard let id = Digits.integer(text) else { throw noPipeline }
            return id
        }
        guard let id = try named ?? Pipeline.main(transaction.connection) else { throw noPipeline }
        let query = RecordSQL.exists(id, Pipeline.resource, transaction.visibility(of: Pipeline.resource))
        guard try transaction.connection.first(query.sql, query.values, { _ in true }) != nil else { throw noPipeline }
        return id
    }

    private static let noPipeline = Problem.badParameter(
        "pipeline",
        Text("Give the number of a pipeline.", "请填写销售流程的编号。")
    )

    private static let stagesDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "reportDealStages",
            tag: "reports",
            "How the deals that were made within a period went through the stages of a pipeline: time and conversion; also as CSV."
        )
        docs.parameters =
            period + [
                Schema.queryParameter("pipeline", Schema.idSchema, "The main one where none is given.")
            ]
        let line = Schema.object(
            [
                "stage": Schema.idSchema, "name": ["type": "string"], "deals": count, "converted": count,
                "conversion": [
                    "type": ["number", "null"], "minimum": 0, "maximum": 100, "description": "In per cent.",
                ],
                "won": count, "meanSeconds": ["type": ["integer", "null"], "minimum": 0], "problems": count,
            ],
            required: ["stage", "name", "deals", "converted", "conversion", "won", "meanSeconds", "problems"]
        )
        docs.answer = Schema.object(
            ["pipeline": Schema.idSchema, "from": time, "to": time, "stages": Schema.array(line)],
            required: ["pipeline", "from", "to", "stages"]
        )
        docs.otherTypes = [ExportForm.csv.type]
        docs.problems = [.badRequest, .forbidden, .notAcceptable]
        return docs
    }()

    // MARK: Schemas

    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let moment: JSONValue = ["type": "string"]
    private static let period: [JSONValue] = [
        Schema.queryParameter("from", moment, "A time or day; 30 days before to where none is given."),
        Schema.queryParameter("to", moment, "A time or day, at most 366 days later; now where none is given."),
    ]
}
