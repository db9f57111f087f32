import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the clocks of tickets.
enum TicketClockDocumentation {
    static let show: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showTicketClocks",
            tag: Ticket.resource.name,
            """
            Explains the clocks of a ticket: what was promised by which policy and calendar, when the clocks stood still, when \
            each promise is due or was kept, and how early or late in working time; with the log that it all follows from.
            """
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = object([
            ("policy", number, "The policy that holds; null for none, and then nothing is promised."),
            ("calendar", number, "Its calendar; null for the company's."),
            ("pauses", Schema.array(word(TicketRest.pausing.map(\.rawValue))), "In which states clocks stand still."),
            ("nextDueAt", moment, "When the first promise is due that is not kept."),
            ("clocks", Schema.array(clock), "Each round of each clock, in the order in which they began."),
        ])
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    private static let clock = object([
        ("clock", word(TicketClockKind.allCases.map(\.rawValue)), nil),
        ("name", ["type": "string"], "What it is called."),
        ("user", number, "The superior whose clock it is; null for a promise to the customer."),
        ("status", word(TicketClock.Status.allCases.map(\.rawValue)), nil),
        ("policy", number, "By which it runs or ran; null where none holds any more."),
        ("calendar", number, "Null for the company's."),
        ("timeZone", ["type": "string"], nil),
        ("startedAt", time, nil),
        ("targetMinutes", integer, "Minutes of working time."),
        ("pauses", Schema.array(object([("from", time, nil), ("to", time, nil)])), "When it stood still."),
        ("pausedSince", moment, nil),
        ("holidays", Schema.array(["type": "object"]), "Days off of the calendar within its time."),
        ("dueAt", moment, "Null while it stands still, and for never."),
        ("warnAt", moment, nil),
        ("endedAt", moment, "When it was met or cancelled."),
        ("workedMinutes", decimal, "Of working time, without the pauses; until now, or its end."),
        ("leftMinutes", decimal, "Of working time up to the target; negative where it is late."),
        ("late", ["type": ["boolean", "null"]], "Null of what was cancelled."),
        ("warnedAt", moment, nil),
        ("breachedAt", moment, nil),
        (
            "escalations", Schema.array(object([("user", integer, nil), ("at", time, nil)])),
            "Which superiors were told."
        ),
        ("log", Schema.array(entry), "What all of this follows from."),
    ])

    private static let entry = object([
        ("id", integer, nil), ("event", word(TicketClockEvent.Verb.allCases.map(\.rawValue)), nil),
        ("at", time, "From when it holds."), ("user", number, nil), ("targetMinutes", number, nil),
        ("dueAt", moment, nil), ("policy", number, nil), ("calendar", number, nil),
        ("cause", number, "The event of the log of changes that caused it; null for time, and for other policies."),
    ])

    private static let integer: JSONValue = ["type": "integer"]
    private static let number: JSONValue = ["type": ["integer", "null"]]
    private static let decimal: JSONValue = ["type": "number"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let moment: JSONValue = ["type": ["string", "null"], "format": "date-time"]

    private static func word(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map(JSONValue.string))]
    }

    private static func object(_ members: [(name: String, schema: JSONValue, text: String?)]) -> JSONValue {
        let properties = members.map { member -> JSONObject.Member in
            guard let text = member.text, var schema = member.schema.objectValue else {
                return .init(name: member.name, value: member.schema)
            }
            schema["description"] = .string(text)
            return .init(name: member.name, value: .object(schema))
        }
        return Schema.object(JSONObject(properties), required: members.map(\.name))
    }
}
