import KoiSQLite
import Logging

/// Stores what becomes of each message in the outbox: that an attempt begins, and how it ended.
///
/// Each call is a transaction of its own, and so waits for the writer.
struct OutboxDesk: Sendable {
    /// From a minute to a day.
    static let retry = JobRetry(firstDelay: 60_000, longestDelay: 86_400_000)
    /// Attempts beyond the last during which the process may die before it is given up, as it may be the reason.
    private static let spareAttempts: Int64 = 3

    /// The outcome of a delivery could not be stored.
    struct Unstored: Error {
        let reason: any Error
    }

    private let app: App
    private let isDry: Bool

    init(_ app: App, isDry: Bool) {
        self.app = app
        self.isDry = isDry
    }

    /// Makes the shipment and counts the attempt; nil where there is nothing to deliver by now.
    func begin(_ id: Int64) throws -> (OutboxMessage, Shipment)? {
        try app.perform { transaction in
            let store = OutboxStore(transaction.connection)
            guard let message = try store.find(id), message.finishedAt == nil else { return nil }
            guard message.attempts < message.maximumAttempts + Self.spareAttempts else {
                try store.finish(id, .failed, .unforeseen, now: transaction.now)
                try MessageOutcome(transaction).note(message, .failed, .unforeseen)
                return nil
            }
            do {
                guard let shipment = try ShipmentWriter(transaction, isDry: self.isDry).shipment(message) else {
                    try store.remove(id)
                    return nil
                }
                try store.begin(message)
                return (message, shipment)
            } catch let failure as DeliveryFailure {
                try self.settle(message, failure, in: transaction)
            } catch let delay as DeliveryDelay {
                try store.wait(id, attempts: message.attempts, until: delay.until, delay.reason)
            }
            return nil
        }
    }

    /// It was delivered.
    ///
    /// - Throws: `Unstored`; then it is delivered again.
    func finish(_ message: OutboxMessage, receipt: String?) throws {
        do {
            try app.perform { transaction in
                try OutboxStore(transaction.connection).finish(message.id, .sent, nil, now: transaction.now)
                try MessageOutcome(transaction).note(message, .sent, nil, receipt: receipt)
            }
        } catch {
            throw Unstored(reason: error)
        }
    }

    /// It ended before anything was sent, as where Koi stops.
    func takeBack(_ message: OutboxMessage) throws {
        try app.perform {
            try OutboxStore($0.connection).wait(message.id, attempts: message.attempts, until: $0.now, nil)
        }
    }

    /// - Parameter message: as it was before the attempt.
    func settle(_ message: OutboxMessage, _ failure: DeliveryFailure) throws {
        try app.perform { try self.settle(message, failure, in: $0) }
    }

    /// Stores that an attempt failed, and when the next one is made.
    private func settle(_ message: OutboxMessage, _ failure: DeliveryFailure, in transaction: Transaction) throws {
        let store = OutboxStore(transaction.connection)
        let attempts = message.attempts + 1
        if !failure.isRefusal {
            app.logger.notice(
                "not delivered",
                metadata: ["outbox": "\(message.id)", "attempt": "\(attempts)", "code": "\(failure.code)"]
            )
        }
        guard !failure.isFinal, attempts < message.maximumAttempts else {
            // An attempt that was not even begun counts as well.
            try store.wait(message.id, attempts: attempts, until: transaction.now, failure)
            try store.finish(message.id, .failed, failure, now: transaction.now)
            return try MessageOutcome(transaction).note(message, failure.isRefusal ? .refused : .failed, failure)
        }
        let due = transaction.now + Self.retry.delay(after: attempts)
        try store.wait(message.id, attempts: attempts, until: due, failure)
        try MessageOutcome(transaction).note(message, .queued, failure)
    }
}
