import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of working time.
enum CalendarDocumentation {
    static let ofCalendar = route(
        "showWorkingTimeOfCalendar",
        tag: WorkingCalendar.resource.name,
        "Tells of a calendar whether there is work at a time, how much of it lies up to another, and when so much of it is done."
    )

    static let ofUser = route(
        "showWorkingTimeOfUser",
        tag: User.resource.name,
        "Tells the same of a user: by the user's calendar, or else the company's, without the user's absences."
    )

    private static func route(_ operation: String, tag: String, _ summary: String) -> RouteDocumentation {
        var docs = RouteDocumentation(operation, tag: tag, summary)
        let time: JSONValue = ["type": "string", "format": "date-time"]
        docs.parameters = [
            Schema.idParameter,
            Schema.queryParameter("from", time, "From when; now where it is not said."),
            Schema.queryParameter("to", time, "Up to when work is counted; within ten years."),
            Schema.queryParameter(
                "seconds",
                ["type": "integer", "minimum": 0, "maximum": .integer(WorkingTime.horizon / 1_000)],
                "How much work is to be done."
            ),
        ]
        let nullableTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]
        docs.answer = Schema.object(
            [
                "from": time, "timeZone": ["type": "string"], "working": ["type": "boolean"],
                "opens": described(
                    nullableTime,
                    "The first moment of work from then on; null for never within ten years."
                ),
                "to": nullableTime,
                "seconds": described(["type": ["integer", "null"]], "Seconds of work up to `to`."),
                "due": described(
                    nullableTime,
                    "When so many seconds of work are done; null for never within ten years."
                ),
            ],
            required: ["from", "timeZone", "working", "opens", "to", "seconds", "due"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    private static func described(_ schema: JSONValue, _ text: String) -> JSONValue {
        var members = schema.objectValue ?? [:]
        members["description"] = .string(text)
        return .object(members)
    }
}
