internal import Dispatch
import KoiLock
internal import Logging
internal import Synchronization

/// When the writer moves the WAL into the database file.
///
/// SQLite's own way would do it within a commit, and again in every commit as long as a reader is
/// in the way.
struct CheckpointSchedule {
    /// The WAL's length at the last attempt.
    private var attemptedAt = 0
    private var warnedAt = 0
    /// Whether a look at an idle writer is due.
    var isIdleScheduled = false

    mutating func isDue(walPages: Int, every pages: Int) -> Bool {
        // The WAL has started over.
        if walPages < attemptedAt { attemptedAt = 0 }
        guard walPages - attemptedAt >= pages else { return false }
        attemptedAt = walPages
        return true
    }

    /// Whether the WAL has become so long that it is worth a line in the log: once per doubling.
    mutating func isAlarming(walPages: Int, normal pages: Int) -> Bool {
        if walPages < pages { warnedAt = 0 }
        guard walPages >= max(pages * 16, warnedAt * 2) else { return false }
        warnedAt = walPages
        return true
    }
}

extension Writer {
    /// Between two groups, after their requests were answered.
    func afterWrites(_ connection: Connection) {
        let pages = connection.walPages
        state.withLock { $0.statistics.walPages = pages }
        guard checkpoints.isDue(walPages: pages, every: options.checkpointPages) else { return }
        let left = checkpoint(connection, .passive)
        if left > 0, checkpoints.isAlarming(walPages: left, normal: options.checkpointPages) {
            logger.warning(
                "the WAL grows because a reader holds a snapshot open",
                metadata: ["pages": "\(left)"]
            )
        }
    }

    /// - Returns: the pages that stay in the WAL. A failure is no failure of any write, as the WAL
    ///   still has all of them: it is counted, logged and tried again later.
    @discardableResult
    func checkpoint(_ connection: Connection, _ mode: CheckpointMode) -> Int {
        let begun = MonotonicClock.now
        do {
            let left = try connection.checkpoint(mode)
            let nanoseconds = MonotonicClock.now &- begun
            let pages = connection.walPages
            state.withLock { state in
                state.statistics.checkpoints += 1
                state.statistics.walPages = pages
                state.statistics.longestCheckpoint = max(
                    state.statistics.longestCheckpoint,
                    nanoseconds
                )
            }
            return left
        } catch {
            state.withLock { $0.statistics.failedCheckpoints += 1 }
            logger.error("a checkpoint failed", metadata: ["error": "\(error)"])
            return connection.walPages
        }
    }

    /// Empties the WAL once nothing has been written for a while.
    func scheduleIdleCheckpoint() {
        guard !checkpoints.isIdleScheduled, let connection, connection.walPages > 0 else { return }
        checkpoints.isIdleScheduled = true
        let groups = state.withLock { $0.statistics.groups }
        let delay = Int(clamping: options.idleTime.nanoseconds)
        // Holds the writer for so long: once it is closed nothing comes of it.
        queue.asyncAfter(deadline: .now() + .nanoseconds(delay)) { self.checkpointIfIdle(since: groups) }
    }

    private func checkpointIfIdle(since groups: Int) {
        checkpoints.isIdleScheduled = false
        guard let connection else { return }
        if state.withLock({ $0.statistics.groups }) == groups {
            checkpoint(connection, .truncate)
        }
        scheduleIdleCheckpoint()
    }
}
