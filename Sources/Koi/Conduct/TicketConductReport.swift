import KoiJSON

/// How the customer of a ticket is treated so far, and what is still owed: within what the actor may see of it.
struct TicketConductReport {
    private let ticket: Record
    private let transaction: Transaction

    init(_ ticket: Record, _ transaction: Transaction) {
        self.ticket = ticket
        self.transaction = transaction
    }

    func document(_ language: Language) throws -> JSONValue {
        // As the actor's role shows it.
        let shown = try object(RecordReader(Ticket.resource, transaction).find(ticket.id).json)
        func part(_ time: String, _ members: [(name: String, field: String)]) -> JSONValue {
            guard shown[time]?.isNull == false else { return .null }
            return .object(JSONObject(members.map { .init(name: $0.name, value: shown[$0.field] ?? .null) }))
        }
        let remedies = try list(TicketRemedy.resource)
        let missing = try self.missing().map { issue -> JSONValue in
            ["field": .string(issue.field), "code": .string(issue.code), "message": .string(issue.message(language))]
        }
        return [
            "ticket": .integer(ticket.id),
            "number": shown["number"] ?? .null,
            "state": shown["state"] ?? .null,
            "owner": shown["owner"] ?? .null,
            "assignee": shown["assignee"] ?? .null,
            "handovers": shown["handovers"] ?? .null,
            "assists": .array(try list(TicketAssist.resource).map(JSONValue.object)),
            "apology": part(
                "apologisedAt",
                [("at", "apologisedAt"), ("by", "apologisedBy"), ("faultAdmitted", "faultAdmitted")]
            ),
            "explanation": part("explainedAt", [("at", "explainedAt"), ("until", "deferredUntil")]),
            "remedies": .array(remedies.map(JSONValue.object)),
            "result": part("resultToldAt", [("at", "resultToldAt")]),
            "acceptance": part(
                "acceptedAt",
                [
                    ("accepted", "accepted"), ("at", "acceptedAt"), ("by", "acceptedBy"),
                    ("comment", "acceptanceComment"),
                ]
            ),
            "checklist": .array(SincerityCheck.all.map { $0.json(of: shown, remedies, language) }),
            "missing": .array(missing),
        ]
    }

    /// What stands against closing it, the transitions aside.
    private func missing() throws -> [Problem.Issue] {
        guard !TicketState(of: ticket).isEnded else { return [] }
        return try TicketGuards.all.flatMap { try $0.missing(ticket, before: ticket, to: .closed, transaction) }
    }

    /// What hangs on the ticket, as far as the actor may see it.
    private func list(_ resource: Resource) throws -> [JSONObject] {
        let access = transaction.actor.access
        guard access.allows(.read, on: resource.name),
            access.restrictions(of: resource.name).reading("ticket") == .clear
        else { return [] }
        let parameters: [Parameter] = [
            ("ticket", String(ticket.id)), ("sort", "id"), ("limit", String(ListQuery.maximumLimit)),
        ]
        let query = try ListQueryParser(resource, transaction, isCounted: false).parse(parameters)
        let page = try object(RecordReader(resource, transaction).list(query))
        return (page["items"]?.arrayValue ?? []).compactMap(\.objectValue)
    }

    private func object(_ json: [UInt8]) throws -> JSONObject {
        try JSONReader.read(json, limits: JSONLimits(members: .max)).objectValue ?? [:]
    }
}
