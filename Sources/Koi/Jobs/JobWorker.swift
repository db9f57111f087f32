import Dispatch
import KoiSQLite
import Logging

/// The one who runs the jobs: each that is due gets a chunk in turn, many small ones share a transaction, and what was
/// running when the process died goes on from the position that its last chunk stored.
///
/// Safe to use from any thread: `reader` is touched on the loop's queue only.
package final class JobWorker: @unchecked Sendable {
    /// How long a transaction of chunks may hold the writer: the chunk at its end is given the rest, and has to stop
    /// once that is spent, before 20 ms are over.
    package static let holdTime = Duration.milliseconds(12)
    /// The jobs that take turns; others wait until one of them has ended.
    private static let turns: Int64 = 200

    private let app: App
    private let kinds: [JobKind]
    private let holdTime: Duration
    private let runner: JobRunner
    private let tasks: JobTasks
    private let loop: WorkLoop
    private let reader: Connection

    /// - Parameter holdTime: how long a transaction of chunks may hold the writer.
    /// - Throws: `SQLiteError`
    package init(_ app: App, kinds: [JobKind], holdTime: Duration = JobWorker.holdTime) throws {
        self.app = app
        self.holdTime = holdTime
        self.kinds = kinds
        runner = JobRunner(app, kinds)
        tasks = JobTasks(app, runner)
        loop = WorkLoop(DispatchQueue(label: "koi.jobs"), "jobs", logger: app.logger)
        reader = try Connection(path: app.database.path, mode: .readOnly)
    }

    // MARK: Starting and stopping

    /// Takes up what was left by the last run and sees to it that there is one job of each recurring kind.
    ///
    /// - Throws: `DatabaseError`, `SQLiteError`
    package func prepare() throws {
        let dueAtStart = try kinds.map { try $0.dueAtStart(app) }
        try app.perform { transaction in
            let store = JobStore(transaction.connection)
            try store.suspectRunning()
            for (kind, due) in zip(self.kinds, dueAtStart) {
                try self.schedule(kind, due, transaction, store)
            }
            try DuplicateFilling.begin(in: transaction)
        }
    }

    private func schedule(
        _ kind: JobKind,
        _ due: Int64?,
        _ transaction: Transaction,
        _ store: JobStore
    ) throws {
        let present = try store.unfinished(named: kind.name)
        guard let recurrence = kind.recurrence else {
            // It recurred in an earlier run and is switched off in this one.
            guard let present, present.recurrence != nil else { return }
            return try store.remove(present)
        }
        let turn = recurrence.next(after: transaction.now)
        guard let present else {
            let first = NewJob(
                kind.name,
                name: kind.name,
                due: due ?? turn,
                recurrence: recurrence
            )
            try transaction.jobs.add(first)
            return
        }
        if present.recurrence != recurrence {
            try store.setRecurrence(present, recurrence)
            try store.setDue(present, min(present.due, turn))
        }
        if let due, due < present.due { try store.setDue(present, due) }
    }

    /// Runs jobs from here on as they become due.
    package func start() {
        app.jobBell.listen { [loop] in loop.wake() }
        loop.start {
            while try self.pass() {}
            guard !self.loop.isStopped else { return nil }
            let due = try JobStore(self.reader).nextDue(besides: self.tasks.running)
            return due.map { $0 - self.app.clock.now() }
        }
    }

    /// Finishes the chunk at hand, asks work outside the writer to end, and stops.
    ///
    /// Blocks. To be called before the database is closed.
    package func stop() {
        loop.stop()
        app.jobBell.listen(nil)
        tasks.stop()
        loop.end { reader.close() }
        // One that was begun after the others had been asked to end.
        tasks.wait()
    }

    // MARK: Running

    /// Runs all that is due by the clock to its end, and waits for it.
    ///
    /// For tests and commands that run without a server.
    ///
    /// - Throws: `DatabaseError`, `SQLiteError`
    package func runDue() throws {
        while try loop.queue.sync(execute: pass) { tasks.wait() }
    }

    /// Gives each job that is due one chunk, or begins its work outside the writer.
    ///
    /// On the loop's queue.
    ///
    /// - Returns: whether there was any.
    func pass() throws -> Bool {
        guard !loop.isStopped else { return false }
        let running = tasks.running
        let store = JobStore(reader)
        if !running.isEmpty { tasks.cancel(try store.cancellations()) }
        let due = try store.due(at: app.clock.now(), limit: Self.turns + Int64(running.count))
            .filter { !running.contains($0.id) }
        try begin(due)
        // One that failed, or that ran when the process died, runs alone: if it ends the process again, it is the only one
        // to have an attempt counted.
        var together: [Int64] = []
        for job in due where !loop.isStopped {
            if case .task(let work) = runner.kind(of: job)?.work {
                try startTask(job, work)
            } else if job.attempts > 0 {
                try runAlone(job)
            } else {
                together.append(job.id)
            }
        }
        try run(together)
        return !due.isEmpty
    }

    /// Stored before any of them runs, so that after a crash it is known which had begun.
    private func begin(_ jobs: [Job]) throws {
        let waiting = jobs.filter { $0.state == .waiting }.map(\.id)
        guard !waiting.isEmpty else { return }
        try app.perform { transaction in
            let store = JobStore(transaction.connection)
            for id in waiting { try store.begin(id, now: transaction.now) }
        }
    }

    /// Runs a chunk of each, as many in one transaction as there is time for.
    private func run(_ ids: [Int64]) throws {
        var rest = ids[...]
        while !rest.isEmpty, !loop.isStopped {
            let waiting = rest
            let count = try app.perform { transaction in
                let deadline = ContinuousClock.now + self.holdTime
                var count = 0
                for id in waiting where count == 0 || ContinuousClock.now < deadline {
                    try self.runner.runChunk(
                        id,
                        in: transaction,
                        until: deadline,
                        isCounted: false
                    )
                    count += 1
                }
                return count
            }
            rest = rest.dropFirst(count)
        }
    }

    private func runAlone(_ job: Job) throws {
        guard try count(job) != nil else { return }
        try app.perform { transaction in
            try self.runner.runChunk(
                job.id,
                in: transaction,
                until: ContinuousClock.now + self.holdTime,
                isCounted: true
            )
        }
    }

    private func startTask(_ job: Job, _ work: @escaping JobKind.Task) throws {
        guard let job = try count(job), let kind = runner.kind(of: job) else { return }
        tasks.start(job, kind, work)
    }

    /// Counts an attempt before it is made; a job that has none left ends here.
    ///
    /// - Returns: the job as it is to be run; nil where it is not.
    private func count(_ job: Job) throws -> Job? {
        try app.perform { transaction in
            let store = JobStore(transaction.connection)
            guard let job = try store.find(job.id), job.state == .running else { return nil }
            if job.cancelRequested {
                try store.finish(job, .cancelled, now: transaction.now)
                return nil
            }
            let maximum = self.runner.kind(of: job)?.retry.maximumAttempts ?? .max
            guard job.attempts < maximum else {
                try store.finish(
                    job,
                    .failed,
                    failure: job.failure ?? .interrupted,
                    now: transaction.now
                )
                return nil
            }
            try store.setAttempts(job, job.attempts + 1)
            return try store.find(job.id)
        }
    }
}
