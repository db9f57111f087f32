import KoiHTTP
import KoiJSON

/// `/v1/me`: whoever asks, their own settings, password and second factor.
enum MeRoutes {
    static let routes: [Route] = [
        .get("/v1/me", show).permitted(.anyone).documented(MeDocumentation.show),
        .patch("/v1/me", change).permitted(.anyone).documented(MeDocumentation.change),
        Route(.put, "/v1/me/password", .deferred(changePassword)).permitted(.anyone).bodyLimit(16 << 10)
            .documented(MeDocumentation.changePassword),
        Route(.post, "/v1/me/second-factor", .deferred(beginFactor)).permitted(.anyone).bodyLimit(16 << 10)
            .documented(MeDocumentation.beginFactor),
        .put("/v1/me/second-factor", confirmFactor).permitted(.anyone).documented(MeDocumentation.confirmFactor),
        Route(.delete, "/v1/me/second-factor", .deferred(removeFactor)).permitted(.anyone).bodyLimit(16 << 10)
            .documented(MeDocumentation.removeFactor),
    ]

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(Array(try Me(call.transaction()).document().text.utf8))
    }

    private static func change(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(Array(try Me(call.transaction()).change(call.object()).text.utf8))
    }

    private static func changePassword(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try call.refuseParameters()
        var form = try Form(call.object())
        let (current, new) = (form.secret("current"), form.secret("new"))
        try form.finish()
        let check = try OwnPassword(call, app)
        try check.requireGood(new, field: "new")
        try check.confirm(current, field: "current", reply) { try check.change(to: new) }
    }

    private static func beginFactor(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try confirmPassword(call, app, reply) { try $0.beginSecondFactor() }
    }

    private static func confirmFactor(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        var form = try Form(call.object())
        let code = form.text("code", max: 100)
        try form.finish()
        let codes = try SecondFactor(of: call.actor.requireSession().user, call.transaction()).confirm(code)
        return .json(Array(JSONValue.object(["recoveryCodes": .array(codes.map(JSONValue.string))]).text.utf8))
    }

    private static func removeFactor(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try confirmPassword(call, app, reply) { try $0.removeSecondFactor() }
    }

    /// Does what takes nothing but the password.
    private static func confirmPassword(
        _ call: Call,
        _ app: App,
        _ reply: @escaping Route.Reply,
        _ work: @escaping @Sendable (OwnPassword) throws -> Answer
    ) throws {
        try call.refuseParameters()
        var form = try Form(call.object())
        let password = form.secret("password")
        try form.finish()
        let check = try OwnPassword(call, app)
        try check.confirm(password, field: "password", reply) { try work(check) }
    }
}

extension Actor {
    /// - Throws: `Problem` 403 where it is not a person who has signed in.
    func requireSession() throws -> (user: Int64, session: Int64) {
        guard let user, let session else {
            throw Problem.forbidden(
                "session_required",
                "This takes a person who has signed in; a key cannot do it.",
                "此操作需要本人登录，API 密钥无法执行。"
            )
        }
        return (user, session)
    }
}
