import KoiLock
import Synchronization

/// The way back to the client of one request, for answers that are given later.
///
/// An exchange that is released without an answer answers 500, so that no client waits in vain.
package final class Exchange: Sendable {
    private struct Watch {
        var isClosed = false
        var isPeerFinished = false
        var onClose: (@Sendable () -> Void)?
        var onPeerFinished: (@Sendable () -> Void)?
    }

    private let loop: EventLoop?
    private let id: ConnectionID
    private let serial: UInt64
    /// Bytes of the request's body that count as held until nobody has it any more.
    private let heldBytes: Int
    private let isInFlight = Atomic(false)
    private let sink: (@Sendable (Response) -> Void)?
    private let isAnswered = Atomic(false)
    private let watch = Lock(Watch())

    /// - Parameter heldBytes: taken from the budget of buffered bytes, and given back at the end.
    init(loop: EventLoop, id: ConnectionID, serial: UInt64, heldBytes: Int) {
        self.loop = loop
        self.id = id
        self.serial = serial
        self.heldBytes = heldBytes
        sink = nil
    }

    /// An exchange without a connection, for requests made in process: the answer goes to `sink`.
    package init(sink: @escaping @Sendable (Response) -> Void) {
        loop = nil
        id = ConnectionID(slot: 0, generation: 0)
        serial = 0
        heldBytes = 0
        self.sink = sink
    }

    deinit {
        if let service = loop?.service {
            service.buffered.giveBack(heldBytes)
            if isInFlight.load(ordering: .relaxed) { service.counts.inFlight.subtract(1, ordering: .relaxed) }
        }
        guard markAnswered() else { return }
        loop?.post(.unanswered(id, serial: serial))
        sink?(Response(Refusal.unanswered.status))
    }

    /// Answers the request, from any thread.
    ///
    /// Only the first answer counts.
    package func respond(_ response: Response) {
        guard markAnswered() else { return }
        loop?.post(.response(id, serial: serial, response))
        sink?(response)
    }

    /// Whether the client has gone: an answer would reach nobody.
    package var isClosed: Bool { watch.withLock { $0.isClosed } }

    /// Calls `body` on the event loop, or at once, if the client goes before the answer is sent.
    package func onClose(_ body: @escaping @Sendable () -> Void) {
        let isClosed = watch.withLock { watch in
            if !watch.isClosed { watch.onClose = body }
            return watch.isClosed
        }
        if isClosed { body() }
    }

    /// Calls `body` on the event loop, or at once, if the client closes its side of the connection before the answer is sent.
    ///
    /// It has gone, or it sends no more and still reads (RFC 9293 §3.6), which cannot be told apart before something is sent
    /// to it. So every request is answered; one that waits for what may not happen had better be answered at once.
    package func onPeerFinished(_ body: @escaping @Sendable () -> Void) {
        let isFinished = watch.withLock { watch in
            if !watch.isPeerFinished { watch.onPeerFinished = body }
            return watch.isPeerFinished
        }
        if isFinished { body() }
    }

    /// The application has kept the exchange to answer later: it counts as in flight until it is let go, also where the client
    /// is not there any more.
    func noteInFlight() {
        loop?.service.counts.inFlight.add(1, ordering: .relaxed)
        isInFlight.store(true, ordering: .relaxed)
    }

    /// True for the first who asks.
    func markAnswered() -> Bool {
        !isAnswered.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// The client has closed its side; again does nothing.
    func peerFinished() {
        let body = watch.withLock { watch in
            watch.isPeerFinished = true
            let body = watch.onPeerFinished
            watch.onPeerFinished = nil
            return body
        }
        body?()
    }

    /// The connection is closed before the answer was sent.
    func connectionClosed() {
        let body = watch.withLock { watch in
            watch.isClosed = true
            let body = watch.onClose
            (watch.onClose, watch.onPeerFinished) = (nil, nil)
            return body
        }
        body?()
    }
}
