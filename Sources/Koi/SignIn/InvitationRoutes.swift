import KoiHTTP
import KoiJSON

/// Links by which people choose a password: made for a user, looked at, and used.
enum InvitationRoutes {
    static let routes: [Route] = [
        .post("/v1/invitations", create).permitted(.records).documented(InvitationDocumentation.create),
        Route(.post, "/v1/invitations/lookup", .read(look)).access(.open).bodyLimit(16 << 10)
            .documented(InvitationDocumentation.look),
        Route(.post, "/v1/invitations/acceptance", .deferred(accept)).access(.open).bodyLimit(16 << 10)
            .documented(InvitationDocumentation.accept),
    ]

    private static func create(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        var form = try Form(call.object())
        let user = form.id("user")
        try form.finish()
        let made = try Invitations(call.transaction()).make(for: user)
        let body: JSONValue = [
            "link": .string(made.path),
            "user": .integer(user),
            "purpose": .string(made.link.purpose.rawValue),
            "expiresAt": .string(Timestamp.text(made.link.expiresAt)),
        ]
        return .created(Array(body.text.utf8), at: "/v1/users/" + String(user))
    }

    private static func look(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        var form = try Form(call.object())
        let token = form.text("token", max: 100)
        try form.finish()
        return .json(Array(try Invitations(call.transaction()).look(at: token).text.utf8))
    }

    private static func accept(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try call.refuseParameters()
        try Acceptance(call, app).answer(reply)
    }
}
