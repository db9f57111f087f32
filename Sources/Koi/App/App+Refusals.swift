package import KoiHTTP

/// What is refused before a handler sees it.
extension App {
    package func refusal(_ refusal: Refusal, id: String) -> Response {
        // The server adds `Retry-After` where the refusal says when to try again.
        Problem(refusal.status, refusal.code, RefusalTexts.text(of: refusal))
            .response(language: Language(accepting: refusal.acceptLanguage), requestID: id)
    }

    /// The answer to a request whose client waits for `100 Continue`, where its body would not change it (RFC 9110 §10.1.1);
    /// nil where the body is to come.
    ///
    /// A key is looked up only when the request is complete.
    func refusalBeforeBody(of request: Request, trace: inout RequestTrace) -> Response? {
        guard case .found(let number, _) = router.match(request.head.method, request.head.segments) else {
            return missed(request, trace: &trace)
        }
        do {
            let route = routes[number]
            trace.route = number
            try Authentication(self).requireCredentials(request, route.access)
            if route.takesFile || !route.mediaTypes.isEmpty {
                try RequestBody.requirePlain(request.head)
            } else {
                try RequestBody.requireJSON(request.head)
            }
            return nil
        } catch {
            return refuseUnseen(request, for: error, trace: &trace)
        }
    }

    /// A refusal of somebody whose key was not looked up, if there was one: it counts for the address.
    private func refuseUnseen(_ request: Request, for error: any Error, trace: inout RequestTrace) -> Response {
        countUnseen(request, trace: &trace) ?? response(to: request, for: error)
    }

    /// Counts a request for its address.
    ///
    /// - Returns: 429 where nothing was left for it.
    private func countUnseen(_ request: Request, trace: inout RequestTrace) -> Response? {
        guard let spending = rates.countStranger(from: request.peer, at: clock.now()) else { return nil }
        trace.quota = spending.quota
        do {
            try spending.require()
            return nil
        } catch {
            return response(to: request, for: error)
        }
    }

    /// The answer where no route takes the method at the path: a file of the pages, what OPTIONS asks for, or a refusal.
    ///
    /// All but the files count for the address: nobody looks whose key it is.
    func missed(_ request: Request, trace: inout RequestTrace) -> Response {
        let head = request.head
        // RFC 9110 §9.1: 501 for a method that no path takes, 405 for one that this path does not.
        guard head.method.isStandard else { return refuseUnseen(request, for: Problem.unknownMethod, trace: &trace) }
        if head.path == "*" { return refuseUnseen(request, allowing: App.methods, trace: &trace) }
        if case .methodNotAllowed(let allowed) = router.match(head.method, head.segments) {
            return refuseUnseen(request, allowing: allowed, trace: &trace)
        }
        guard let file = staticFiles?.response(for: head.segments, request: head) else {
            return refuseUnseen(request, for: Problem.noSuchPath, trace: &trace)
        }
        trace.route = observation.meter.fileRoute
        guard file.status == .methodNotAllowed else { return file }
        return refuseUnseen(request, allowing: [.get, .head, .options], trace: &trace)
    }

    private func refuseUnseen(_ request: Request, allowing: [Method], trace: inout RequestTrace) -> Response {
        countUnseen(request, trace: &trace) ?? refuse(request, allowing: allowing)
    }

    /// What is served at some path, for `OPTIONS *` (RFC 9110 §9.3.7).
    private static let methods: [Method] = [.get, .head, .post, .put, .patch, .delete, .options]
}

extension Problem {
    fileprivate static let unknownMethod = Problem(
        .notImplemented,
        "unknown_method",
        Text("No path of Koi takes this method. Methods are written in capitals.", "Koi 的任何路径都不支持此方法。方法须大写。")
    )
}
