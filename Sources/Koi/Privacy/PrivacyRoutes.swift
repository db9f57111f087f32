import KoiHTTP
import KoiJSON

/// What people may ask for: to be shown what is held about them, and to have it erased.
package enum PrivacyRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.filter(\.describesPeople).flatMap { resource -> [Route] in
            let docs = PrivacyDocumentation(resource)
            let path = "/v1/\(resource.name)/{id}"
            // The area's right is asked for once the record was seen, so that one that is not seen is not there.
            return [
                // The answer of a batch, where it is kept, would still tell of the person.
                .post(path + "/erasure") { try erase(resource, $0) }.permitted(.records).alone().documented(docs.erase),
                .get(path + "/subject-export") { try disclose(resource, $0) }.permitted(.records)
                    .documented(docs.disclose),
            ]
        } + [
            .get("/v1/erasures/{id}", show).permitted(.area(.privacy, .change))
                .documented(PrivacyDocumentation.show)
        ]
    }

    private static func erase(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        let erasure = try ErasureService(resource, transaction).erase(call.id(), match: call.match)
        return try receipt(of: erasure, transaction)
    }

    private static func disclose(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let export = try SubjectExport(resource, call.id(), call.transaction())
        return .attachment(Array(try export.document().text.utf8), name: export.fileName)
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        guard let erasure = try ErasureStore(transaction.connection).find(call.id()),
            let resource = transaction.catalog.resources[erasure.subject.resource],
            try EventVisibility(transaction).allows(erasure.subject.id, of: resource)
        else { throw Problem.notFound(Text("erasure", "删除记录")) }
        return try receipt(of: erasure, transaction)
    }

    private static func receipt(of erasure: Erasure, _ transaction: Transaction) throws -> Answer {
        .json(Array(erasure.receipt(try ErasureBackups(transaction)).text.utf8))
    }
}
