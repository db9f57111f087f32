import KoiHTTP
import KoiJSON
import KoiSQLite

/// `/health`: whether Koi answers, for load balancers, containers and the front page.
package enum HealthRoutes {
    package static let routes: [Route] = [
        Route(.get, "/health", .immediate(health)).access(.open).documented(documentation)
    ]

    /// - Throws: `Problem` 503 while the disk lets nothing be written; reads go on then.
    private static func health(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        guard app.database.writer.statistics.isAvailable else {
            throw Problem.busy(
                "Koi cannot write at the moment. Try again soon.",
                "Koi 暂时无法写入，请稍后重试。"
            )
        }
        return .json(Array("{\"status\":\"ok\"}".utf8))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showHealth",
            tag: "health",
            "Whether Koi answers and can write. Needs no key."
        )
        docs.answer = Schema.object(["status": ["const": "ok"]])
        docs.problems = [.badRequest]
        return docs
    }()
}

extension LocalClient {
    /// Asks the running Koi how it does, with little patience.
    ///
    /// - Throws: `LocalFailure` where it does not answer, or cannot write.
    package func requireHealth() throws {
        _ = try get("/health", patience: 5)
    }
}
