import Dispatch
import Glibc

/// SIGHUP: has something read again, as often as it comes.
final class ReloadSignal {
    private let source: any DispatchSourceSignal
    private let ended = DispatchSemaphore(value: 0)

    init(reload: @escaping @Sendable () -> Void) {
        let (registered, ended) = (DispatchSemaphore(value: 0), ended)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "koi.reload"))
        source.setEventHandler(handler: reload)
        source.setRegistrationHandler { registered.signal() }
        source.setCancelHandler { ended.signal() }
        source.resume()
        registered.wait()
    }

    /// Lets go of what it would have read again.
    func end() {
        source.cancel()
        ended.wait()
    }
}
