/// What the server serves.
///
/// All methods run on an event loop: they must not block.
package protocol Application: Sendable {
    /// Decides what becomes of a body: called for requests that have one, when the head is complete and before
    /// any byte of the body is read or a `100 Continue` is sent.
    ///
    /// - Parameter trace: what is noted here comes back in `respond` and `ended`.
    func admit(_ head: RequestHead, peer: Peer, trace: inout RequestTrace) -> Admission

    /// Answers a complete request; nil when `exchange.respond(_:)` will be called later, from any thread.
    ///
    /// - Parameter trace: what is noted here until the method returns comes back in `ended`.
    func respond(to request: Request, exchange: Exchange, trace: inout RequestTrace) -> Response?

    /// A request has ended: its answer was handed to the system, or its connection broke.
    ///
    /// Called once for each request of which more than a line end came, and for each refusal.
    func ended(_ report: RequestReport, loop: Int)

    /// The loop has handled what was waiting; where `isResting` is set, it now waits for more.
    func turned(loop: Int, isResting: Bool)

    /// The answer to a request that never reached `respond`; the connection is closed after it.
    ///
    /// - Parameter id: that of the request, as it will stand in `X-Request-Id`.
    func refusal(_ refusal: Refusal, id: String) -> Response
}

extension Application {
    package func turned(loop: Int, isResting: Bool) {}
    package func ended(_ report: RequestReport, loop: Int) {}
}

/// What becomes of the body of a request.
package enum Admission: Sendable {
    /// Kept in memory; more than `limit` bytes are refused with 413.
    case buffer(limit: Int)
    /// Written to a temporary file, or taken apart when it is `multipart/form-data`; at most `limit` bytes in all.
    case spool(limit: Int)
    /// Not read. The connection is kept only if the body is small enough to be dropped.
    case refuse(Response)
}
