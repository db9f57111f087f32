/// Everything that a client can make large or slow, with its bound.
///
/// Times are in milliseconds.
package struct Limits: Sendable, Equatable {
    /// Bytes of a request line without its line end (414).
    ///
    /// RFC 9112 §3 recommends at least 8,000.
    package var requestLine = 8190
    /// Header fields of a request, and trailer fields apart (431).
    package var fieldCount = 100
    /// Bytes of all header field lines together, and of all trailer lines (431).
    package var fieldBytes = 32 * 1024
    /// The body that `Admission.buffer` should allow when an application has no limit of its own.
    package var body = 1024 * 1024
    /// Bytes of a chunk size line with its extensions, and of all extensions of a body together (400).
    package var chunkLine = 256
    package var chunkExtensions = 16 * 1024
    /// A refused body up to this size is read and dropped, so that the connection can be kept.
    package var discardedBody = 64 * 1024
    /// Parts of a multipart body, bytes of one part's header, and the size above which a part goes to a file.
    package var parts = 1000
    package var partHeader = 8 * 1024
    package var partInMemory = 64 * 1024

    /// From the first byte of a request (or the connection) to the end of its head.
    package var headTime = 10_000
    /// Between two pieces of a body.
    package var bodyIdleTime = 30_000
    /// Bytes per second that a body must reach on average once `bodyRateGrace` has passed.
    package var bodyRate = 500
    package var bodyRateGrace = 10_000
    /// Between two requests of a connection.
    package var idleTime = 60_000
    /// Without the client taking a byte of the response.
    package var writeStall = 30_000
    /// Before a closed connection is cut off although the client is still sending.
    package var lingerTime = 5000
    /// For a stream's source to deliver once the client has closed its side.
    package var halfClosedTime = 5000

    /// Open connections of all loops together; more are answered with 503.
    package var connections = 10_000
    /// Connections waiting to be accepted.
    package var backlog = 1024

    package init() {}
}
