import Dispatch
import KoiJSON
import KoiSQLite
import Logging
import Synchronization

/// Delivers what stands in the outbox, one after the other on a queue of its own, at least once: an attempt is stored
/// before it is made and its outcome afterwards, so what was under way when the process died is delivered again.
///
/// Safe to use from any thread: `reader` and `timer` are touched on `queue` only.
package final class OutboxWorker: @unchecked Sendable {
    /// Takes a letter to where it goes; blocks.
    ///
    /// Throws `DeliveryFailure` where it is not delivered, `ClientConnection.Stopped` where Koi stops meanwhile.
    typealias Courier = @Sendable (Letter, _ isStopping: @escaping @Sendable () -> Bool) throws -> Void

    /// From a minute to a day.
    static let retry = JobRetry(firstDelay: 60_000, longestDelay: 86_400_000)
    private static let batch: Int64 = 50
    /// Attempts beyond the last during which the process may die before it is given up, as it may be the reason.
    private static let spareAttempts: Int64 = 3
    /// The clock may be set or the machine may sleep, so the worker looks at least this often.
    private static let longestSleep: Int64 = 60_000
    private static let sleepAfterFailure: Int64 = 1_000

    private let app: App
    private let courier: Courier
    private let queue = DispatchQueue(label: "koi.outbox")
    private let isStopping = Atomic(false)
    private let isWoken = Atomic(false)
    private let reader: Connection
    private let timer: any DispatchSourceTimer

    /// - Throws: `SQLiteError`
    package convenience init(_ app: App) throws {
        try self.init(app, courier: MailTransport.deliver)
    }

    init(_ app: App, courier: @escaping Courier) throws {
        self.app = app
        self.courier = courier
        reader = try Connection(path: app.database.path, mode: .readOnly)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    // MARK: Starting and stopping

    package func start() {
        timer.setEventHandler { [weak self] in self?.runAndSleep() }
        app.catalog.outboxBell.listen { [weak self] in self?.wake() }
        wake()
    }

    /// Gives up what is under way, which is delivered again after the next start, and stops.
    ///
    /// Blocks. To be called before the database is closed.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        app.catalog.outboxBell.listen(nil)
        queue.sync {
            timer.cancel()
            reader.close()
        }
    }

    private func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { self.runAndSleep() }
    }

    private func runAndSleep() {
        isWoken.store(false, ordering: .releasing)
        do {
            while try pass() {}
            guard !isStopped else { return }
            let due = try OutboxStore(reader).nextDue()
            sleep(due.map { max($0 - app.clock.now(), 0) } ?? Self.longestSleep)
        } catch {
            guard !isStopped else { return }
            app.logger.error("outbox", metadata: ["error": "\(error)"])
            sleep(Self.sleepAfterFailure)
        }
    }

    private func sleep(_ milliseconds: Int64) {
        timer.schedule(deadline: .now() + .milliseconds(Int(min(milliseconds, Self.longestSleep))))
    }

    private var isStopped: Bool { isStopping.load(ordering: .acquiring) }

    // MARK: Delivering

    /// Delivers all that is due by the clock, and waits for it.
    ///
    /// For tests.
    func runDue() throws {
        while try runRound() {}
    }

    /// Makes one attempt for each that is due, and waits for it; whether there was any.
    ///
    /// For tests.
    func runRound() throws -> Bool {
        try queue.sync(execute: pass)
    }

    /// On `queue`.
    ///
    /// - Returns: whether there was anything due.
    private func pass() throws -> Bool {
        guard !isStopped else { return false }
        let due = try OutboxStore(reader).due(at: app.clock.now(), limit: Self.batch)
        for id in due where !isStopped { try deliver(id) }
        return !due.isEmpty
    }

    private func deliver(_ id: Int64) throws {
        guard let (message, letter) = try prepare(id) else { return }
        do {
            try courier(letter) { [weak self] in self?.isStopped ?? true }
            try app.perform { try OutboxStore($0.connection).finish(id, .sent, nil, now: $0.now) }
        } catch is ClientConnection.Stopped {
            try app.perform { try OutboxStore($0.connection).wait(id, attempts: message.attempts, until: $0.now, nil) }
        } catch let failure as DeliveryFailure {
            try app.perform { try self.settle(message, failure, in: $0) }
        }
    }

    /// Writes the letter and counts the attempt; nil where there is nothing to deliver by now.
    private func prepare(_ id: Int64) throws -> (OutboxMessage, Letter)? {
        try app.perform { transaction in
            let store = OutboxStore(transaction.connection)
            guard let message = try store.find(id), message.finishedAt == nil else { return nil }
            guard message.attempts < message.maximumAttempts + Self.spareAttempts else {
                try store.finish(id, .failed, .unforeseen, now: transaction.now)
                return nil
            }
            do {
                guard let letter = try LetterWriter(transaction).letter(message) else {
                    try store.remove(id)
                    return nil
                }
                try store.begin(message)
                return (message, letter)
            } catch let failure as DeliveryFailure {
                try self.settle(message, failure, in: transaction)
                return nil
            }
        }
    }

    /// Stores that an attempt failed, and when the next one is made.
    ///
    /// - Parameter message: as it was before the attempt.
    private func settle(_ message: OutboxMessage, _ failure: DeliveryFailure, in transaction: Transaction) throws {
        let store = OutboxStore(transaction.connection)
        let attempts = message.attempts + 1
        app.logger.notice(
            "not delivered",
            metadata: ["outbox": "\(message.id)", "attempt": "\(attempts)", "code": "\(failure.code)"]
        )
        guard !failure.isFinal, attempts < message.maximumAttempts else {
            // An attempt that was not even begun counts as well.
            try store.wait(message.id, attempts: attempts, until: transaction.now, failure)
            return try store.finish(message.id, .failed, failure, now: transaction.now)
        }
        let due = transaction.now + Self.retry.delay(after: attempts)
        try store.wait(message.id, attempts: attempts, until: due, failure)
    }
}
