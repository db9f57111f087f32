import KoiHTTP
import KoiJSON

/// Who owns a record, who owned it, and with whom it is shared: for each resource whose owner a client may choose.
package enum OwnershipRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.filter { $0.changeableOwner != nil && $0.operations.contains(.change) }.flatMap(routes)
    }

    private static func routes(of resource: Resource) -> [Route] {
        let path = "/v1/" + resource.name + "/{id}"
        let docs = OwnershipDocumentation(resource)
        let routes: [Route] = [
            .get(path + "/owners") { try history(resource, $0) }.documented(docs.history),
            .put(path + "/owner") { try assign(resource, $0) }.documented(docs.assign),
            .get(path + "/collaborators") { try collaborators(resource, $0) }.documented(docs.collaborators),
            .put(path + "/collaborators/{user}") { try share(resource, $0) }.documented(docs.share),
            .delete(path + "/collaborators/{user}") { try unshare(resource, $0) }.documented(docs.unshare),
        ]
        return routes.map { $0.permitted(.records) }
    }

    // MARK: Owners

    static let assignment = BodyFields(
        [
            .reference("owner", "Owner", "负责人", to: "users").noted("Null for nobody.", "null 表示无负责人。"),
            .text("reason", "Reason", "原因", max: 500).example("李明调离华东区"),
        ],
        present: ["owner"]
    )

    private static func history(_ resource: Resource, _ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        try requireShownOwner(of: resource, call.actor)
        let query = try PageQuery(call.query, of: "\(resource.name)/\(record.id)/owners")
        return .json(try OwnerHistory(resource, transaction.connection).page(of: record, query))
    }

    /// Whoever may not see the owner of a record may not see those before either.
    private static func requireShownOwner(of resource: Resource, _ actor: Actor) throws {
        guard let field = resource.ownerField, actor.access.restrictions(of: resource.name).reading(field) == .clear
        else { throw Problem.notFound(Text("history of owners", "负责人历史")) }
    }

    private static func assign(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let service = RecordService(resource, transaction)
        // What the actor does not see is not there, whatever is sent to it.
        let id = try service.find(call.id()).id
        let body = try assignment.read(call.object(), in: transaction)
        let record = try service.assign(
            id,
            to: body["owner"]?.integerValue,
            reason: body["reason"]?.stringValue,
            match: call.match
        )
        let changed = try RecordReader(resource, transaction).written(record.id)
        return .changed(changed.json, version: changed.version)
    }

    // MARK: Collaborators

    static let terms = BodyFields([
        .choice(
            "access",
            "Access",
            "权限",
            [Choice("read", "Read", "查看"), Choice("write", "Read and change", "查看和更改")]
        ).required(),
        .time("expiresAt", "Ends", "到期时间")
            .noted("Null for as long as the record is there.", "null 表示长期有效。"),
    ])

    private static func collaborators(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let found = try CollaboratorService(resource, call.transaction()).list(of: call.id())
        let page: JSONValue = ["items": .array(found.map(\.json)), "next": .null]
        return .json(Array(page.text.utf8))
    }

    private static func share(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let id = try RecordService(resource, transaction).find(call.id()).id
        let user = try call.id("user")
        let body = try terms.read(call.object())
        let made = try CollaboratorService(resource, transaction).share(
            id,
            with: user,
            Collaborator.Level(rawValue: body["access"]?.stringValue ?? "") ?? .read,
            until: body["expiresAt"]?.stringValue.flatMap(Timestamp.read)
        )
        let json = Array(made.collaborator.json.text.utf8)
        return made.isNew
            ? .created(json, at: "/v1/\(resource.name)/\(id)/collaborators/\(user)") : .json(json)
    }

    private static func unshare(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try CollaboratorService(resource, call.transaction()).unshare(call.id(), with: call.id("user"))
        return .noContent
    }
}
