/// Content that is made while it is sent.
///
/// The server asks for one chunk at a time, and for the next when the client has taken the last: a slow client
/// slows the source down, and nothing piles up.
package protocol BodySource: AnyObject, Sendable {
    /// Makes the next chunk and gives it to `deliver`, once, now or later, from any thread.
    ///
    /// It is called on an event loop and must not block.
    func next(_ deliver: @escaping @Sendable (BodyChunk) -> Void)

    /// Nothing more will be asked for: the client has gone, or wants no content. Called at most once,
    /// and not after `.end` or `.failed`.
    func cancel()
}

/// What a source delivers.
package enum BodyChunk: Sendable {
    case bytes([UInt8])
    case end
    /// The content cannot be completed: the connection is broken off, so that the client notices.
    case failed
}
