import Dispatch
import KoiLock
import Logging
import Synchronization

/// A queue on which somebody looks for work again and again: when woken, and when something is due.
///
/// Between `start` and `stop` it keeps whoever works. Safe to use from any thread: `timer` is touched on `queue` only.
final class WorkLoop: @unchecked Sendable {
    /// Does all there is to do.
    ///
    /// Returns the milliseconds until something is due; nil where nothing is known to be.
    typealias Work = @Sendable () throws -> Int64?

    /// The clock may be set or the machine may sleep, so it looks at least this often.
    private static let longestSleep: Int64 = 60_000
    static let sleepAfterFailure: Int64 = 1_000

    let queue: DispatchQueue
    private let name: String
    private let logger: Logger
    private let timer: any DispatchSourceTimer
    private let work = Lock<Work?>(nil)
    private let isStopping = Atomic(false)
    private let isWoken = Atomic(false)

    /// - Parameter name: what failures are logged as.
    init(_ queue: DispatchQueue, _ name: String, logger: Logger) {
        self.queue = queue
        self.name = name
        self.logger = logger
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    /// Whether it was asked to stop; also what is under way elsewhere asks this.
    var isStopped: Bool { isStopping.load(ordering: .acquiring) }

    var isStarted: Bool { work.withLock { $0 != nil } }

    /// Works from here on, the first time at once.
    func start(_ work: @escaping Work) {
        self.work.withLock { $0 = work }
        timer.setEventHandler { self.run() }
        wake()
    }

    /// Has it look at once; does nothing before it was started.
    func wake() {
        guard isStarted, !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { self.run() }
    }

    /// Asks all to end what they are at, and begins nothing more.
    func stop() {
        isStopping.store(true, ordering: .releasing)
    }

    /// Waits until nothing is at work, does what is to be done last, and lets go of whoever worked.
    ///
    /// Blocks. To be called after `stop`.
    func end(_ last: () -> Void) {
        queue.sync {
            timer.setEventHandler(handler: nil)
            timer.cancel()
            last()
        }
        work.withLock { $0 = nil }
    }

    private func run() {
        isWoken.store(false, ordering: .releasing)
        guard !isStopped, let work = work.withLock({ $0 }) else { return }
        do {
            let rest = try work()
            if !isStopped { sleep(rest ?? WorkLoop.longestSleep) }
        } catch {
            guard !isStopped else { return }
            logger.error("\(name)", metadata: ["error": "\(error)"])
            sleep(WorkLoop.sleepAfterFailure)
        }
    }

    private func sleep(_ milliseconds: Int64) {
        let time = min(max(milliseconds, 0), WorkLoop.longestSleep)
        timer.schedule(deadline: .now() + .milliseconds(Int(time)))
    }
}
