/// The content of an event stream: chunks of whole events, as `ServerSentEvent` writes them.
///
/// A source that has nothing to say keeps the `deliver` that it was given until it has. It costs its client nothing to wait:
/// the server keeps the connection alive with comments, and cancels the source when the client has gone or the server stops.
package protocol EventSource: BodySource {
    /// Whether the stream may not go on, as once the right to read it has expired.
    ///
    /// Asked on the event loop before each comment; must not block.
    var isOver: Bool { get }
}

extension EventSource {
    package var isOver: Bool { false }
}
