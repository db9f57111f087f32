import KoiSQLite

/// Does in the demo company's year what Koi does by the clock.
///
/// What is done every hour is done when somebody is at work, and all else at its time.
struct DemoJobs: Sendable {
    private static let kinds = [
        ResponseWatch.kind, FollowUpJob.kind, UnfollowedJob.kind, RecyclingJob.kind, ProductMatching.kind,
        LifecycleJob.daily, LifecycleJob.complete,
        TaskReminders.kind, VisitPlanning.kind, HandoverJob.kind, NotificationTrimming.kind, JobTrimming.kind,
    ]
    /// No chunk ends before its work, so that a slow machine makes the same company.
    private static let patience = Duration.seconds(3_600)

    /// Nothing is done before.
    private var last: Int64

    /// Has all that recurs done for the first time at its next turn.
    init(_ scene: DemoScene) throws {
        last = scene.now
        let jobs = scene.koi().jobs
        for kind in DemoJobs.kinds {
            guard let recurrence = kind.recurrence else { continue }
            let due = recurrence.next(after: scene.now)
            try jobs.add(NewJob(kind.name, name: kind.name, due: due, recurrence: recurrence))
        }
    }

    /// Runs all that is due by a time.
    mutating func run(by time: Int64, _ scene: DemoScene) throws {
        let runner = JobRunner(scene.app, DemoJobs.kinds)
        while let job = try next(by: time, scene) {
            last = max(last, job.isHourly ? time : job.due)
            let transaction = scene.koi(at: last)
            try JobStore(scene.connection).begin(job.id, now: last)
            let deadline = ContinuousClock.now + DemoJobs.patience
            try runner.runChunk(job.id, in: transaction, until: deadline, isCounted: false)
        }
        last = max(last, time)
    }

    /// Those that are hourly come last, since they are done by the time of whoever is at work.
    private func next(by time: Int64, _ scene: DemoScene) throws -> Job? {
        let due = try JobStore(scene.connection).due(at: time, limit: 100)
        return due.first { !$0.isHourly } ?? due.first
    }
}

extension Job {
    fileprivate var isHourly: Bool {
        if case .every? = recurrence { true } else { false }
    }
}
