import Synchronization

/// Wakes the worker when something has happened: made when there are webhooks, and thrown away when there are none.
///
/// One that was ended stays so, since the hub may be reading for it at that moment.
final class WebhookEar: EventListener {
    private let wake: @Sendable () -> Void
    private let isEnded = Atomic(false)

    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    func end() { isEnded.store(true, ordering: .releasing) }

    var isListening: Bool { !isEnded.load(ordering: .acquiring) }

    func read(_ reading: EventReading) -> Int64? {
        guard isListening else { return nil }
        wake()
        return reading.head
    }
}
