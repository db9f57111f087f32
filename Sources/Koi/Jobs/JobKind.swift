package import KoiJSON

/// What a job of one kind does.
///
/// ```swift
/// static let kind = JobKind("recycleLeads", chunk: { chunk in
///     while chunk.hasTime {
///         guard let lead = try nextLead(after: chunk.position) else { return .done([:]) }
///         try recycle(lead, in: chunk.transaction)
///         chunk.position["lead"] = .integer(lead.id)
///         chunk.done += 1
///     }
///     return .more
/// })
/// ```
package struct JobKind: Sendable {
    /// Runs within one transaction of the writer, together with what it says of its position and progress: its effect
    /// and the note that it was had are stored both or not at all.
    ///
    /// Goes on as long as the chunk has time.
    package typealias Chunk = @Sendable (inout JobChunk) throws -> JobStep
    /// Runs outside any transaction and may take long; returns the job's result.
    ///
    /// It may be begun again after a crash, so what it leaves half done must do no harm.
    package typealias Task = @Sendable (JobTask) throws -> JSONObject

    package enum Work: Sendable {
        case chunks(Chunk)
        case task(Task)
    }

    /// Letters and dots.
    package let name: String
    package let work: Work
    package let retry: JobRetry
    /// Where there is always one job of this kind, named like the kind, when the next is due.
    package let recurrence: JobRecurrence?
    /// Asked at start: a time at which the recurring job is due even before its turn; nil for its turn.
    package let dueAtStart: @Sendable (App) throws -> Int64?

    package init(
        _ name: String,
        retry: JobRetry = JobRetry(),
        recurrence: JobRecurrence? = nil,
        chunk: @escaping Chunk
    ) {
        self.init(
            name: name,
            work: .chunks(chunk),
            retry: retry,
            recurrence: recurrence,
            dueAtStart: { _ in nil }
        )
    }

    package init(
        _ name: String,
        retry: JobRetry = JobRetry(),
        recurrence: JobRecurrence? = nil,
        dueAtStart: @escaping @Sendable (App) throws -> Int64? = { _ in nil },
        task: @escaping Task
    ) {
        self.init(
            name: name,
            work: .task(task),
            retry: retry,
            recurrence: recurrence,
            dueAtStart: dueAtStart
        )
    }

    private init(
        name: String,
        work: Work,
        retry: JobRetry,
        recurrence: JobRecurrence?,
        dueAtStart: @escaping @Sendable (App) throws -> Int64?
    ) {
        self.name = name
        self.work = work
        self.retry = retry
        self.recurrence = recurrence
        self.dueAtStart = dueAtStart
    }
}

/// How often a job that fails is tried, and when again.
package struct JobRetry: Sendable {
    /// Fewer would give up a job that was running when Koi was stopped.
    private static let fewestAttempts: Int64 = 3

    /// Attempts that may fail in a row; each chunk that succeeds begins to count anew.
    package let maximumAttempts: Int64
    /// Milliseconds before the second attempt; each further wait is three times as long.
    package let firstDelay: Int64
    package let longestDelay: Int64

    package init(
        maximumAttempts: Int64 = 5,
        firstDelay: Int64 = 10_000,
        longestDelay: Int64 = 3_600_000
    ) {
        self.maximumAttempts = max(maximumAttempts, Self.fewestAttempts)
        self.firstDelay = max(firstDelay, 0)
        self.longestDelay = max(longestDelay, 0)
    }

    /// How long to wait once so many attempts have failed.
    func delay(after attempts: Int64) -> Int64 {
        var delay = min(firstDelay, longestDelay)
        for _ in 1..<max(attempts, 1) where delay < longestDelay {
            delay = min(delay * 3, longestDelay)
        }
        return delay
    }
}

/// All kinds of jobs.
package enum JobKinds {
    /// Those of Koi itself, of which there is always one, included.
    ///
    /// - Parameters:
    ///   - backsUpDaily: whether Koi makes backups by itself.
    ///   - accessDays: how long it is kept who read what is held back from others.
    /// - Returns: each under a name of its own.
    package static func all(backsUpDaily: Bool, accessDays: Int) -> [JobKind] {
        [
            BackupJob.kind(isDaily: backsUpDaily), JobTrimming.kind, AccessTrimming.kind(keptFor: accessDays),
            SignInTrimming.kind, CollaboratorExpiry.kind, HandoverJob.kind, ErasureJob.kind,
            OutboxTrimming.kind, NotificationTrimming.kind, KeptAnswerTrimming.kind, WebhookTrimming.kind,
            MassJob.kind, MergeJob.kind, MessageJob.kind, ImportJob.kind, ImportUndo.kind,
            ImportTrimming.kind, DuplicateFilling.kind, ResponseWatch.kind, FollowUpJob.kind, UnfollowedJob.kind,
            CompanyExportJob.kind, FileTrimming.daily, FileTrimming.sweep, TicketClosing.kind,
            CompanyExportTrimming.kind, LifecycleJob.daily, LifecycleJob.complete, TaskReminders.kind,
            VisitPlanning.kind, ProductMatching.kind, RecyclingJob.kind, TicketWatch.kind, TicketRetiming.all,
            TicketRetiming.ofCustomer, DeferralEnd.kind, SatisfactionJob.kind,
        ]
    }
}
