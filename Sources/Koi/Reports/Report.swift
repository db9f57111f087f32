import KoiHTTP
import KoiJSON
import KoiSQLite

/// A report: what can be asked of it, what it tells, and how that is found.
///
/// The columns are declared once, and say what stands in the JSON, in the table and in `openapi.yaml`. It tells of what the actor
/// sees: `make` adds the actor's visibility to its queries.
struct Report: Sendable {
    /// What it tells: what stands once, and the rows, by the names of the columns.
    struct Content {
        var head: JSONObject = [:]
        var rows: [JSONObject] = []
    }

    /// More would be neither read by anybody nor sent at once.
    static let maximumRows = 10_000
    /// Of each kind of what waits: whoever has so many needs no figure, and counting takes as long as there are many.
    static let maximumCounted: Int64 = 10_000

    /// Behind `/v1/reports/`, say.
    let path: String
    let operation: String
    /// Without an end: that it is also a table is added.
    let summary: String
    /// Of what it tells, with the fields without which it tells nothing: 403 for whom one of these is held back.
    let sources: [(resource: Resource, fields: [String])]
    /// Nil where it is not about a period.
    var span: ReportPeriod.Span?
    var parameters: [ReportParameter] = []
    /// What stands in the JSON once, behind the period.
    var head: [ReportColumn] = []
    let shape: ReportShape
    let columns: [ReportColumn]
    let make: @Sendable (ReportQuery, Transaction) throws -> Content

    var route: Route {
        Route.get("/v1/reports/" + path, answer).permitted(.records).documented(documentation)
    }

    // MARK: Answers

    private func answer(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        try requireSight(call)
        let query = try ReportQuery(call.query, of: self, for: call.actor, call.language, at: transaction.now)
        let isTable = try AcceptedTypes.prefer(ExportForm.csv.type, in: call.request)
        if isTable { for source in sources { try RecordPermission(source.resource, transaction).checkExport() } }
        let content = try make(query, transaction)
        guard content.rows.count <= Report.maximumRows else { throw Report.tooManyRows }
        guard isTable else { return .list(Array(document(content, query).text.utf8)) }
        if let resource = sources.first?.resource {
            let export = Export(resource, parameters: call.query, rows: content.rows.count, report: path)
            transaction.owe(export.log)
        }
        return .table(table(content, call.language), next: nil)
    }

    private static let tooManyRows = Problem(
        .badRequest,
        "too_many_rows",
        Text(
            "This would be more than \(maximumRows) rows. Ask for a shorter period, or for fewer groups.",
            "结果超过 \(maximumRows) 行，请缩短时间范围或减少分组。"
        )
    )

    /// Whoever could choose by a field that is held back could find it out.
    private func requireSight(_ call: Call) throws {
        var asked = sources
        for name in call.query.map(\.name) {
            guard let source = sources.first(where: { $0.resource.field(name) != nil }) else { continue }
            asked.append((source.resource, [name]))
        }
        for source in asked {
            let held = call.actor.access.restrictions(of: source.resource.name)
            guard source.fields.allSatisfy({ held.reading($0) == .clear }) else {
                throw Problem.notPermitted(.read, source.resource.name)
            }
        }
    }

    private func document(_ content: Content, _ query: ReportQuery) -> JSONValue {
        let period = span == nil ? [:] : query.period.members
        let head = heads.map { column in
            JSONObject.Member(name: column.name, value: content.head[column.name] ?? period[column.name] ?? .null)
        }
        return .object(JSONObject(head + shape.members(content.rows, columns)))
    }

    private func table(_ content: Content, _ language: Language) -> [UInt8] {
        let columns = columns.filter(\.isInTables)
        var bytes = CSV.byteOrderMark
        CSV.append(columns.map { $0.label(language) }, to: &bytes)
        for row in content.rows {
            CSV.append(columns.map { $0.cell(row[$0.name] ?? .null, language) }, to: &bytes)
        }
        return bytes
    }

    private var heads: [ReportColumn] { (span == nil ? [] : ReportPeriod.columns) + head }

    // MARK: Documentation

    private var documentation: RouteDocumentation {
        var docs = RouteDocumentation(operation, tag: "reports", summary + "; also as CSV.")
        docs.parameters = (span.map(ReportPeriod.documentation) ?? []) + parameters.map(\.documentation)
        let rows = shape.schema(columns)
        docs.answer = Schema.object(
            JSONObject(heads.map { .init(name: $0.name, value: $0.schema) } + rows.members),
            required: heads.map(\.name) + rows.required
        )
        docs.otherTypes = [ExportForm.csv.type]
        docs.problems = [.badRequest, .forbidden, .notAcceptable]
        return docs
    }
}
