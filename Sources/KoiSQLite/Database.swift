internal import KoiLock
package import Logging

/// One data file with all of its connections: the writer's, one reader for each event loop, and
/// those of the workers.
///
/// The writer's connection alone writes and checkpoints; all others are read-only. SQLite up to
/// 3.51.2 can corrupt a file that one connection checkpoints while another resets the WAL.
///
/// Safe to share: `readers` is constant, each of them belongs to one loop, and the rest
/// synchronises itself.
package final class Database: @unchecked Sendable {
    package struct Options: Sendable {
        /// Read-only connections for event loops, one for each.
        package var readers = 1
        /// Threads, each with a connection, for reads that are too long for a loop.
        package var workers = 2
        /// Page cache of each connection but those of the loops.
        package var cacheKiB = 4096
        /// Page cache of all loops' connections together; each gets its share, and at least `cacheKiB`.
        package var loopCacheKiB = 4096
        /// What a read on a loop may cost before it has to move to a worker.
        package var readBudget = ReadBudget(steps: 400_000, time: .milliseconds(25))
        /// Reads that may wait for a worker.
        package var maximumWaitingReads = 64
        package var writer = Writer.Options()

        package init(
            readers: Int = 1,
            workers: Int = 2,
            cacheKiB: Int = 4096,
            readBudget: ReadBudget = ReadBudget(steps: 400_000, time: .milliseconds(25)),
            maximumWaitingReads: Int = 64,
            writer: Writer.Options = .init()
        ) {
            self.readers = readers
            self.workers = workers
            self.cacheKiB = cacheKiB
            self.readBudget = readBudget
            self.maximumWaitingReads = maximumWaitingReads
            self.writer = writer
        }
    }

    package let path: String
    package let options: Options
    package let writer: Writer
    private let readers: [LoopReader]
    private let workers: ReadWorkers
    private let isClosed = Lock(false)

    /// Opens the file, creating it where it is missing, and takes up what a crash left in the WAL.
    ///
    /// - Throws: `SQLiteError`
    package init(path: String, options: Options = .init(), logger: Logger) throws {
        self.path = path
        self.options = options
        // First, as a read-only connection can neither create the file nor recover its WAL.
        writer = try Writer(
            path: path,
            cacheKiB: options.cacheKiB,
            options: options.writer,
            logger: logger
        )
        let clock = writer.commitClock
        let loopCache = max(options.cacheKiB, options.loopCacheKiB / max(options.readers, 1))
        readers = try (0..<max(options.readers, 1)).map { _ in
            LoopReader(try Connection(path: path, mode: .readOnly, cacheKiB: loopCache), clock)
        }
        workers = try ReadWorkers(
            path: path,
            count: max(options.workers, 1),
            cacheKiB: options.cacheKiB,
            maximumWaiting: options.maximumWaitingReads
        )
    }

    /// Runs `body` on the loop's own connection in one snapshot, within a budget.
    ///
    /// - Parameters:
    ///   - index: the loop on which the caller runs.
    ///   - budget: that of the options where none is given.
    ///   - body: reads with the connection it is given and keeps no row.
    /// - Returns: what `body` returns.
    /// - Throws: an `SQLiteError` that `isInterrupted` when the budget is spent: run it again with
    ///   `readOnWorker`. Otherwise `SQLiteError`, and what `body` throws.
    package func read<T>(
        on index: Int,
        budget: ReadBudget? = nil,
        _ body: (Connection) throws -> T
    ) throws -> T {
        try readers[index].read(within: budget ?? options.readBudget, body)
    }

    /// The connection of one loop, to be used from that loop only.
    func reader(_ index: Int) -> Connection {
        readers[index].connection
    }

    /// To be called by a loop when it has handled what was waiting: gives back the snapshot that its reads kept.
    ///
    /// - Parameters:
    ///   - index: the loop on which the caller runs.
    ///   - isResting: whether the loop is about to wait.
    package func settle(on index: Int, isResting: Bool) {
        readers[index].settle(isResting: isResting)
    }

    /// Runs `body` in one snapshot on a worker's thread, and then `completion` on the same.
    ///
    /// - Parameters:
    ///   - timeLimit: waiting included; what goes over it gets an `SQLiteError` that
    ///     `isInterrupted`.
    ///   - body: reads with the connection it is given and keeps no row.
    ///   - completion: gets `DatabaseError.overloaded` or `.closed` at once, on the calling thread,
    ///     when too many wait or the database is closed.
    package func readOnWorker<T: Sendable>(
        timeLimit: Duration?,
        _ body: @escaping @Sendable (Connection) throws -> T,
        completion: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        workers.submit(timeLimit: timeLimit, body, completion: completion)
    }

    /// Applies the migrations that are missing, by the writer; see `Migrator.migrate`.
    ///
    /// Blocks.
    ///
    /// - Throws: `MigrationError`, `SQLiteError`, `DatabaseError`
    @discardableResult
    package func migrate(_ migrations: [Migration], now: Int64) throws -> [Migration] {
        try writer.exclusive { try Migrator.migrate($0, migrations, now: now) }
    }

    /// Moves what is in the WAL into the database file as far as readers allow.
    ///
    /// Blocks.
    ///
    /// - Throws: `DatabaseError`, `SQLiteError`
    package func checkpoint() throws {
        try writer.exclusive { _ = try $0.checkpoint(.truncate) }
    }

    /// Finishes what waits for the writer, interrupts the workers, empties the WAL into the file
    /// and closes it.
    ///
    /// Blocks; again does nothing. The loops must have stopped reading.
    package func close() {
        let isFirst = isClosed.withLock { closed in
            defer { closed = true }
            return !closed
        }
        guard isFirst else { return }
        workers.close()
        for reader in readers { reader.connection.close() }
        // Last, because the last connection to close empties the WAL, which a read-only one cannot.
        writer.close()
    }
}
