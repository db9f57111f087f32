import KoiHTTP
import KoiJSON

/// `/metrics`: how Koi does, for Prometheus and for `koi top`.
package enum MetricsRoutes {
    package static let routes: [Route] = [
        Route(.get, "/metrics", .immediate(show)).permitted(.area(.metrics, .read)).documented(documentation)
    ]

    private static func show(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        return .document(Array(Metrics(app, loop: call.request.loop).text.utf8), type: MetricsText.mediaType)
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showMetrics",
            tag: "health",
            "How Koi does, in the text format of Prometheus. Needs the right metrics.read."
        )
        docs.answer = ["type": "string"]
        docs.answerType = "text/plain"
        docs.problems = [.badRequest]
        return docs
    }()
}
