package import KoiJSON
import KoiSQLite

extension Transaction {
    /// The jobs, to write or cancel some within this transaction.
    package var jobs: JobQueue { JobQueue(self) }
}

/// A job about to be written.
package struct NewJob: Sendable {
    package var kind: String
    package var subject: EventSubject?
    /// A second waiting or running job of the same name is not made.
    package var name: String?
    /// Milliseconds since 1970; nil for at once.
    package var due: Int64?
    package var recurrence: JobRecurrence?
    package var parameters: JSONObject = [:]
    package var total: Int64?
    /// Whether it may do no more than the key by which it is asked for, and nothing once that is revoked.
    package var isBoundToKey = false

    package init(
        _ kind: String,
        subject: EventSubject? = nil,
        name: String? = nil,
        due: Int64? = nil,
        recurrence: JobRecurrence? = nil,
        parameters: JSONObject = [:],
        total: Int64? = nil,
        isBoundToKey: Bool = false
    ) {
        self.kind = kind
        self.subject = subject
        self.name = name
        self.due = due
        self.recurrence = recurrence
        self.parameters = parameters
        self.total = total
        self.isBoundToKey = isBoundToKey
    }
}

/// The jobs as seen from a transaction: what is written here is begun once the transaction is committed, or never.
package struct JobQueue {
    private let transaction: Transaction
    private let store: JobStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = JobStore(transaction.connection)
    }

    /// Writes a job that works on behalf of the transaction's user.
    ///
    /// - Returns: its id; where a waiting or running job has the same name, the id of that one, which stays as it is.
    @discardableResult
    package func add(_ job: NewJob) throws -> Int64 {
        if let name = job.name, let same = try store.unfinished(named: name) { return same.id }
        ring()
        let actor = transaction.actor
        return try store.insert(job, user: actor.user, key: job.isBoundToKey ? actor.key : nil, now: transaction.now)
    }

    /// Gives the waiting job of that name another time.
    ///
    /// - Returns: whether there is one.
    @discardableResult
    package func move(named name: String, to due: Int64) throws -> Bool {
        guard let job = try store.unfinished(named: name), job.state == .waiting else {
            return false
        }
        ring()
        try store.setDue(job, due)
        return true
    }

    /// Has the job of that name go on no later than at a time, be it waiting to be begun or between two chunks.
    ///
    /// - Returns: whether there is one.
    func hurry(named name: String, to due: Int64) throws -> Bool {
        guard let job = try store.unfinished(named: name) else { return false }
        guard job.due > due else { return true }
        ring()
        try store.setDue(job, due)
        return true
    }

    /// - Throws: `Problem.notFound`
    package func find(_ id: Int64) throws -> Job {
        guard let job = try store.find(id) else { throw JobQueue.notFound }
        return job
    }

    static let notFound = Problem.notFound(Text("job", "任务"))

    /// Cancels a waiting job at once and a running one before its next chunk; what earlier chunks did stays.
    ///
    /// To cancel a cancelled job changes nothing. A recurring job comes again at its next time.
    ///
    /// - Throws: `Problem.notFound`, `Problem.conflict` where the job has ended.
    package func cancel(_ id: Int64) throws -> Job {
        let job = try find(id)
        guard !job.cancelRequested, job.state != .cancelled else { return job }
        guard !job.state.isFinished else {
            throw Problem.conflict(
                "job_ended",
                Text(
                    "The job has ended already; it cannot be cancelled.",
                    "任务已结束，无法取消。"
                )
            )
        }
        try end(job)
        try transaction.events.append(
            Event(
                type: "job.cancellationRequested",
                subject: EventSubject(resource: "jobs", id: id),
                payload: ["after": ["cancelRequested": true]]
            ),
            in: transaction
        )
        return try find(id)
    }

    /// Cancels the job of that name, where there is one: its cause is gone.
    package func cancel(named name: String) throws {
        guard let job = try store.unfinished(named: name) else { return }
        try end(job)
    }

    private func end(_ job: Job) throws {
        ring()
        switch job.state {
        case .waiting: try store.finish(job, .cancelled, now: transaction.now)
        default: try store.requestCancellation(job, now: transaction.now)
        }
    }

    private func ring() {
        let bell = transaction.jobBell
        transaction.whenCommitted { bell.ring() }
    }
}
