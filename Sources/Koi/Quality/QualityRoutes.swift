import KoiHTTP
import KoiJSON

/// How good the records are, and which are to be mended.
package enum QualityRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        let looked = resources.filter(\.hasQuality)
        let single = looked.map { resource in
            Route.get("/v1/\(resource.name)/{id}/quality") { try show(resource, $0) }
                .documented(QualityDocumentation.show(resource))
        }
        let all: [Route] = [
            .get("/v1/quality", list).documented(QualityDocumentation.list(looked)),
            .get("/v1/quality/counts", counts).documented(QualityDocumentation.counts(looked)),
        ]
        return (single + all).map { $0.permitted(.records) }
    }

    private static func show(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        let document = try QualityList.document(record, QualityRules(resource, transaction), transaction)
        return .json(Array(document.text.utf8))
    }

    private static func list(_ call: Call) throws -> Answer {
        .json(try QualityList(call.query, call.transaction()).page())
    }

    private static func counts(_ call: Call) throws -> Answer {
        .json(try QualityCounts(call.query, call.transaction()).document())
    }
}
