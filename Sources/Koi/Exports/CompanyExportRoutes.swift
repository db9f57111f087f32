import KoiHTTP
import KoiJSON

/// Exports of the whole company.
package enum CompanyExportRoutes {
    package static let routes: [Route] = [
        Route.post("/v1/exports", add).documented(CompanyExportDocumentation.add),
        .get("/v1/exports", list).documented(CompanyExportDocumentation.list),
        .get("/v1/exports/{id}", show).documented(CompanyExportDocumentation.show),
        .delete("/v1/exports/{id}", remove).documented(CompanyExportDocumentation.remove),
        .get("/v1/exports/{id}/file", file).documented(CompanyExportDocumentation.file),
    ].map { $0.permitted(.anyone) }

    private static func add(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let export = try CompanyExportService(call.transaction()).add()
        return .begun(export.document, at: "/v1/exports/\(export.id)")
    }

    private static func list(_ call: Call) throws -> Answer {
        let page = try PageQuery(call.query, of: "exports")
        let transaction = try call.transaction()
        var found = try CompanyExportService(transaction).list(
            before: page.position()?.id,
            limit: page.limit + 1
        )
        let hasMore = found.count > page.limit
        if hasMore { found.removeLast() }
        let next = hasMore ? found.last.map { JSONValue.string(page.cursor(after: $0.id)) } : nil
        let answer: JSONValue = [
            "items": .array(found.map(\.json)), "next": next ?? .null,
            "system": .string(try Company.system(transaction.connection)),
        ]
        return .json(Array(answer.text.utf8))
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try CompanyExportService(call.transaction()).find(call.id()).document)
    }

    private static func remove(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try CompanyExportService(call.transaction()).remove(call.id())
        return .noContent
    }

    private static func file(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let name = try CompanyExportService(transaction).file(of: call.id())
        guard let body = FileBody(path: transaction.catalog.exports.path(of: name)) else {
            throw CompanyExportService.gone
        }
        return .file(body, type: ExportForm.ndjson.contentType, name: name)
    }
}
