import Dispatch
import Glibc
import Koi
import Logging
import Synchronization

/// SIGTERM and SIGINT: the first stops Koi in peace, the second at once.
final class StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let stopped = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter stop: begins to stop and calls its argument when all is done.
    init(
        logger: Logger,
        log: LogSink,
        stop: @escaping @Sendable (_ finish: @escaping @Sendable () -> Void) -> Void
    ) {
        let queue = DispatchQueue(label: "koi.signals")
        let (seen, stopped, ended) = (Seen(), stopped, ended)
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard seen.isFirst() else { _exit(128 + number) }
                logger.notice("Stopping: requests in flight are finished first.")
                stop {
                    logger.notice("Stopped.")
                    log.flush()
                    stopped.signal()
                }
            }
            source.setRegistrationHandler { registered.signal() }
            source.setCancelHandler { ended.signal() }
            source.resume()
            return source
        }
        // Until Dispatch listens, a signal ends the process, as it does before Koi starts; ignoring it would lose it.
        for _ in sources { registered.wait() }
    }

    /// Waits until Koi has stopped in peace, and lets go of it.
    func wait() {
        stopped.wait()
        for source in sources { source.cancel() }
        // Their handlers, which keep it, are gone by then.
        for _ in sources { ended.wait() }
    }
}

/// Whether a signal came before.
private final class Seen: Sendable {
    private let isSeen = Atomic(false)

    func isFirst() -> Bool {
        !isSeen.exchange(true, ordering: .relaxed)
    }
}
