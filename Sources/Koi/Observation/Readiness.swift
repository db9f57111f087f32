import Dispatch
import Glibc
import KoiLock
import KoiSQLite

/// Whether the database takes writes, told by writing.
final class Readiness: Sendable {
    typealias Answer = @Sendable (Unready?) -> Void

    private struct State {
        /// Those who wait for the write under way.
        var waiting: [Answer] = []
        /// The number of that write: an earlier one that ends late says nothing to those who wait for this one.
        var write = 0
        /// When a write was last seen to be on disk, in milliseconds since 1970.
        var provenAt = Int64.min
    }

    /// For so many milliseconds one write stands for all.
    static let validity: Int64 = 5_000
    /// A write that takes longer counts as none.
    private static let patience = DispatchTimeInterval.seconds(3)
    /// Calls once its time is over.
    typealias Timer = @Sendable (@escaping @Sendable () -> Void) -> Void

    private let database: Database
    private let path: String
    private let clock: Clock
    /// Bytes that must be free.
    private let room: UInt64
    private let state = Lock(State())
    private let timer: Timer

    /// - Parameter timer: says when a write has taken too long; three seconds unless a test says it itself.
    init(
        _ database: Database,
        folder: DataFolder,
        clock: Clock,
        room: UInt64 = 32 << 20,
        timer: Timer? = nil
    ) {
        self.database = database
        path = folder.path
        self.clock = clock
        self.room = room
        let queue = DispatchQueue(label: "koi.readiness")
        self.timer = timer ?? { queue.asyncAfter(deadline: .now() + Readiness.patience, execute: $0) }
    }

    /// What is wrong as far as is known without writing.
    var known: Unready? {
        guard database.writer.statistics.isAvailable else { return .cannotWrite }
        return hasRoom ? nil : .diskFull
    }

    /// Writes, unless that was done a moment ago, and says what is wrong.
    ///
    /// - Parameter answer: called once, on any thread.
    func prove(_ answer: @escaping Answer) {
        if let known { return answer(known) }
        let now = clock.now()
        let (isProven, write) = state.withLock { state -> (Bool, Int?) in
            if state.provenAt <= now, now - Readiness.validity < state.provenAt { return (true, nil) }
            state.waiting.append(answer)
            guard state.waiting.count == 1 else { return (false, nil) }
            state.write &+= 1
            return (false, state.write)
        }
        if isProven { return answer(nil) }
        if let write { self.write(write) }
    }

    private func write(_ number: Int) {
        timer { [weak self] in self?.finish(.stuck, of: number) }
        database.writer.submit(
            { connection in
                guard try Migrator.pending(connection, Migrations.all()).isEmpty else { throw Unready.notMigrated }
                try connection.writeNothing()
            },
            completion: { result in
                switch result {
                case .success:
                    let now = self.clock.now()
                    self.state.withLock { $0.provenAt = now }
                    self.finish(nil, of: number)
                case .failure(let error): self.finish(Unready(error), of: number)
                }
            }
        )
    }

    /// Answers all who wait for a write, or nobody where it was given up before.
    private func finish(_ reason: Unready?, of number: Int) {
        let waiting = state.withLock { state -> [Answer] in
            guard state.write == number else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for answer in waiting { answer(reason) }
    }

    private var hasRoom: Bool {
        var figures = statvfs()
        guard statvfs(path, &figures) == 0 else { return true }
        return UInt64(figures.f_bavail) &* UInt64(figures.f_frsize) >= room
    }
}
