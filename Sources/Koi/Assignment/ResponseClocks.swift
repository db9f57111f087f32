import KoiJSON
import KoiSQLite

/// The rows of `response_clocks`: what has to be answered, and when somebody is told of it next.
struct ResponseClocks {
    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    /// - Parameter transaction: of Koi itself.
    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    struct Running {
        let resource: String
        let record: Int64
        let due: Int64
        let isWarned: Bool
    }

    func start(_ clock: AssignmentDecision.Clock, of record: Record) throws {
        let next = clock.warning ?? clock.due
        try connection.run(
            """
            INSERT INTO response_clocks (resource, record, rule, due, next, warned) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (resource, record) DO UPDATE SET
                rule = excluded.rule, due = excluded.due, next = excluded.next, warned = excluded.warned
            """,
            [
                .text(record.resource.name), .integer(record.id), .integer(clock.rule), .integer(clock.due),
                .integer(next), .integer(clock.warning == nil ? 1 : 0),
            ]
        )
        try ResponseWatch.wake(by: next, transaction)
    }

    /// Goes on with the clock of a record that was closed or lay in the bin, and waits for its answer again.
    ///
    /// By then the job may have found nobody to tell.
    func resume(_ record: Record, before: Record?) throws {
        guard let assignable = Assignable.of(record.resource), let before, !assignable.isOpen(before),
            assignable.isOpen(record), record[assignable.answered].isNull, let due = record.time(assignable.due)
        else { return }
        try connection.run(
            """
            INSERT INTO response_clocks (resource, record, rule, due, next, warned) VALUES (?1, ?2, 0, ?3, ?3, 1)
            ON CONFLICT (resource, record) DO NOTHING
            """,
            [.text(record.resource.name), .integer(record.id), .integer(due)]
        )
        try ResponseWatch.wake(by: due, transaction)
    }

    /// The next of which somebody has to be told by now.
    func next() throws -> Running? {
        try connection.first(
            "SELECT resource, record, due, warned FROM response_clocks WHERE next <= ? ORDER BY next, record LIMIT 1",
            [.integer(transaction.now)]
        ) { Running(resource: $0.text(0), record: $0.int(1), due: $0.int(2), isWarned: $0.bool(3)) }
    }

    /// When there is something to be told next.
    func nextTime() throws -> Int64? {
        try connection.first("SELECT min(next) FROM response_clocks") { $0.intOrNil(0) } ?? nil
    }

    func setWarned(_ clock: Running) throws {
        try connection.run(
            "UPDATE response_clocks SET warned = 1, next = due WHERE resource = ? AND record = ?",
            [.text(clock.resource), .integer(clock.record)]
        )
    }

    func stop(_ clock: Running) throws {
        try connection.run(
            "DELETE FROM response_clocks WHERE resource = ? AND record = ?",
            [.text(clock.resource), .integer(clock.record)]
        )
    }
}
