import Dispatch
import KoiLock
package import KoiSQLite
package import Logging

/// Somebody who wants to hear what happens.
package protocol EventListener: AnyObject, Sendable {
    /// Reads what has happened since the last time, in a snapshot and on a worker, and passes it on.
    ///
    /// - Returns: the number of the event up to which it has read and waits for more; nil where it will say itself when it
    ///   wants to be read again, or not at all.
    func read(_ reading: EventReading) -> Int64?

    /// Whether it wants to hear of anything still; asked on any thread.
    ///
    /// False before it takes itself away from the hub.
    var isListening: Bool { get }
}

/// Tells those who listen that something has happened, and has them read it, off the loops and many in one snapshot.
///
/// Nothing is done while nothing happens, however many listen. What each of them gets is its own affair: the hub knows only
/// how far each has read.
package final class EventHub: Sendable {
    fileprivate struct State {
        var head: Int64 = 0
        /// Those who have read all there was, and up to where.
        var waiting: [ObjectIdentifier: Waiting] = [:]
        /// Those whose turn it is, in its order.
        var due: [any EventListener] = []
        var isScheduled = false
    }

    fileprivate struct Waiting {
        let listener: any EventListener
        let position: Int64
    }

    /// The least time from one round of reading to the next: what happens meanwhile is read at once.
    private static let interval = Duration.milliseconds(20)
    /// How much longer than a round took the next one waits, so that many listeners cannot take up the workers.
    private static let share = 3
    /// How long one snapshot is kept: listeners who are not read by then are read in another.
    private static let roundLength = Duration.milliseconds(100)
    /// After the workers had too much to do.
    private static let pause = Duration.milliseconds(200)
    private static let longestRead = Duration.seconds(10)

    private let database: Database
    private let keys: KeyRing
    private let logger: Logger
    private let queue = DispatchQueue(label: "koi.events")
    private let state = Lock(State())

    package init(_ database: Database, keys: KeyRing, logger: Logger) {
        self.database = database
        self.keys = keys
        self.logger = logger
    }

    /// The newest event that is on disk and known of everywhere: what it has changed of who may see what is in effect.
    ///
    /// Whoever tells what happened goes no further. A snapshot may have more: what follows a commit is done a moment after it.
    package var head: Int64 { state.withLock { $0.head } }

    /// The newest event of a snapshot that is told.
    func head(in connection: Connection) throws -> Int64 {
        min(head, try EventLog.head(connection).sequence)
    }

    /// How many listen.
    package var count: Int { state.withLock { $0.waiting.count + $0.due.count } }

    /// To be called once an event is on disk.
    package func move(to sequence: Int64) {
        let mustSchedule = state.withLock { state in
            guard sequence > state.head else { return false }
            state.head = sequence
            return !state.waiting.isEmpty && state.schedule()
        }
        if mustSchedule { queue.async { self.round() } }
    }

    /// Has a listener read when there is something after `position`, or soon where that is nil.
    package func add(_ listener: any EventListener, after position: Int64?) {
        let mustSchedule = state.withLock { state in
            state.add(listener, after: position)
            return !state.due.isEmpty && state.schedule()
        }
        if mustSchedule { queue.async { self.round() } }
    }

    /// Has one who waits read again, though nothing may have happened.
    package func recheck(_ listener: any EventListener) {
        let mustSchedule = state.withLock { state in
            guard state.waiting.removeValue(forKey: ObjectIdentifier(listener)) != nil else { return false }
            state.add(listener, after: nil)
            return state.schedule()
        }
        if mustSchedule { queue.async { self.round() } }
    }

    package func remove(_ listener: any EventListener) {
        state.withLock { state in
            state.waiting[ObjectIdentifier(listener)] = nil
            state.due.removeAll { $0 === listener }
        }
    }

    /// Reads for all whose turn it is.
    private func round() {
        let listeners = state.withLock { $0.takeDue() }
        guard !listeners.isEmpty else { return finish(after: .zero) }
        database.readOnWorker(timeLimit: EventHub.longestRead) { connection in
            // Not before: it may have waited for a worker.
            let start = ContinuousClock.now
            let reading = try EventReading(connection, self.keys, through: self.head)
            for (index, listener) in listeners.enumerated() {
                guard index == 0 || ContinuousClock.now - start < EventHub.roundLength else {
                    self.putBack(listeners[index...])
                    break
                }
                if let position = listener.read(reading) { self.keep(listener, after: position) }
            }
            return ContinuousClock.now - start
        } completion: { result in
            switch result {
            case .success(let length): self.finish(after: max(EventHub.interval, length * EventHub.share))
            case .failure(DatabaseError.closed): break
            case .failure(let error):
                self.logger.warning("events not read", metadata: ["error": "\(error)"])
                self.putBack(listeners[...])
                self.finish(after: EventHub.pause)
            }
        }
    }

    /// Has one who has read all wait for more, unless it went meanwhile.
    ///
    /// It is in none of the lists while it reads: had it gone then, it would be kept until the next event, for which nobody
    /// may wait.
    private func keep(_ listener: any EventListener, after position: Int64) {
        add(listener, after: position)
        if !listener.isListening { remove(listener) }
    }

    /// Before those who asked again meanwhile, so that everybody has a turn.
    private func putBack(_ listeners: ArraySlice<any EventListener>) {
        state.withLock { $0.due.insert(contentsOf: listeners, at: 0) }
    }

    /// Begins the next round once it is time, or none where nobody waits for it.
    private func finish(after delay: Duration) {
        let nanoseconds = Int(delay / .nanoseconds(1))
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) {
            let mustGoOn = self.state.withLock { state in
                state.isScheduled = state.hasDue
                return state.isScheduled
            }
            if mustGoOn { self.round() }
        }
    }
}

extension EventHub.State {
    /// Whether somebody has something to read.
    fileprivate var hasDue: Bool { !due.isEmpty || waiting.values.contains { $0.position < head } }

    /// True where the caller must begin a round.
    fileprivate mutating func schedule() -> Bool {
        defer { isScheduled = true }
        return !isScheduled
    }

    fileprivate mutating func add(_ listener: any EventListener, after position: Int64?) {
        let id = ObjectIdentifier(listener)
        if let position, position >= head {
            waiting[id] = EventHub.Waiting(listener: listener, position: position)
        } else {
            due.append(listener)
        }
    }

    fileprivate mutating func takeDue() -> [any EventListener] {
        var listeners = due
        due = []
        for (id, one) in waiting where one.position < head {
            listeners.append(one.listener)
            waiting[id] = nil
        }
        return listeners
    }
}
