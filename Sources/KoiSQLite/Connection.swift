internal import CSQLite
internal import Glibc

/// One connection to one SQLite file.
///
/// Not safe for use by two threads at once: whoever owns it (an event loop, a worker, the writer)
/// uses it from one queue. Statements are cached by their SQL text, so SQL is written as constant
/// text with its values as parameters.
package final class Connection {
    package enum Mode: Sendable {
        /// Reads, writes and creates the file. There is one of these for a file: the writer's.
        case readWrite
        /// Opened read-only by the operating system; never checkpoints.
        case readOnly
    }

    package let path: String
    package let mode: Mode

    /// Called with every statement run and its values, for measuring.
    ///
    /// Costs a nil check otherwise.
    package var recorder: ((String, [SQLValue]) -> Void)?

    @usableFromInline private(set) var handle: OpaquePointer?
    private var cache: StatementCache
    private let meter = ReadMeter()
    let transactions = TransactionStatements()
    let walMeter = WALMeter()

    static let busyMilliseconds: Int32 = 5000

    /// Opens the file, makes it a WAL database if it is opened for writing, and sets what every
    /// connection needs.
    ///
    /// - Parameters:
    ///   - path: of the database file; its folder must exist.
    ///   - mode: whether it may write.
    ///   - cacheKiB: the most memory that its page cache takes.
    ///   - statements: how many prepared statements are kept.
    /// - Throws: `SQLiteError`
    package init(path: String, mode: Mode, cacheKiB: Int = 2048, statements: Int = 256) throws {
        _ = Self.configuredOnce
        self.path = path
        self.mode = mode
        cache = StatementCache(capacity: max(statements, 1))
        handle = try Self.open(path, mode)
        try configure(cacheKiB: cacheKiB)
    }

    /// Opens an empty file for a copy of another database.
    ///
    /// It is written without a journal and without waiting for the disk: a copy that was not
    /// finished is thrown away.
    ///
    /// - Throws: `SQLiteError`
    init(path: String, backup: ()) throws {
        _ = Self.configuredOnce
        self.path = path
        mode = .readWrite
        cache = StatementCache(capacity: 1)
        handle = try Self.open(path, .readWrite)
        try execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
    }

    deinit {
        close()
    }

    /// Finalises all statements and closes the file.
    ///
    /// Every later use throws.
    package func close() {
        cache.removeAll()
        transactions.removeAll()
        sqlite3_close_v2(handle)
        handle = nil
    }

    /// Makes a statement that runs at this moment fail.
    ///
    /// The only method that another thread may call, and only while the owner keeps the connection
    /// open.
    func interrupt() {
        guard let handle else { return }
        sqlite3_interrupt(handle)
    }

    var cachedStatements: Int { cache.count }

    /// Whether a transaction is open.
    package var isInTransaction: Bool {
        guard let handle else { return false }
        return sqlite3_get_autocommit(handle) == 0
    }

    /// The row id of the last row inserted by this connection.
    package var lastInsertedID: Int64 {
        guard let handle else { return 0 }
        return sqlite3_last_insert_rowid(handle)
    }

    /// The rows inserted, changed and deleted since the connection was opened, those of a full-text table's own tables
    /// included.
    package var totalChanges: Int64 {
        guard let handle else { return 0 }
        return sqlite3_total_changes64(handle)
    }

    /// - Throws: `SQLiteError` once the connection is closed.
    @usableFromInline
    func opened(sql: String? = nil) throws -> OpaquePointer {
        guard let handle else { throw SQLiteError.misuse("the connection is closed", sql: sql) }
        return handle
    }

    @usableFromInline
    func begin(_ sql: String, _ values: [SQLValue]) throws -> Statement {
        let handle = try opened(sql: sql)
        recorder?(sql, values)
        let statement = try cache.take(sql) { try Statement.prepare(sql, on: handle) }
        if statement.parameterCount > 0 || !values.isEmpty {
            do {
                try statement.bind(values, on: handle)
            } catch {
                statement.reset()
                throw error
            }
        }
        return statement
    }

    /// - Returns: whether there is a row.
    @usableFromInline
    func step(_ statement: Statement) throws -> Bool {
        let result = sqlite3_step(statement.handle)
        if result == SQLITE_ROW { return true }
        if result == SQLITE_DONE { return false }
        throw SQLiteError(
            handle,
            result,
            sql: statement.sql,
            hidesDetail: statement.parameterCount > 0
        )
    }

    @usableFromInline
    func end(_ statement: Statement) {
        statement.reset()
    }

    /// Runs `body` under a budget: what goes over it throws an error that `isInterrupted`, and so
    /// does every statement after it in the same `body`.
    func limited<T>(to budget: ReadBudget, _ body: () throws -> T) rethrows -> T {
        meter.start(budget)
        defer { meter.stop() }
        return try body()
    }

    /// Ends the budget early, so that the end of the transaction is not cut off.
    func liftLimit() {
        meter.stop()
    }

    /// SQLite's memory statistics take a global lock on each allocation of each thread.
    private static let configuredOnce: Void = {
        csqlite_disable_memory_statistics()
        return ()
    }()

    private static func open(_ path: String, _ mode: Mode) throws -> OpaquePointer {
        // One thread at a time uses a connection, so SQLite's own mutex on it is left out.
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        switch mode {
        case .readWrite: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .readOnly: flags |= SQLITE_OPEN_READONLY
        }
        var handle: OpaquePointer?
        let result = sqlite3_open_v2(path, &handle, flags, nil)
        guard result == SQLITE_OK, let handle else {
            defer { sqlite3_close_v2(handle) }
            throw SQLiteError(handle, result, sql: nil, hidesDetail: false)
        }
        return handle
    }

    private func configure(cacheKiB: Int) throws {
        let handle = try opened()
        sqlite3_progress_handler(
            handle,
            ReadMeter.interval,
            { meter in
                guard let meter else { return 0 }
                return Unmanaged<ReadMeter>.fromOpaque(meter).takeUnretainedValue().isSpent()
                    ? 1 : 0
            },
            Unmanaged.passUnretained(meter).toOpaque()
        )
        // "text" in double quotes is a misspelt column, not a string.
        csqlite_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0)
        csqlite_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0)
        try execute(
            """
            PRAGMA busy_timeout = \(Self.busyMilliseconds);
            PRAGMA cache_size = -\(max(cacheKiB, 64));
            PRAGMA temp_store = MEMORY;
            PRAGMA trusted_schema = OFF;
            PRAGMA foreign_keys = ON;
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            """
        )
        switch mode {
        case .readWrite:
            walMeter.install(on: handle)
            // Answers with the mode that it had to stay in where shared memory does not work.
            guard try first("PRAGMA journal_mode = WAL", [], { $0.text(0) }) == "wal" else {
                throw SQLiteError(
                    extendedCode: SQLITE_CANTOPEN,
                    message: "the file system does not support WAL"
                )
            }
            // The WAL is cut back to 16 MiB when it starts over. What is deleted is overwritten with zeros; what moves of a
            // page leaves bytes behind all the same, see `PageSpace`.
            try execute("PRAGMA journal_size_limit = 16777216; PRAGMA secure_delete = ON")
        case .readOnly:
            try execute("PRAGMA query_only = ON")
        }
    }
}
