import KoiHTTP
import KoiJSON

/// What a ticket's clocks say, and why.
enum TicketClockRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Ticket.resource.name }) else { return [] }
        return [
            Route.get("/v1/tickets/{id}/clocks", show).documented(TicketClockDocumentation.show).permitted(.records)
        ]
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let ticket = try RecordService(Ticket.resource, transaction).find(call.id())
        guard call.actor.access.restrictions(of: Ticket.resource.name).reading("nextDueAt") == .clear else {
            throw Problem.notPermitted(.read, Ticket.resource.name)
        }
        return .json(Array(try TicketClockReport(ticket, transaction).document(call.language).text.utf8))
    }
}
