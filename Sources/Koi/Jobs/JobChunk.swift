package import KoiJSON
import KoiLock

/// A part of a job, small enough to hold the writer only briefly.
package struct JobChunk {
    package let job: Job
    /// Of the job's user, at the held clock; what is done in it is undone where the chunk throws.
    package let transaction: Transaction
    /// Where the next chunk goes on.
    package var position: JSONObject
    /// Of `total`, how much is done.
    package var done: Int64
    package var total: Int64?

    let deadline: ContinuousClock.Instant

    /// Whether there is time for more in this chunk.
    package var hasTime: Bool { ContinuousClock.now < deadline }
}

/// What comes after a chunk.
package enum JobStep: Sendable {
    /// Another chunk, after those of the other jobs that are due.
    case more
    /// Another chunk at that time.
    case later(Int64)
    /// Nothing: the job is done and this is its result.
    case done(JSONObject)
}

/// A job's work outside any transaction.
package struct JobTask: Sendable {
    package let job: Job
    package let app: App
    let interruption: @Sendable () -> JobInterruption?

    /// To be called every now and then.
    ///
    /// - Throws: what the work should let through, when Koi stops or somebody cancelled the job.
    package func checkInterruption() throws {
        if let interruption = interruption() { throw interruption }
    }
}

/// Why a task should end early.
enum JobInterruption: Error {
    /// It is begun again at the next start.
    case stopping
    case cancelled
}

/// Tells the worker that a job was written or changed.
package final class JobBell: Sendable {
    private let listener = Lock<(@Sendable () -> Void)?>(nil)

    package init() {}

    package func ring() {
        let listener = listener.withLock { $0 }
        listener?()
    }

    func listen(_ listener: (@Sendable () -> Void)?) {
        self.listener.withLock { $0 = listener }
    }
}
