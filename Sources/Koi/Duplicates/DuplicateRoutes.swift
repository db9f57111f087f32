import KoiHTTP
import KoiJSON

/// Which records may be of the same thing: for each resource whose records can be merged and searched.
package enum DuplicateRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.filter { $0.isMergeable && $0.isSearchable }.map { resource in
            .get("/v1/\(resource.name)/{id}/duplicates") { try find(resource, $0) }
                .permitted(.records).documented(documentation(resource))
        }
    }

    private static func find(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let found = try DuplicateSearch(resource, call.transaction()).find(of: call.id())
        let page: JSONValue = ["items": .array(found.map(\.json)), "next": .null]
        return .json(Array(page.text.utf8))
    }

    private static func documentation(_ resource: Resource) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "browseDuplicatesOf" + Schema.component(resource),
            tag: resource.name,
            """
            Lists which other \(resource.pluralLabel.en) may be the same, the likeliest first, at most \
            \(DuplicateSearch.maximumFound), with a score of 100 and what they have in common.
            """
        )
        docs.parameters = [Schema.idParameter]
        let kinds = Duplicate.Reason.Kind.allCases.map { JSONValue.string($0.rawValue) }
        let points: JSONValue = ["type": "integer", "minimum": 1, "maximum": .integer(Duplicate.highestScore)]
        let reason = Schema.object(
            ["field": ["type": "string"], "kind": ["type": "string", "enum": .array(kinds)], "points": points],
            required: ["field", "kind", "points"]
        )
        let item = Schema.object(
            ["record": Schema.idSchema, "score": points, "reasons": Schema.array(reason)],
            required: ["record", "score", "reasons"]
        )
        docs.answer = Schema.object(
            ["items": Schema.array(item), "next": ["type": "null"]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }
}
