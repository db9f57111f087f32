import KoiJSON
import KoiSQLite

/// The rows of `jobs`.
///
/// No rules.
struct JobStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Reading

    func find(_ id: Int64) throws -> Job? {
        try connection.first("SELECT \(Job.columns) FROM jobs WHERE id = ?", [.integer(id)]) {
            Job($0)
        }
    }

    /// The waiting or running job of that name.
    func unfinished(named name: String) throws -> Job? {
        try connection.first(
            """
            SELECT \(Job.columns) FROM jobs
            WHERE name = ? AND state IN ('waiting', 'running') AND name IS NOT NULL
            """,
            [.text(name)]
        ) { Job($0) }
    }

    /// Jobs to begin or to go on with, the longest due first.
    func due(at now: Int64, limit: Int64) throws -> [Job] {
        try connection.rows(
            """
            SELECT \(Job.columns) FROM jobs
            WHERE state IN ('waiting', 'running') AND due <= ? ORDER BY due, id LIMIT ?
            """,
            [.integer(now), .integer(limit)]
        ) { Job($0) }
    }

    /// When the next job is due that is none of `others`.
    func nextDue(besides others: Set<Int64>) throws -> Int64? {
        try connection.rows(
            """
            SELECT id, due FROM jobs WHERE state IN ('waiting', 'running') ORDER BY due, id LIMIT ?
            """,
            [.integer(Int64(others.count + 1))]
        ) { ($0.int(0), $0.int(1)) }
        .first { !others.contains($0.0) }?.1
    }

    /// Running jobs that somebody wants to end.
    func cancellations() throws -> Set<Int64> {
        Set(
            try connection.rows(
                #"SELECT id FROM jobs WHERE state = 'running' AND "cancelRequested" = 1"#
            ) { $0.int(0) }
        )
    }

    // MARK: Writing

    func insert(_ job: NewJob, user: Int64?, key: Int64? = nil, now: Int64) throws -> Int64 {
        try connection.run(
            """
            INSERT INTO jobs (kind, resource, record, "user", "key", name, state, due, recurrence, parameters, total,
                "createdAt")
            VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?)
            """,
            [
                .text(job.kind), .nullable(job.subject?.resource), .nullable(job.subject?.id),
                .nullable(user), .nullable(key), .nullable(job.name), .integer(job.due ?? now),
                .nullable(job.recurrence?.stored), .text(JSONValue.object(job.parameters).text),
                .nullable(job.total), .integer(now),
            ]
        )
        return connection.lastInsertedID
    }

    func setDue(_ job: Job, _ due: Int64) throws {
        try connection.run(
            "UPDATE jobs SET due = ? WHERE id = ?",
            [.integer(due), .integer(job.id)]
        )
    }

    func setRecurrence(_ job: Job, _ recurrence: JobRecurrence) throws {
        try connection.run(
            "UPDATE jobs SET recurrence = ? WHERE id = ?",
            [.text(recurrence.stored), .integer(job.id)]
        )
    }

    func remove(_ job: Job) throws {
        try connection.run("DELETE FROM jobs WHERE id = ?", [.integer(job.id)])
    }

    func begin(_ id: Int64, now: Int64) throws {
        try connection.run(
            """
            UPDATE jobs SET state = 'running', "startedAt" = coalesce("startedAt", ?)
            WHERE id = ? AND state = 'waiting'
            """,
            [.integer(now), .integer(id)]
        )
    }

    func setAttempts(_ job: Job, _ attempts: Int64) throws {
        try connection.run(
            "UPDATE jobs SET attempts = ? WHERE id = ?",
            [.integer(attempts), .integer(job.id)]
        )
    }

    /// Marks those that were running when the process ended as begun once without success, as one of them may have
    /// ended it.
    func suspectRunning() throws {
        try connection.run(
            "UPDATE jobs SET attempts = 1 WHERE state = 'running' AND attempts = 0"
        )
    }

    /// Stores how far a chunk got; the job goes on at `due`.
    func progress(_ chunk: JobChunk, due: Int64) throws {
        try connection.run(
            """
            UPDATE jobs SET position = ?, done = ?, total = ?, attempts = 0, error = NULL, due = ?
            WHERE id = ?
            """,
            [
                .text(JSONValue.object(chunk.position).text), .integer(chunk.done),
                .nullable(chunk.total), .integer(due), .integer(chunk.job.id),
            ]
        )
    }

    /// Puts a job back that failed or was interrupted.
    func wait(_ job: Job, until due: Int64, attempts: Int64, _ failure: JobFailure?) throws {
        try connection.run(
            "UPDATE jobs SET state = 'waiting', due = ?, attempts = ?, error = ? WHERE id = ?",
            [
                .integer(due), .integer(attempts), .nullable(failure?.stored.text),
                .integer(job.id),
            ]
        )
    }

    /// One that waits for its next chunk waits no longer.
    func requestCancellation(_ job: Job, now: Int64) throws {
        try connection.run(
            #"UPDATE jobs SET "cancelRequested" = 1, due = min(due, ?) WHERE id = ?"#,
            [.integer(now), .integer(job.id)]
        )
    }

    /// Ends a job and, where it recurs, writes the next one.
    ///
    /// What it was asked to do is not kept longer than that: it may name people, whom an erasure has to find.
    func finish(
        _ job: Job,
        _ state: Job.State,
        result: JSONObject? = nil,
        failure: JobFailure? = nil,
        attempts: Int64? = nil,
        now: Int64
    ) throws {
        try connection.run(
            """
            UPDATE jobs SET state = ?, result = ?, error = ?, attempts = ?, "finishedAt" = ?, parameters = '{}'
            WHERE id = ?
            """,
            [
                .text(state.rawValue), .nullable(result.map { JSONValue.object($0).text }),
                .nullable(failure?.stored.text), .integer(attempts ?? job.attempts),
                .integer(now), .integer(job.id),
            ]
        )
        guard let recurrence = job.recurrence else { return }
        let next = NewJob(
            job.kind,
            subject: job.subject,
            name: job.name,
            due: recurrence.next(after: max(now, job.due)),
            recurrence: recurrence,
            parameters: job.parameters
        )
        _ = try insert(next, user: job.user, key: job.key, now: now)
    }

    /// Deletes jobs that ended before a time, the oldest first.
    ///
    /// - Returns: how many.
    func trim(before time: Int64, limit: Int64) throws -> Int {
        try connection.run(
            """
            DELETE FROM jobs WHERE id IN (
                SELECT id FROM jobs WHERE "finishedAt" IS NOT NULL AND "finishedAt" < ?
                ORDER BY "finishedAt", id LIMIT ?)
            """,
            [.integer(time), .integer(limit)]
        )
    }
}
