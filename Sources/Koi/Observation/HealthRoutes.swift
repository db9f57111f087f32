import KoiHTTP
import KoiJSON

/// Whether Koi is alive and can do its work, for load balancers, containers, service managers and the pages.
package enum HealthRoutes {
    package static let routes: [Route] = [
        Route(.get, "/healthz", .immediate(alive)).access(.open).uncounted().documented(aliveDocumentation),
        Route(.get, "/readyz", .deferred(ready)).access(.open).uncounted().documented(readyDocumentation),
        Route(.get, "/health", .immediate(health)).access(.open).uncounted().documented(healthDocumentation),
    ]

    private static let ok = Answer.json(Array("{\"status\":\"ok\"}".utf8))

    /// Whoever gets this far is alive.
    private static func alive(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        return ok
    }

    /// - Throws: `Problem` 503 that says why Koi should not be given work.
    private static func ready(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try call.refuseParameters()
        guard !app.observation.stops else { throw Unready.stopping.problem }
        app.readiness.prove { reply($0.map { .failure($0.problem) } ?? .success(ok)) }
    }

    /// What is known without writing anything, for those who ask often.
    ///
    /// - Throws: `Problem` 503 while the disk lets nothing be written; reads go on then.
    private static func health(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        guard !app.observation.stops else { throw Unready.stopping.problem }
        if let reason = app.readiness.known { throw reason.problem }
        return ok
    }

    private static let aliveDocumentation = documentation("showLiveness", "Whether Koi answers. Needs no key.")
    private static let readyDocumentation = documentation(
        "showReadiness",
        "Whether Koi can do its work: the database takes writes, its schema is that of the program, the disk has room, and Koi is not about to stop. Else 503 with the reason in \"code\". Writes to the database, at most every five seconds. Needs no key."
    )
    private static let healthDocumentation = documentation(
        "showHealth",
        "Whether Koi answers and can write, as far as is known without writing. Needs no key."
    )

    private static func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        var docs = RouteDocumentation(operation, tag: "health", summary)
        docs.answer = Schema.object(["status": ["const": "ok"]])
        docs.problems = [.badRequest]
        return docs
    }
}

extension LocalClient {
    /// Asks the running Koi how it does, with little patience.
    ///
    /// - Throws: `LocalFailure` where it does not answer, or cannot do its work.
    package func requireHealth() throws {
        _ = try get("/readyz", patience: 5)
    }
}
