import Dispatch
import Glibc
import Koi
import Logging
import Synchronization

/// SIGTERM and SIGINT: the first stops Koi in peace, the second at once.
final class StopSignals {
    private let sources: [any DispatchSourceSignal]

    /// - Parameter stop: begins to stop and calls its argument when all is done; the process then exits with 0.
    init(
        logger: Logger,
        log: LogSink,
        stop: @escaping @Sendable (_ finish: @escaping @Sendable () -> Void) -> Void
    ) {
        let queue = DispatchQueue(label: "koi.signals")
        let seen = Seen()
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                guard seen.isFirst() else { _exit(128 + number) }
                logger.notice("Stopping: requests in flight are finished first.")
                stop {
                    logger.notice("Stopped.")
                    log.flush()
                    exit(0)
                }
            }
            source.setRegistrationHandler { registered.signal() }
            source.resume()
            return source
        }
        // Until Dispatch listens, a signal ends the process, as it does before Koi starts; ignoring it would lose it.
        for _ in sources { registered.wait() }
    }
}

/// Whether a signal came before.
private final class Seen: Sendable {
    private let isSeen = Atomic(false)

    func isFirst() -> Bool {
        !isSeen.exchange(true, ordering: .relaxed)
    }
}
