import Dispatch
import KoiLock
import KoiSQLite
import Logging

/// Keeps the file that names the newest event, at most a second behind and never ahead of the database.
package final class HeadKeeper: Sendable {
    private struct State {
        var newest: (sequence: Int64, hash: [UInt8])?
        var isWaiting = false
        /// Not once it is closed, and not where the file and the log disagree: what shows that must stay.
        var isKept = true
        /// Whether the last attempt failed: worth one line in the log.
        var isFailing = false
    }

    private static let delay = DispatchTimeInterval.seconds(1)

    private let file: EventHeadFile
    private let queue: DispatchQueue
    private let logger: Logger
    private let state = Lock(State())

    /// - Parameter queue: on which the file is written.
    init(_ file: EventHeadFile, queue: DispatchQueue, logger: Logger) {
        self.file = file
        self.queue = queue
        self.logger = logger
    }

    /// Compares the file with the log, and leaves the file alone from here on where they disagree.
    ///
    /// - Returns: the event that the file names where the log has it no more.
    func compare(with connection: Connection) throws -> EventHead? {
        let content = file.read()
        if let fault = try content.fault(connection) {
            logger.critical("\(fault)")
            state.withLock { $0.isKept = false }
            if case .head(let lost) = content { return lost }
        } else if content == .missing {
            let head = try EventLog.head(connection)
            if head.sequence > 0 { move(to: head.sequence, head.hash) }
        }
        return nil
    }

    /// To be called once an event is on disk.
    func move(to sequence: Int64, _ hash: [UInt8]) {
        let isFirst = state.withLock { state in
            guard state.isKept else { return false }
            if sequence > state.newest?.sequence ?? 0 { state.newest = (sequence, hash) }
            defer { state.isWaiting = true }
            return !state.isWaiting
        }
        if isFirst { queue.asyncAfter(deadline: .now() + HeadKeeper.delay) { self.write() } }
    }

    /// Writes what is known, and nothing after it.
    ///
    /// Blocks; to be called before the database is closed. Again does nothing.
    func stop() {
        queue.sync { write() }
        state.withLock { $0.isKept = false }
    }

    /// On the queue.
    private func write() {
        let newest = state.withLock { state in
            defer { (state.newest, state.isWaiting) = (nil, false) }
            return state.isKept ? state.newest : nil
        }
        guard let newest else { return }
        do {
            try file.write(EventHead(sequence: newest.sequence, hash: Digest.hex(newest.hash)))
            state.withLock { $0.isFailing = false }
        } catch {
            // The next event tries again; until then the file is behind, which is no fault.
            let wasFailing = state.withLock { state in
                defer { state.isFailing = true }
                return state.isFailing
            }
            if !wasFailing { logger.error("events.head not written", metadata: ["error": "\(error)"]) }
        }
    }
}
