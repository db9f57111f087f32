import Dispatch
import Synchronization
import Testing

@testable import Koi

struct `Those who listen to events` {
    @Test func `are forgotten where they go while they read`() throws {
        let koi = try TestApp()
        let hub = koi.app.catalog.eventHub
        let one = Leaver(hub)
        let other = Leaver(hub)

        hub.add(one, after: nil)
        #expect(one.hasRead.wait(timeout: .now() + 10) == .success)
        // Read behind it, in the same round or a later one.
        hub.add(other, after: nil)
        #expect(other.hasRead.wait(timeout: .now() + 10) == .success)

        #expect(other.othersListening == 0)
    }
}

/// Hears of events once, and goes in the midst of it.
private final class Leaver: EventListener {
    private let hub: EventHub
    private let counted = Atomic(-1)
    private let hasLeft = Atomic(false)
    let hasRead = DispatchSemaphore(value: 0)

    init(_ hub: EventHub) { self.hub = hub }

    var isListening: Bool { !hasLeft.load(ordering: .relaxed) }
    /// How many listened when this one had gone.
    var othersListening: Int { counted.load(ordering: .relaxed) }

    func read(_ reading: EventReading) -> Int64? {
        hasLeft.store(true, ordering: .relaxed)
        hub.remove(self)
        counted.store(hub.count, ordering: .relaxed)
        hasRead.signal()
        return reading.head
    }
}
