import KoiHTTP
import KoiJSON

/// Makes and revokes the links by which the customer of a ticket sees it.
enum TicketLinkRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Ticket.resource.name }) else { return [] }
        let path = "/v1/tickets/{id}/links"
        return [
            Route.post(path, make).documented(making), Route.delete(path, revoke).documented(revoking),
        ].map { $0.permitted(.records) }
    }

    /// Who has the link acts as the customer: so only who may change the ticket gives one away.
    private static func ticket(_ call: Call) throws -> Record {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        let ticket = try RecordService(Ticket.resource, transaction).find(call.id())
        try RecordPermission(Ticket.resource, transaction).check(.change, ticket)
        return ticket
    }

    private static func make(_ call: Call) throws -> Answer {
        let made = try TicketLinks(call.transaction()).make(for: ticket(call).id)
        let body: JSONValue = [
            "path": .string(made.path), "url": made.url.map(JSONValue.string) ?? .null,
            "expiresAt": .string(Timestamp.text(made.expiresAt)),
        ]
        return .created(Array(body.text.utf8), at: made.path)
    }

    private static func revoke(_ call: Call) throws -> Answer {
        try TicketLinks(call.transaction()).revoke(of: ticket(call).id)
        return .noContent
    }

    private static let making: RouteDocumentation = {
        var docs = RouteDocumentation(
            "makeTicketLink",
            tag: "tickets",
            "Makes a link to the page on which the customer sees the ticket and answers. It is shown once."
        )
        docs.parameters = [Schema.idParameter]
        docs.status = .created
        docs.answer = Schema.object(
            [
                "path": ["type": "string"],
                "url": ["type": ["string", "null"], "description": "Null where the settings have no publicURL."],
                "expiresAt": ["type": "string", "format": "date-time"],
            ],
            required: ["path", "url", "expiresAt"]
        )
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    private static let revoking: RouteDocumentation = {
        var docs = RouteDocumentation(
            "revokeTicketLinks",
            tag: "tickets",
            "Makes all links to the ticket's page lead nowhere."
        )
        docs.parameters = [Schema.idParameter]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()
}
