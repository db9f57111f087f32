import KoiHTTP
import KoiJSON
import KoiSQLite

/// Signing in and out, and the list of those who are signed in.
enum SessionRoutes {
    static let routes: [Route] = [
        Route(.post, "/v1/sessions", .deferred(create)).access(.open).bodyLimit(16 << 10)
            .documented(SessionDocumentation.create),
        .get("/v1/sessions", list).permitted(.anyone).documented(SessionDocumentation.list),
        .delete("/v1/sessions/{id}", end).permitted(.anyone).documented(SessionDocumentation.end),
        .delete("/v1/sessions/current", endCurrent).permitted(.anyone).documented(SessionDocumentation.endCurrent),
    ]

    private static func create(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try call.refuseParameters()
        try SignInAttempt(call, app).answer(reply)
    }

    private static func list(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let user = try user(call.query) ?? transaction.actor.user
        guard let user else { return .json(Array("{\"items\":[],\"next\":null}".utf8)) }
        try UserReach(transaction).require(user)
        let sessions = try SessionStore(transaction.connection).list(of: user, at: transaction.now)
        let items = sessions.map { $0.json(current: transaction.actor.session) }
        return .json(Array(JSONValue.object(["items": .array(items), "next": .null]).text.utf8))
    }

    private static func user(_ query: [Parameter]) throws -> Int64? {
        var user: Int64?
        for parameter in query {
            guard parameter.name == "user", user == nil, let id = Digits.integer(parameter.value), id > 0 else {
                throw Problem.badParameter(
                    parameter.name,
                    Text("This path takes user, the number of a user, once.", "此路径只接受一个参数 user（用户编号）。")
                )
            }
            user = id
        }
        return user
    }

    private static func end(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        guard let session = try SessionStore(transaction.connection).find(call.id(), at: transaction.now),
            try UserReach(transaction).reaches(session.user)
        else { throw Problem.notFound(Text("session", "会话")) }
        try SessionService(transaction).end(session.id, of: session.user)
        return .noContent
    }

    private static func endCurrent(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        guard let session = transaction.actor.session, let user = transaction.actor.user else {
            throw Problem.notFound(Text("session", "会话"))
        }
        try SessionService(transaction).end(session, of: user)
        let isSecure = Visit.isSecure(call.request, transaction.catalog.settings.current)
        return .noContent.settingCookies([Cookie.session.ending(isSecure: isSecure)])
    }
}
