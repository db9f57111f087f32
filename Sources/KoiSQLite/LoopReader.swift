/// The read-only connection of one event loop, with a snapshot that it keeps from one read to the next for as long as
/// nothing is committed.
///
/// To begin and end a snapshot takes locks that all readers of a process share, system calls within them: a tenth of what a
/// short read costs. Every read still sees all that was committed before it began: the commit clock is looked at each time.
///
/// Used by its loop only.
final class LoopReader {
    let connection: Connection
    private let clock: CommitClock
    private var isOpen = false
    /// Whether SQLite has read the tables' definitions, which it does once and which is no part of what a read costs.
    private var hasSchema = false
    /// What the clock said just before the snapshot began; nil where a commit was under way, so that nothing is known.
    private var since: UInt64?

    init(_ connection: Connection, _ clock: CommitClock) {
        self.connection = connection
        self.clock = clock
    }

    /// Runs `body` on a snapshot that is as new as one begun now.
    func read<T>(within budget: ReadBudget, _ body: (Connection) throws -> T) throws -> T {
        try renew()
        if !hasSchema {
            _ = try connection.first("SELECT 1 FROM sqlite_master LIMIT 1") { _ in true }
            hasSchema = true
        }
        do {
            return try connection.limited(to: budget) { try body(connection) }
        } catch let error as SQLiteError {
            end()
            throw error
        }
    }

    /// Ends the snapshot, unless the loop has more to do and it is still the newest: one that is kept for long would keep
    /// the WAL from being emptied.
    func settle(isResting: Bool) {
        guard isOpen, isResting || since != clock.now else { return }
        end()
    }

    private func renew() throws {
        let now = clock.now
        if isOpen, since == now { return }
        end()
        try connection.control(.begin)
        isOpen = true
        since = now.isMultiple(of: 2) ? now : nil
    }

    private func end() {
        guard isOpen else { return }
        isOpen = false
        // Nothing was written: if even the end of a read fails, the next one begins anew.
        if connection.isInTransaction { try? connection.control(.rollback) }
    }
}
