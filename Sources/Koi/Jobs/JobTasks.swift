import Dispatch
import KoiJSON
import KoiLock
import KoiSQLite
import Logging

/// The jobs whose work runs outside the writer at this moment, on the queue of slow work.
final class JobTasks: Sendable {
    private struct State {
        var running: Set<Int64> = []
        var cancelled: Set<Int64> = []
        var isStopping = false
    }

    private let app: App
    private let runner: JobRunner
    private let state = Lock(State())
    private let group = DispatchGroup()

    init(_ app: App, _ runner: JobRunner) {
        self.app = app
        self.runner = runner
    }

    var running: Set<Int64> { state.withLock { $0.running } }

    /// Waits until none runs.
    func wait() {
        group.wait()
    }

    /// Lets the running ones know that somebody wants them to end.
    func cancel(_ jobs: Set<Int64>) {
        state.withLock { $0.cancelled.formUnion(jobs.intersection($0.running)) }
    }

    /// Asks all to end and waits until they have.
    func stop() {
        state.withLock { $0.isStopping = true }
        group.wait()
    }

    /// Begins a job whose attempt is counted already, and returns at once.
    func start(_ job: Job, _ kind: JobKind, _ work: @escaping JobKind.Task) {
        state.withLock { _ = $0.running.insert(job.id) }
        group.enter()
        app.tasks.async {
            let task = JobTask(job: job, app: self.app) { self.interruption(of: job.id) }
            let outcome = Result {
                try task.checkInterruption()
                return try work(task)
            }
            self.record(outcome, of: job, kind)
            self.state.withLock { state in
                state.running.remove(job.id)
                state.cancelled.remove(job.id)
            }
            self.group.leave()
            self.app.jobBell.ring()
        }
    }

    private func interruption(of id: Int64) -> JobInterruption? {
        state.withLock { state in
            if state.cancelled.contains(id) { return .cancelled }
            return state.isStopping ? .stopping : nil
        }
    }

    /// Where even this cannot be stored, the job stays running and is begun again.
    private func record(_ outcome: Result<JSONObject, any Error>, of job: Job, _ kind: JobKind) {
        do {
            try app.perform { transaction in
                let store = JobStore(transaction.connection)
                guard let job = try store.find(job.id), job.state == .running else { return }
                switch outcome {
                case .success(let result):
                    try store.finish(
                        job,
                        .done,
                        result: result,
                        attempts: 0,
                        now: transaction.now
                    )
                case .failure(JobInterruption.cancelled):
                    try store.finish(job, .cancelled, now: transaction.now)
                case .failure(JobInterruption.stopping):
                    try store.wait(job, until: job.due, attempts: job.attempts - 1, nil)
                case .failure(let error):
                    try self.runner.fail(
                        job,
                        kind,
                        error,
                        attempts: job.attempts,
                        in: transaction
                    )
                }
            }
        } catch {
            app.logger.error(
                "job not recorded",
                metadata: ["job": "\(job.id)", "kind": "\(job.kind)", "error": "\(error)"]
            )
        }
    }
}
