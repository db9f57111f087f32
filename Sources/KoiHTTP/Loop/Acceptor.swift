import CLinux
import Glibc
import Synchronization

/// Takes connections on one loop and gives them to all loops in turn.
///
/// `@unchecked Sendable`: created before the loops start, and from then on used by its loop only.
final class Acceptor: @unchecked Sendable {
    /// The epoll data of listeners lies above that of all connections.
    static let firstData = UInt64.max - 1023

    private let loops: [EventLoop]
    private var listeners: [ListeningSocket]
    private var isWatching = false
    private var nextLoop = 0

    /// Connections beyond the limit that are still told so; after that they wait to be accepted.
    private static let refusedConnections = 64
    /// Accepted in a row before other events have their turn.
    private static let batch = 64

    init(listeners: [ListeningSocket], loops: [EventLoop]) {
        self.listeners = listeners
        self.loops = loops
    }

    /// Begins to accept, or begins again after a pause.
    func resume(on loop: EventLoop) {
        guard !isWatching, !listeners.isEmpty else { return }
        isWatching = true
        for (index, listener) in listeners.enumerated() {
            let data = Acceptor.firstData + UInt64(index)
            _ = loop.watch(listener.descriptor, events: linux_epoll_listener, data: data)
        }
    }

    func accept(_ data: UInt64, on loop: EventLoop) {
        let index = Int(truncatingIfNeeded: data - Acceptor.firstData)
        guard isWatching, index < listeners.count else { return }
        for _ in 0..<Acceptor.batch {
            let limit = loop.service.limits.connections
            let count = loop.service.connections.load(ordering: .relaxed)
            guard count < limit + Acceptor.refusedConnections else { return pause(on: loop) }
            switch listeners[index].accept() {
            case .none: return
            // Level-triggered, the listener would report again at once: the next sweep resumes it.
            case .exhausted: return pause(on: loop)
            case .connection(let descriptor, let peer):
                loop.service.connections.add(1, ordering: .relaxed)
                hand(descriptor, peer, isRefused: count >= limit, from: loop)
            }
        }
    }

    /// Accepts no more, closes the addresses and stops the other loops.
    ///
    /// They hear it from here, so that no connection can reach a loop that has finished.
    func stop(on loop: EventLoop, deadline: Int) {
        pause(on: loop)
        listeners = []
        for other in loops where other !== loop { other.post(.stop(deadline: deadline)) }
    }

    private func hand(_ descriptor: Int32, _ peer: Peer, isRefused: Bool, from loop: EventLoop) {
        let target = loops[nextLoop]
        nextLoop = (nextLoop + 1) % loops.count
        if target === loop {
            target.adopt(descriptor, peer, isRefused: isRefused)
        } else {
            target.post(.adopt(descriptor: descriptor, peer, isRefused: isRefused))
        }
    }

    private func pause(on loop: EventLoop) {
        guard isWatching else { return }
        isWatching = false
        for listener in listeners { loop.unwatch(listener.descriptor) }
    }
}
