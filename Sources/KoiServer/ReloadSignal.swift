import Dispatch
import Glibc

/// SIGHUP: has something read again, as often as it comes.
final class ReloadSignal {
    private let source: any DispatchSourceSignal

    init(reload: @escaping @Sendable () -> Void) {
        let registered = DispatchSemaphore(value: 0)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "koi.reload"))
        source.setEventHandler(handler: reload)
        source.setRegistrationHandler { registered.signal() }
        source.resume()
        registered.wait()
    }
}
