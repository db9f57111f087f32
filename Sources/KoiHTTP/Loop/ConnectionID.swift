/// Names a connection of a loop.
///
/// The generation tells it from all others that ever used the same slot, so that a late event or
/// answer can never reach the wrong client.
struct ConnectionID: Hashable, Sendable {
    let slot: UInt32
    let generation: UInt32

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// From the data of an epoll event.
    init(_ data: UInt64) {
        slot = UInt32(truncatingIfNeeded: data)
        generation = UInt32(truncatingIfNeeded: data >> 32)
    }

    var data: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}
