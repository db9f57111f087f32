internal import Dispatch
import KoiLock
internal import Logging
internal import Synchronization

// After an I/O error nobody knows what the file holds: an fsync that failed may have stored all, some
// or nothing, and the kernel reports the error only once. So the connection with its cached pages is
// given up, and writes are refused until the file has been opened again, checked, and written to.
extension Writer {
    /// Stops writing and begins to recover, if `error` says that the file may be harmed.
    func recover(from error: any Error) {
        guard case .ioError(let reason)? = error as? DatabaseError else { return }
        connection?.close()
        connection = nil
        let refused: [PendingWrite] = state.withLock { state in
            if case .open = state.phase { state.phase = .unavailable(reason) }
            var refused: [PendingWrite] = []
            while let write = state.waiting.popFirst() { refused.append(write) }
            state.statistics.refused += refused.count
            return refused
        }
        logger.critical("writes stopped after an I/O error", metadata: ["error": "\(reason)"])
        let delay = options.recoveryDelay
        queue.async { self.tryToRecover(nextDelay: delay) }
        for write in refused { write.finish(.unavailable(reason)) }
    }

    /// Opens the file again; on failure comes back later, waiting ever longer.
    func tryToRecover(nextDelay: Duration) {
        guard connection == nil,
            state.withLock({ if case .closed = $0.phase { false } else { true } })
        else { return }
        do {
            let connection = try open()
            try check(connection)
            try connection.writeNothing()
            self.connection = connection
            checkpoints = CheckpointSchedule()
            state.withLock { state in
                if case .unavailable = state.phase { state.phase = .open }
                state.statistics.recoveries += 1
            }
            logger.notice("writes resumed: the database was opened again and checked")
        } catch {
            logger.error("writes stay stopped", metadata: ["error": "\(error)"])
            let delay = min(nextDelay * 2, options.longestRecoveryDelay)
            // Whoever closes it ends this.
            queue.asyncAfter(deadline: .now() + .nanoseconds(Int(clamping: nextDelay.nanoseconds))) {
                self.tryToRecover(nextDelay: delay)
            }
        }
    }

    /// A check that runs out of its time has found nothing so far; writes go on then, because a large
    /// file would otherwise keep a healthy server stopped for minutes.
    private func check(_ connection: Connection) throws {
        do {
            let finding = try connection.limited(to: ReadBudget(time: options.checkTime)) {
                try connection.first("PRAGMA quick_check(1)") { $0.text(0) }
            }
            guard finding == "ok" else {
                throw DatabaseError.ioError(finding ?? "the check gave no result")
            }
        } catch let error as SQLiteError where error.isInterrupted {
            logger.warning("the check after an I/O error took too long and was cut short")
        }
    }
}

extension Connection {
    /// Makes a change that changes nothing: it goes through the WAL and to the disk as every write.
    package func writeNothing() throws {
        let version = try first("PRAGMA user_version") { $0.int(0) } ?? 0
        try execute("PRAGMA user_version = \(version)")
    }
}
