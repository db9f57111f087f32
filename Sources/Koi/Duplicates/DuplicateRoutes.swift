import KoiHTTP
import KoiJSON

/// Which records may be of the same thing, and which are not: for each resource whose records can be merged and searched.
package enum DuplicateRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.filter { $0.isMergeable && $0.isSearchable }.flatMap(routes) + [
            .get("/v1/duplicates", list).permitted(.records)
                .documented(DuplicateDocumentation.list(resources.filter(\.findsDuplicates)))
        ]
    }

    private static func routes(of resource: Resource) -> [Route] {
        let path = "/v1/\(resource.name)/{id}"
        let docs = DuplicateDocumentation(resource)
        let routes: [Route] = [
            .get(path + "/duplicates") { try find(resource, $0) }.documented(docs.find),
            .get(path + "/distinctions") { try distinctions(resource, $0) }.documented(docs.distinctions),
            .put(path + "/distinctions/{other}") { try distinguish(resource, $0) }.documented(docs.distinguish),
            .delete(path + "/distinctions/{other}") { try confuse(resource, $0) }.documented(docs.confuse),
        ]
        return routes.map { $0.permitted(.records) }
    }

    private static func find(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let found = try DuplicateSearch(resource, call.transaction()).find(of: call.id())
        let items = found.map { duplicate in
            JSONValue.object(
                JSONObject([.init(name: "record", value: .integer(duplicate.record))] + duplicate.members.members)
            )
        }
        let page: JSONValue = ["items": .array(items), "next": .null]
        return .json(Array(page.text.utf8))
    }

    private static func list(_ call: Call) throws -> Answer {
        .json(try DuplicateList(call.query, call.transaction()).page())
    }

    // MARK: What is not the same

    private static func distinctions(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let found = try DistinctPairs(resource, call.transaction()).all(of: call.id())
        let page: JSONValue = ["items": .array(found.map(\.json)), "next": .null]
        return .json(Array(page.text.utf8))
    }

    private static func distinguish(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let decision = try DistinctPairs(resource, call.transaction()).add(call.id(), call.id("other"))
        return .json(Array(decision.json.text.utf8))
    }

    private static func confuse(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try DistinctPairs(resource, call.transaction()).remove(call.id(), call.id("other"))
        return .noContent
    }
}
