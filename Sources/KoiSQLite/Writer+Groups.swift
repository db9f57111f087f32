internal import Dispatch
import KoiLock
internal import Logging
internal import Synchronization

extension Writer {
    /// Runs one group and comes again if more wait: between two groups the queue is open to others.
    func runWaiting() {
        runGroup()
        let hasMore = state.withLock { state in
            state.isScheduled = !state.waiting.isEmpty
            return state.isScheduled
        }
        if hasMore {
            queue.async { self.runWaiting() }
        } else {
            scheduleIdleCheckpoint()
        }
    }

    /// Runs what waits, up to the bounds of a group, in one transaction.
    func runGroup() {
        guard let first = takeNext() else { return }
        defer { group.removeAll(keepingCapacity: true) }
        guard let connection else {
            group.append(first)
            return fail(.unavailable("the database file is not open"))
        }
        let begun = MonotonicClock.now
        do {
            try connection.control(.beginImmediate)
        } catch {
            group.append(first)
            return fail(DatabaseError(group: error))
        }
        if let lost = runBodies(from: first, on: connection, until: begun) {
            return undo(connection, lost)
        }
        do {
            try commitClock.during { try connection.control(.commit) }
        } catch {
            return undo(connection, DatabaseError(group: error))
        }
        succeed(connection, nanoseconds: MonotonicClock.now &- begun)
    }

    /// - Returns: why the transaction is lost; nil when it can be committed.
    private func runBodies(
        from first: PendingWrite,
        on connection: Connection,
        until begun: UInt64
    ) -> DatabaseError? {
        let end = begun &+ options.groupTime.nanoseconds
        var next: PendingWrite? = first
        while let write = next {
            group.append(write)
            guard write.run(on: connection) else {
                return write.failure.map { DatabaseError(group: $0) }
                    ?? .unavailable("the transaction was rolled back")
            }
            guard group.count < options.groupSize, MonotonicClock.now < end else { return nil }
            next = takeNext()
        }
        return nil
    }

    /// The next one that has not waited too long; those that have are refused.
    private func takeNext() -> PendingWrite? {
        while let write = popNext() {
            if write.deadline == .max || MonotonicClock.now < write.deadline { return write }
            state.withLock { $0.statistics.shed += 1 }
            write.finish(.overloaded)
        }
        return nil
    }

    private func popNext() -> PendingWrite? {
        state.withLock { state in
            guard let write = state.waiting.popFirst() else { return nil }
            state.statistics.countWait(MonotonicClock.now &- write.submitted)
            return write
        }
    }

    private func succeed(_ connection: Connection, nanoseconds: UInt64) {
        if isFailing {
            isFailing = false
            logger.notice("writes succeed again")
        }
        let failed = group.count { $0.failure != nil }
        state.withLock { state in
            state.statistics.rolledBack += failed
            state.statistics.countGroup(size: group.count - failed, nanoseconds: nanoseconds)
        }
        for write in group { write.finish(nil) }
        afterWrites(connection)
    }

    private func undo(_ connection: Connection, _ error: DatabaseError) {
        if connection.isInTransaction {
            do {
                try connection.control(.rollback)
            } catch {
                return fail(.ioError("a transaction could not be rolled back"))
            }
        }
        fail(error)
    }

    /// Fails the group.
    ///
    /// Writes are stopped first where they have to be, so that a completion that submits again is
    /// answered rightly.
    private func fail(_ error: DatabaseError) {
        let count = group.count
        state.withLock { $0.statistics.failed += count }
        if !isFailing {
            isFailing = true
            logger.error("writes fail", metadata: ["requests": "\(count)", "error": "\(error)"])
        }
        recover(from: error)
        for write in group { write.finish(error) }
    }
}
