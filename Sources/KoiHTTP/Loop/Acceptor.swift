import CLinux
import Glibc
import Logging
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
    /// How many connections were open when it paused for want of room or descriptors.
    private var connectionsAtPause = 0
    /// The earliest time to accept again, and to warn again, after descriptors or memory were lacking.
    private var nextTry = Int.min
    private var nextWarning = Int.min

    private static let pauseTime = 50
    private static let warningTime = 60_000
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
            // Where the system has no memory for it, the next sweep tries again.
            guard loop.watch(listener.descriptor, events: linux_epoll_listener, data: data) else {
                return pause(on: loop)
            }
        }
    }

    /// Begins again as soon as a connection was closed, without waiting for the next sweep.
    func resumeWhereThereIsRoom(on loop: EventLoop) {
        guard !isWatching, loop.now >= nextTry,
            loop.service.connections.load(ordering: .relaxed) < connectionsAtPause
        else { return }
        resume(on: loop)
    }

    func accept(_ data: UInt64, on loop: EventLoop) {
        let index = Int(truncatingIfNeeded: data - Acceptor.firstData)
        guard isWatching, index < listeners.count else { return }
        for _ in 0..<Acceptor.batch {
            guard loop.service.hasRoom else { return pause(on: loop) }
            switch listeners[index].accept() {
            case .none: return
            case .exhausted: return exhausted(on: loop)
            case .connection(let descriptor, let peer):
                if let arrival = loop.service.arrive(descriptor, peer) {
                    hand(arrival, from: loop)
                } else {
                    close(descriptor)
                }
            }
        }
    }

    /// Accepts no more, closes the addresses and stops the other loops.
    ///
    /// They hear it from here, behind the connections that were handed to them; one that a loop passes on to another that
    /// has finished is turned away there.
    func stop(on loop: EventLoop, deadline: Int) {
        pause(on: loop)
        listeners = []
        for other in loops where other !== loop { other.post(.stop(deadline: deadline)) }
    }

    private func hand(_ arrival: Arrival, from loop: EventLoop) {
        var arrival = arrival
        let target = loops[nextLoop]
        if arrival.need != nil { arrival.others = (loops[nextLoop...] + loops[..<nextLoop]).dropFirst() }
        nextLoop = (nextLoop + 1) % loops.count
        target === loop ? target.adopt(arrival) : target.post(.adopt(arrival))
    }

    /// Level-triggered, the listeners would report again at once: nothing is accepted until a connection was closed, or until
    /// the next sweep, and those that rest give up their descriptors.
    private func exhausted(on loop: EventLoop) {
        loop.service.counts.exhausted.add(1, ordering: .relaxed)
        nextTry = loop.now + Acceptor.pauseTime
        if loop.now >= nextWarning {
            nextWarning = loop.now + Acceptor.warningTime
            loop.service.logger.warning(
                "No descriptor or memory is left for another connection; it waits until one is closed.",
                metadata: ["connections": "\(loop.service.connections.load(ordering: .relaxed))"]
            )
        }
        pause(on: loop)
        for other in loops { other === loop ? other.yieldDescriptors() : other.post(.yieldDescriptors) }
    }

    private func pause(on loop: EventLoop) {
        guard isWatching else { return }
        isWatching = false
        connectionsAtPause = loop.service.connections.load(ordering: .relaxed)
        for listener in listeners { loop.unwatch(listener.descriptor) }
    }
}
