internal import CSQLite

/// A write that waits for its turn and then for the commit of its group.
///
/// Unchecked, because it is handed over: the submitting thread makes it, the lock of the waiting
/// list passes it on, and from then on only the writer's queue touches it.
class PendingWrite: @unchecked Sendable {
    let submitted = MonotonicClock.now
    /// It is not begun after that.
    let deadline: UInt64
    /// Why its body failed; nil if it did not.
    fileprivate(set) var failure: (any Error)?

    init(within time: Duration?) {
        deadline = time.map { MonotonicClock.now(plus: $0) } ?? .max
    }

    /// Runs the body in a savepoint and keeps its result.
    ///
    /// - Returns: whether the transaction of the group still stands. False means that SQLite has
    ///   rolled all of it back, or that what this body did cannot be undone alone.
    func run(on connection: Connection) -> Bool { false }

    /// Hands out the result, or the error of the group.
    func finish(_ groupError: DatabaseError?) {}
}

final class TypedWrite<T: Sendable>: PendingWrite, @unchecked Sendable {
    private let body: @Sendable (Connection) throws -> T
    private let completion: @Sendable (Result<T, any Error>) -> Void
    private var value: T?

    init(
        within time: Duration?,
        body: @escaping @Sendable (Connection) throws -> T,
        completion: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        self.body = body
        self.completion = completion
        super.init(within: time)
    }

    override func run(on connection: Connection) -> Bool {
        do {
            try connection.control(.savepoint)
            value = try body(connection)
            try connection.requireForeignKeys()
            try connection.control(.release)
        } catch {
            failure = DatabaseError.request(error)
            // A full disk and an I/O error can roll back the transaction, not just the statement.
            guard connection.isInTransaction else { return false }
            do {
                try connection.control(.rollbackTo)
                try connection.control(.release)
            } catch {
                return false
            }
        }
        // The body may have caught the error that ended the transaction.
        return connection.isInTransaction
    }

    override func finish(_ groupError: DatabaseError?) {
        if let error = failure ?? groupError {
            completion(.failure(error))
        } else if let value {
            completion(.success(value))
        } else {
            completion(.failure(DatabaseError.unavailable("the write was not run")))
        }
    }
}

extension Connection {
    /// Deferred foreign keys are checked at the commit, where they would fail the whole group; this
    /// asks before the savepoint of the one request is released.
    fileprivate func requireForeignKeys() throws {
        var violations: Int32 = 0
        var highest: Int32 = 0
        sqlite3_db_status(
            try opened(),
            SQLITE_DBSTATUS_DEFERRED_FKS,
            &violations,
            &highest,
            0
        )
        guard violations == 0 else {
            throw SQLiteError(
                extendedCode: SQLITE_CONSTRAINT | (3 << 8),
                message: "FOREIGN KEY constraint failed"
            )
        }
    }
}
