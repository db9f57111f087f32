import KoiHTTP
import KoiSQLite
import Logging

/// Runs one chunk of one job within a transaction of the writer, and notes what came of it.
struct JobRunner: Sendable {
    private let app: App
    private let kinds: [String: JobKind]

    init(_ app: App, _ kinds: [JobKind]) {
        self.app = app
        self.kinds = Dictionary(
            kinds.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func kind(of job: Job) -> JobKind? { kinds[job.kind] }

    /// Runs the next chunk of a job, as the row has it at this moment.
    ///
    /// - Parameters:
    ///   - id: of the job.
    ///   - outer: the writer's transaction, which other chunks may share.
    ///   - deadline: until when the chunk may go on.
    ///   - isCounted: whether the attempt was counted before it was made.
    /// - Throws: where the store fails; what the job itself does wrong is noted in its row.
    func runChunk(
        _ id: Int64,
        in outer: Transaction,
        until deadline: ContinuousClock.Instant,
        isCounted: Bool
    ) throws {
        let store = JobStore(outer.connection)
        guard let job = try store.find(id), job.state == .running, job.due <= outer.now else {
            return
        }
        if job.cancelRequested { return try store.finish(job, .cancelled, now: outer.now) }
        guard let kind = kind(of: job), case .chunks(let work) = kind.work else {
            return try store.finish(job, .failed, failure: .unknownKind, now: outer.now)
        }
        do {
            let part = try outer.connection.savepoint {
                let transaction = try self.transaction(for: job, within: outer)
                var chunk = JobChunk(
                    job: job,
                    transaction: transaction,
                    position: job.position,
                    done: job.done,
                    total: job.total,
                    deadline: deadline
                )
                let step = try work(&chunk)
                try note(step, of: chunk, in: store)
                return transaction
            }
            outer.absorb(part)
        } catch {
            // A full or failing disk is not the job's fault, and has undone the other jobs of the transaction too.
            guard outer.connection.isInTransaction, !JobRunner.isStoreFailure(error) else {
                throw error
            }
            let attempts = isCounted ? job.attempts : job.attempts + 1
            try fail(job, kind, error, attempts: attempts, in: outer)
        }
    }

    private func note(_ step: JobStep, of chunk: JobChunk, in store: JobStore) throws {
        let now = chunk.transaction.now
        switch step {
        case .more: try store.progress(chunk, due: now)
        case .later(let due): try store.progress(chunk, due: due)
        case .done(let result):
            try store.progress(chunk, due: chunk.job.due)
            try store.finish(chunk.job, .done, result: result, attempts: 0, now: now)
        }
    }

    /// Puts a job off after a failed attempt, or ends it: after the last attempt, or where the failure says that another
    /// would come to the same.
    func fail(
        _ job: Job,
        _ kind: JobKind,
        _ error: any Error,
        attempts: Int64,
        in transaction: Transaction
    ) throws {
        let (failure, isFinal) = describe(error, job)
        let store = JobStore(transaction.connection)
        if isFinal || attempts >= kind.retry.maximumAttempts {
            try store.finish(
                job,
                .failed,
                failure: failure,
                attempts: attempts,
                now: transaction.now
            )
        } else {
            let due = transaction.now + kind.retry.delay(after: attempts)
            try store.wait(job, until: due, attempts: attempts, failure)
        }
    }

    private func describe(_ error: any Error, _ job: Job) -> (JobFailure, isFinal: Bool) {
        switch error {
        case let failure as JobFailure: return (failure, true)
        case let problem as Problem:
            return (JobFailure(problem.code, problem.detail), problem.status.code < 500)
        default:
            app.logger.error(
                "job failed",
                metadata: ["job": "\(job.id)", "kind": "\(job.kind)", "error": "\(error)"]
            )
            return (.unforeseen, false)
        }
    }

    /// A transaction on behalf of the job's user; its events name the job in place of a request.
    private func transaction(for job: Job, within outer: Transaction) throws -> Transaction {
        outer.part(as: try actor(of: job, outer), request: "job-\(job.id)")
    }

    /// With the rights that the user has by now, within those of the key that asked for the job; none where the user has
    /// left, or the key is no longer good.
    private func actor(of job: Job, _ transaction: Transaction) throws -> Actor {
        guard let user = job.user else { return .system }
        let catalog = transaction.catalog
        let actor =
            if let key = job.key {
                try APIKey.actor(of: key, user, at: transaction.now, in: catalog, transaction.connection)
            } else {
                try Actor.user(user, kind: .system, in: catalog, transaction.connection)
            }
        return actor ?? Actor(kind: .system, user: user, access: .nothing)
    }

    static func isStoreFailure(_ error: any Error) -> Bool {
        switch error {
        case is DatabaseError: true
        case let error as SQLiteError: error.isFull || error.isIOError || error.isCorrupt
        default: false
        }
    }
}
