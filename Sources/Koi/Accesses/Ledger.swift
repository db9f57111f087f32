import Dispatch
import KoiLock
import KoiSQLite
import Logging

/// Writes down what nobody waits for: who read what is held back from others, what was refused, failed sign-ins, and when
/// keys and sessions were last used.
///
/// Entries are gathered in memory and written together within a second of the first, by one write, and before the
/// database is closed. A crash loses at most those of the last second.
package final class Ledger: Sendable {
    private enum Phase {
        /// Nothing is gathered.
        case idle
        /// The timer runs.
        case waiting
        /// The writer has a part of it.
        case writing
        case closed
    }

    private struct State {
        var page = LedgerPage()
        var phase = Phase.idle
        /// Whether the last write failed: worth one line in the log, not one for each attempt.
        var isFailing = false
        /// In all since the start.
        var lost = 0
        var failedSignIns = 0
    }

    private static let delay = DispatchTimeInterval.milliseconds(500)
    /// More would hold the writer for too long.
    private static let entriesOfOneWrite = 500

    private let writer: Writer
    private let clock: Clock
    private let logger: Logger
    let queue = DispatchQueue(label: "koi.ledger")
    private let state = Lock(State())

    init(_ writer: Writer, clock: Clock, logger: Logger) {
        self.writer = writer
        self.clock = clock
        self.logger = logger
    }

    /// Has an entry written soon; costs a lock and no waiting.
    package func note(_ entry: LedgerEntry) {
        let now = clock.now()
        let isFirst = state.withLock { state in
            guard state.phase != .closed else { return false }
            if case .failedSignIn = entry { state.failedSignIns += 1 }
            let lost = state.page.lost
            state.page.add(entry, at: now)
            state.lost += max(0, state.page.lost - lost)
            guard state.phase == .idle else { return false }
            state.phase = .waiting
            return true
        }
        if isFirst { writeLater() }
    }

    /// Since the start: entries that were lost since too many waited, and sign-ins that failed.
    var counts: (lost: Int, failedSignIns: Int) { state.withLock { ($0.lost, $0.failedSignIns) } }

    /// Notes when the key or session of a credential was used, at most once a minute.
    package func noteUse(of credential: Credential, at now: Int64) {
        guard credential.lastUse.isNews(at: now) else { return }
        if let key = credential.actor.key {
            note(.used(key: key, at: now))
        } else if let session = credential.actor.session {
            note(.usedSession(id: session, at: now))
        }
    }

    /// Writes what is gathered, and waits until it is on disk: for tests, and before the database is closed.
    ///
    /// Never from a loop or the writer.
    ///
    /// - Throws: what the writer throws.
    package func flush() throws {
        // On the queue, so that what a write at this moment has taken is with the writer, in front of what follows.
        try queue.sync {
            repeat {
                let part = state.withLock { $0.page.tearOff(Ledger.entriesOfOneWrite) }
                do {
                    try writer.sync { try part.write($0) }
                } catch {
                    keep(part, after: error)
                    throw error
                }
            } while state.withLock { !$0.page.isEmpty }
        }
    }

    /// Writes what is gathered and takes nothing more.
    ///
    /// Blocks; to be called before the database is closed. Again does nothing.
    package func stop() {
        guard state.withLock({ $0.phase != .closed }) else { return }
        do {
            try flush()
        } catch {
            logger.error("ledger not written", metadata: ["error": "\(error)"])
        }
        state.withLock { $0.phase = .closed }
    }

    // MARK: On the queue

    private func writeLater() {
        queue.asyncAfter(deadline: .now() + Ledger.delay) { self.write() }
    }

    private func write() {
        let (part, lost) = state.withLock { state in
            guard state.phase != .closed else { return (LedgerPage(), 0) }
            let part = state.page.tearOff(Ledger.entriesOfOneWrite)
            state.phase = part.isEmpty ? .idle : .writing
            return (part, state.page.takeLost())
        }
        if lost > 0 { logger.error("ledger full", metadata: ["lost": "\(lost)"]) }
        guard !part.isEmpty else { return }
        writer.submit({ try part.write($0) }, completion: { self.finish(part, $0) })
    }

    private func finish(_ part: LedgerPage, _ result: Result<Void, any Error>) {
        switch result {
        case .success:
            state.withLock { $0.isFailing = false }
            queue.async { self.write() }
        case .failure(let error):
            keep(part, after: error)
            let isFirst = state.withLock { state in
                defer { state.isFailing = true }
                return !state.isFailing && state.phase != .closed
            }
            if isFirst { logger.error("ledger not written", metadata: ["error": "\(error)"]) }
            writeLater()
        }
    }

    /// What the disk does not take at this moment is written later; a row that the store refuses always will be.
    private func keep(_ part: LedgerPage, after error: any Error) {
        guard error is DatabaseError else { return }
        state.withLock { $0.page.putBack(part) }
    }
}
