internal import Dispatch
internal import KoiLock
internal import Logging

/// The only one who writes to the database.
///
/// Writes that wait are run one after the other in a single transaction, each in a savepoint of its
/// own, and answered after its commit: an acknowledged write is on disk, and many share the cost
/// of bringing it there. A write whose body throws is undone alone. If the transaction itself fails,
/// all of its writes fail and nothing of them is stored. They are not run again one by one: a full
/// or failing disk would refuse them again, and a body may have effects that are not in the database.
///
/// Safe to use from any thread. `connection` and what else is marked so is touched on `queue`
/// only; all else that changes is in `state`, behind its lock.
package final class Writer: @unchecked Sendable {
    struct State {
        var waiting = WaitingList()
        /// Whether a block that will take up what waits is on the queue.
        var isScheduled = false
        var phase = Phase.open
        var statistics = WriterStatistics()
    }

    enum Phase {
        case open
        /// An I/O error has made it unknown what the file holds; see `Writer+Recovery`.
        case unavailable(String)
        case closed

        var refusal: DatabaseError? {
            switch self {
            case .open: nil
            case .unavailable(let reason): .unavailable(reason)
            case .closed: .closed
            }
        }
    }

    let options: Options
    let commitClock = CommitClock()
    let queue = DispatchQueue(label: "koi.write")
    let logger: Logger
    let state = Lock(State())
    /// Opens the file again after an I/O error.
    let open: @Sendable () throws -> Connection

    /// On `queue` only.
    ///
    /// Nil while the file has to be opened again, and once closed.
    var connection: Connection?
    /// On `queue` only.
    var checkpoints = CheckpointSchedule()
    /// On `queue` only: whether the last group failed, as a full disk is worth one line in the log, not
    /// one for each group.
    var isFailing = false
    /// On `queue` only: the writes of the group at hand, kept for their storage.
    var group: [PendingWrite] = []

    private let onQueue = DispatchSpecificKey<Bool>()

    /// - Throws: `SQLiteError`
    init(path: String, cacheKiB: Int, options: Options, logger: Logger) throws {
        self.options = options
        self.logger = logger
        open = { try Connection(path: path, mode: .readWrite, cacheKiB: cacheKiB) }
        let connection = try open()
        // What a crash left in the WAL goes into the file before anybody waits for it.
        try connection.checkpoint(.truncate)
        self.connection = connection
        queue.setSpecific(key: onQueue, value: true)
    }

    /// Runs `body` in a savepoint of the next group, and `completion` once its transaction is
    /// committed or has failed.
    ///
    /// Does not block.
    ///
    /// - Parameters:
    ///   - time: how long it may wait to be begun; after that it is refused with `DatabaseError.overloaded`, so that a writer
    ///     that fell behind does not spend its time on what nobody waits for any more.
    ///   - body: undone alone if it throws, which is then its result.
    ///   - completion: called once, on the writer's queue, where it may submit again; on the calling
    ///     thread at once when the write is refused (`DatabaseError.overloaded`, `.unavailable`,
    ///     `.closed`).
    package func submit<T: Sendable>(
        within time: Duration? = nil,
        _ body: @escaping @Sendable (Connection) throws -> T,
        completion: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        let write = TypedWrite(within: time, body: body, completion: completion)
        var mustSchedule = false
        let refusal: DatabaseError? = state.withLock { state in
            let isOverloaded = state.waiting.count >= options.maximumWaiting
            if let refusal = state.phase.refusal ?? (isOverloaded ? .overloaded : nil) {
                state.statistics.refused += 1
                return refusal
            }
            state.waiting.append(write)
            mustSchedule = !state.isScheduled
            state.isScheduled = true
            return nil
        }
        if let refusal { return write.finish(refusal) }
        if mustSchedule { queue.async { self.runWaiting() } }
    }

    /// Like `submit`, but waits for the result.
    ///
    /// For the command line, jobs and tests; never from an event loop.
    ///
    /// - Parameter committed: called with what is on disk by then, on the writer's queue, and so in the order of the commits.
    /// - Throws: `DatabaseError`, what `body` throws, and `SQLiteError` when called on the
    ///   writer's own queue, where it would wait for itself.
    package func sync<T: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> T,
        committed: @escaping @Sendable (T) -> Void = { _ in }
    ) throws -> T {
        try refuseOwnQueue()
        let result = ResultBox<T>()
        let isDone = DispatchSemaphore(value: 0)
        submit(body) {
            if case .success(let value) = $0 { committed(value) }
            result.value = $0
            isDone.signal()
        }
        isDone.wait()
        guard let value = result.value else { throw DatabaseError.closed }
        return try value.get()
    }

    /// Runs `body` between two groups with no transaction open: for migrations and what else cannot
    /// run in one.
    ///
    /// Blocks.
    ///
    /// - Throws: `DatabaseError`, what `body` throws, and `SQLiteError` on the writer's own queue.
    package func exclusive<T>(_ body: (Connection) throws -> T) throws -> T {
        try refuseOwnQueue()
        return try queue.sync {
            if let refusal = state.withLock({ $0.phase.refusal }) { throw refusal }
            guard let connection else { throw DatabaseError.closed }
            defer { if connection.isInTransaction { try? connection.control(.rollback) } }
            do {
                let value = try commitClock.during { try body(connection) }
                afterWrites(connection)
                return value
            } catch {
                recover(from: DatabaseError.request(error))
                throw DatabaseError.request(error)
            }
        }
    }

    package var statistics: WriterStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.waiting = state.waiting.count
            if case .open = state.phase {} else { statistics.isAvailable = false }
            return statistics
        }
    }

    /// Refuses further writes, finishes those that wait, empties the WAL into the file and closes
    /// it.
    ///
    /// Blocks; again does nothing.
    func close() {
        state.withLock { $0.phase = .closed }
        queue.sync {
            while state.withLock({ !$0.waiting.isEmpty }) { runGroup() }
            guard let connection else { return }
            checkpoint(connection, .truncate)
            connection.close()
            self.connection = nil
        }
    }

    private func refuseOwnQueue() throws {
        guard DispatchQueue.getSpecific(key: onQueue) == nil else {
            throw SQLiteError.misuse("a wait for the writer on its own queue would never end")
        }
    }
}

/// Protected by the semaphore: written before it is signalled, read after.
private final class ResultBox<T>: @unchecked Sendable {
    var value: Result<T, any Error>?
}
