/// What the server serves.
///
/// All methods run on an event loop: they must not block.
package protocol Application: Sendable {
    /// Decides what becomes of a body: called for requests that have one, when the head is complete and before
    /// any byte of the body is read or a `100 Continue` is sent.
    func admit(_ head: RequestHead, peer: Peer) -> Admission

    /// Answers a complete request; nil when `exchange.respond(_:)` will be called later, from any thread.
    func respond(to request: Request, exchange: Exchange) -> Response?

    /// The loop has handled what was waiting; where `isResting` is set, it now waits for more.
    func turned(loop: Int, isResting: Bool)

    /// The answer to a request that never reached `respond`; the connection is closed after it.
    func refusal(_ refusal: Refusal) -> Response
}

extension Application {
    package func turned(loop: Int, isResting: Bool) {}
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
