import KoiHTTP
import KoiJSON

/// One's own tasks as a calendar for other programs, and the link to it.
enum TaskCalendarRoutes {
    static let routes: [Route] = [
        .get("/v1/me/calendar", show).permitted(.anyone).documented(showing),
        .post("/v1/me/calendar", make).permitted(.anyone).documented(making),
        .delete("/v1/me/calendar", revoke).permitted(.anyone).documented(revoking),
        Route(.get, CalendarLinks.path + "{token}", .read(read)).access(.link).alone(),
    ]

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(Array(try CalendarLinks(call.transaction()).show().text.utf8))
    }

    private static func make(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        return .created(Array(try CalendarLinks(call.transaction()).make().text.utf8), at: "/v1/me/calendar")
    }

    private static func revoke(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try CalendarLinks(call.transaction()).revoke()
        return .noContent
    }

    private static func read(_ call: Call) throws -> Answer {
        let form = try form(call.query)
        let bytes = try CalendarLinks(call.transaction()).bytes(of: call.captures["token"] ?? "", form)
        guard let bytes else { throw Problem.notFound(Text("calendar", "日历")) }
        return .document(bytes, type: TaskCalendar.mediaType)
    }

    private static func form(_ query: [Parameter]) throws -> TaskCalendar.Form {
        guard let first = query.first else { return .events }
        guard query.count == 1, first.name == "as", let form = TaskCalendar.Form(rawValue: first.value) else {
            throw Problem.badParameter(
                first.name,
                Text("This path takes as: events or todos.", "此路径只接受参数 as，取值为 events 或 todos。")
            )
        }
        return form
    }

    private static let times: JSONObject = [
        "createdAt": ["type": "string", "format": "date-time"], "expiresAt": ["type": "string", "format": "date-time"],
    ]

    private static let showing: RouteDocumentation = {
        var docs = RouteDocumentation("showCalendarLink", tag: "me", "Since when there is a link to one's calendar.")
        docs.answer = Schema.object(times, required: ["createdAt", "expiresAt"])
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    private static let making: RouteDocumentation = {
        var docs = RouteDocumentation(
            "makeCalendarLink",
            tag: "me",
            "Makes a link at which calendars follow one's tasks (RFC 5545), and revokes the one before it. With ?as=todos it has tasks (VTODO) in place of events. It is shown this once."
        )
        docs.status = .created
        let url: JSONObject = [
            "url": ["type": "string", "description": "A path where the settings have no public address."]
        ]
        docs.answer = Schema.object(
            JSONObject(url.members + times.members),
            required: ["url", "createdAt", "expiresAt"]
        )
        docs.answerFields = ["Location": "Where it is revoked."]
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()

    private static let revoking: RouteDocumentation = {
        var docs = RouteDocumentation("revokeCalendarLink", tag: "me", "Revokes the link to one's calendar.")
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()
}
