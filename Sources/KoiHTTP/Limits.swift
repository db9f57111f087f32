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
    /// The same for `Admission.spool`.
    package var file = 1024 * 1024 * 1024
    /// Bytes of a chunk size line with its extensions, and of all extensions of a body together (400).
    package var chunkLine = 256
    package var chunkExtensions = 16 * 1024
    /// Bytes of bodies that are gathered in memory, and of what clients send ahead, of all connections together; what is
    /// beyond it is answered with 503.
    ///
    /// Up to `smallBody` of each connection does not count, so that small requests
    /// always find room.
    package var bufferedBytes = 128 * 1024 * 1024
    package var smallBody = 16 * 1024
    /// Bytes of bodies in temporary files, of all connections together (503).
    package var spooledBytes = 4 * 1024 * 1024 * 1024
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
    /// Bytes per second that a body must reach on average within each `bodyRateGrace`.
    package var bodyRate = 500
    package var bodyRateGrace = 10_000
    /// Between two requests of a connection.
    package var idleTime = 60_000
    /// Within each time of this length a client must take `writeRate` bytes per second of a response on average, or all that
    /// is left of it.
    package var writeStall = 30_000
    package var writeRate = 500
    /// Before a closed connection is cut off although the client is still sending.
    package var lingerTime = 5000
    /// Without a byte of an event stream before a comment is sent.
    package var heartbeat = 15_000
    /// For a stream's source to deliver once the client has closed its side.
    package var halfClosedTime = 5000

    /// Open connections of all loops together, and of one address: an IPv4 address or the first 64 bits of an IPv6 one.
    ///
    /// For one more, the one that has been idle for longest gives way; where none is, it is answered with 503.
    package var connections = 10_000
    package var connectionsPerAddress = 1024
    /// Requests that the application has and has not answered; more are answered with 503.
    package var requestsInFlight = 8192
    /// Connections waiting to be accepted.
    package var backlog = 1024

    /// Descriptors that connections leave for files, and how few connections there may be for that.
    private static let reservedDescriptors = 64
    private static let fewestConnections = 16

    package init() {}

    /// Lowers the number of connections to what a process with so many descriptors can have open beside its files: they are
    /// refused, or make room for each other, rather than wait unheard for a descriptor.
    ///
    /// - Returns: whether it was more.
    package mutating func fit(descriptors: Int) -> Bool {
        let most = max(Limits.fewestConnections, descriptors - Limits.reservedDescriptors)
        guard connections > most else { return false }
        connections = most
        return true
    }
}
