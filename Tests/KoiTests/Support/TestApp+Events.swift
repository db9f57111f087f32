import Dispatch
import KoiHTTP
import KoiJSON
import KoiSQLite

@testable import Koi

extension TestApp {
    /// The position in the log that an event has.
    func position(_ sequence: Int64) -> JSONValue { .string(LogPosition(sequence, of: app.catalog.log).text) }

    /// Commits some work and holds what follows from it until it is let go.
    func holding(_ work: @escaping @Sendable (Transaction) throws -> Void) throws -> HeldCommit {
        let held = HeldCommit()
        app.database.writer.submit { connection in
            let transaction = self.app.transaction(on: connection, as: .system)
            try work(transaction)
            return transaction.afterCommit
        } completion: { result in
            held.wait()
            for action in (try? result.get()) ?? [] { action() }
            held.done.signal()
        }
        held.committed.wait()
        return held
    }

    final class HeldCommit: Sendable {
        fileprivate let committed = DispatchSemaphore(value: 0)
        fileprivate let done = DispatchSemaphore(value: 0)
        private let release = DispatchSemaphore(value: 0)

        fileprivate func wait() {
            committed.signal()
            release.wait()
        }

        /// Has what follows done, and waits for it.
        func letGo() {
            release.signal()
            done.wait()
        }
    }

    struct StoredEvent: Sendable, Equatable {
        let type: String
        let record: Int64
        let payload: JSONValue
    }

    /// The events about records of one resource, in order.
    func events(of resource: String) throws -> [StoredEvent] {
        try app.perform { transaction in
            try transaction.connection.rows(
                """
                SELECT e.type, e.record, p.payload FROM events AS e
                JOIN event_payloads AS p ON p.sequence = e.sequence
                WHERE e.resource = ? ORDER BY e.sequence
                """,
                [.text(resource)]
            ) { row in
                StoredEvent(
                    type: row.text(0),
                    record: row.int(1),
                    payload: try JSONReader.read(Array(row.text(2).utf8))
                )
            }
        }
    }

    /// The types of all events, in order.
    func eventTypes() throws -> [String] {
        try app.perform { transaction in
            try transaction.connection.rows("SELECT type FROM events ORDER BY sequence") {
                $0.text(0)
            }
        }
    }
}
