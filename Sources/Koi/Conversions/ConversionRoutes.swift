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
        let (lead, conversion) = try ConversionService(call.transaction()).find(call.id())
        return .json(Array(json(conversion, lead).text.utf8))
    }

    private static func json(_ conversion: Conversion, _ lead: Record) -> JSONValue {
        [
            "lead": .integer(lead.id), "customer": lead["customer"], "contact": lead["contact"],
            "need": conversion.made(of: Need.resource).map(JSONValue.integer) ?? .null,
            "at": .string(Timestamp.text(conversion.at)), "user": conversion.user.map(JSONValue.integer) ?? .null,
            "made": .array(
                conversion.made.map { ["resource": .string($0.subject.resource), "id": .integer($0.subject.id)] }
            ),
        ]
    }
}
