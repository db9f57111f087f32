/// A complete request: its body is in memory or in a file before the handler sees it.
package struct Request: Sendable {
    package var head: RequestHead
    package var body: Body
    package var peer: Peer
    /// The index of the event loop that serves it, 0 up to the number of loops.
    package var loop: Int
    /// As in `RequestTrace`; every answer says it in `X-Request-Id`.
    package var id: String

    package init(head: RequestHead, body: Body = .none, peer: Peer, loop: Int = 0, id: String) {
        self.head = head
        self.body = body
        self.peer = peer
        self.loop = loop
        self.id = id
    }
}
