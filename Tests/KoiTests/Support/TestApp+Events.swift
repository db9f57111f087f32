import KoiJSON
import KoiSQLite

@testable import Koi

extension TestApp {
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
