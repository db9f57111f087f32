import KoiHTTP
import KoiJSON

/// Makes customers of leads, and leads again.
package enum ConversionRoutes {
    private static let path = "/v1/leads/{id}/conversion"

    package static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Lead.resource.name }) else { return [] }
        let routes: [Route] = [
            .get(path, show).documented(ConversionDocumentation.show),
            .put(path, convert).documented(ConversionDocumentation.convert),
            .delete(path, undo).documented(ConversionDocumentation.undo),
        ]
        return routes.map { $0.permitted(.records) }
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return try answer(call)
    }

    private static func convert(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        // What the actor does not see is not there, whatever is sent to it.
        let id = try RecordService(Lead.resource, transaction).find(call.id()).id
        let allowsDuplicate = try !call.flags([DuplicateCheck.parameter]).isEmpty
        let body = try ConversionOrder.body.read(call.body.isNull ? [:] : call.object(), in: transaction)
        let order = ConversionOrder(body, allowsDuplicate: allowsDuplicate)
        _ = try ConversionService(transaction).convert(id, order, match: call.match)
        return try answer(call)
    }

    private static func undo(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let id = try RecordService(Lead.resource, transaction).find(call.id()).id
        try ConversionUndo(transaction).undo(id, leavesRest: call.leavesRest(), match: call.match)
        return .noContent
    }

    private static func answer(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let (lead, conversion) = try ConversionService(transaction).find(call.id())
        let access = call.actor.access
        transaction.saw(
            access.watched(["customer", "contact", "deal", "convertedAt"], of: lead.resource.name),
            of: lead
        )
        return .json(Array(json(conversion, lead, access).text.utf8))
    }

    /// As far as the actor may see what the lead itself says of it, and what was made.
    private static func json(_ conversion: Conversion, _ lead: Record, _ access: Access) -> JSONValue {
        let held = access.restrictions(of: lead.resource.name)
        func shown(_ name: String, _ value: JSONValue) -> JSONValue { held.reading(name) == .clear ? value : .null }
        let made = conversion.made.map(\.subject).filter { access.allows(.read, on: $0.resource) }
        let need = made.first { $0.resource == Need.resource.name }
        return [
            "lead": .integer(lead.id), "customer": shown("customer", lead["customer"]),
            "contact": shown("contact", lead["contact"]), "need": need.map { .integer($0.id) } ?? .null,
            "deal": shown("deal", lead["deal"]),
            "at": shown("convertedAt", .string(Timestamp.text(conversion.at))),
            "user": conversion.user.map(JSONValue.integer) ?? .null,
            "made": .array(
                made.filter { held.reading($0.fieldOfLead) == .clear }
                    .map { ["resource": .string($0.resource), "id": .integer($0.id)] }
            ),
        ]
    }
}

extension EventSubject {
    /// By which a lead names what it became.
    fileprivate var fieldOfLead: String {
        switch resource {
        case Customer.resource.name: "customer"
        case Contact.resource.name: "contact"
        case Deal.resource.name: "deal"
        default: ""
        }
    }
}
