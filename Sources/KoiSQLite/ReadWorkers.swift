internal import Dispatch
internal import KoiLock

/// A few threads with a connection each, for reads that would hold up an event loop.
///
/// Safe to share: `state` is behind a lock, and a worker's connection is used only on its queue.
final class ReadWorkers: Sendable {
    private struct State {
        var waiting: [Read] = []
        var idle: [Worker]
        var isClosed = false
    }

    /// A read whose type is forgotten: run with a connection, or told why it will not be.
    private struct Read: Sendable {
        let deadline: UInt64
        let run: @Sendable (Result<Connection, any Error>) -> Void
    }

    /// Protected by use: only blocks on `queue` touch `connection`, `interrupt` aside, which
    /// SQLite allows from any thread while the connection is open.
    private final class Worker: @unchecked Sendable {
        let queue: DispatchQueue
        let connection: Connection

        init(number: Int, connection: Connection) {
            queue = DispatchQueue(label: "koi.read.\(number)")
            self.connection = connection
        }
    }

    private let workers: [Worker]
    private let state: Lock<State>
    private let maximumWaiting: Int

    /// - Throws: `SQLiteError`
    init(path: String, count: Int, cacheKiB: Int, maximumWaiting: Int) throws {
        let workers = try (0..<count).map {
            Worker(
                number: $0,
                connection: try Connection(path: path, mode: .readOnly, cacheKiB: cacheKiB)
            )
        }
        self.workers = workers
        self.maximumWaiting = maximumWaiting
        state = Lock(State(idle: workers))
    }

    func submit<T: Sendable>(
        timeLimit: Duration?,
        _ body: @escaping @Sendable (Connection) throws -> T,
        completion: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        let deadline = timeLimit.map { MonotonicClock.now(plus: $0) } ?? .max
        let read = Read(deadline: deadline) { connection in
            completion(Result { try Self.run(body, on: connection.get(), until: deadline) })
        }
        let refusal: DatabaseError? = state.withLock { state in
            guard !state.isClosed else { return .closed }
            if let worker = state.idle.popLast() {
                worker.queue.async { self.work(worker, read) }
                return nil
            }
            guard state.waiting.count < maximumWaiting else { return .overloaded }
            state.waiting.append(read)
            return nil
        }
        if let refusal { completion(.failure(refusal)) }
    }

    /// Ends the reads that run, refuses those that wait, and closes the connections.
    ///
    /// Blocks.
    func close() {
        let refused = state.withLock { state in
            defer { state.waiting = [] }
            state.isClosed = true
            return state.waiting
        }
        for read in refused { read.run(.failure(DatabaseError.closed)) }
        for worker in workers { worker.connection.interrupt() }
        for worker in workers { worker.queue.sync { worker.connection.close() } }
    }

    private static func run<T>(
        _ body: (Connection) throws -> T,
        on connection: Connection,
        until deadline: UInt64
    ) throws -> T {
        var budget = ReadBudget.unlimited
        if deadline != .max {
            let now = MonotonicClock.now
            guard now < deadline else { throw SQLiteError.interrupted("waited too long to be run") }
            budget.time = .nanoseconds(Int64(clamping: deadline - now))
        }
        return try connection.limited(to: budget) {
            try connection.snapshot { try body(connection) }
        }
    }

    /// Runs `read` and then whatever waits, on the worker's queue.
    private func work(_ worker: Worker, _ read: Read) {
        var read = read
        while true {
            read.run(.success(worker.connection))
            let next: Read? = state.withLock { state in
                guard !state.waiting.isEmpty else {
                    state.idle.append(worker)
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let next else { return }
            read = next
        }
    }
}
