package import Synchronization

/// What a server has done to hold its limits, counted since it started.
package final class ServerCounts: Sendable {
    /// Connections taken.
    package let accepted = Atomic(0)
    /// Connections that were idle and gave way to others.
    package let displaced = Atomic(0)
    /// Connections that found no room: told so with 503, or closed at once.
    package let refused = Atomic(0)
    /// Connections cut off, or answered with 408, because they were too slow.
    package let tooSlow = Atomic(0)
    /// Requests answered with 503 because too many were in flight, or too much was held of bodies.
    package let shed = Atomic(0)
    /// How often accepting failed for want of descriptors or memory.
    package let exhausted = Atomic(0)
    /// Requests that the application has and has not answered, at this moment.
    package let inFlight = Atomic(0)

    init() {}
}
