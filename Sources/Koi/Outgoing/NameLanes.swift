import Dispatch
import KoiLock

/// Queues on which names are looked up: each has one name at a time, so that a slow one holds up those behind it at most.
final class NameLanes: Sendable {
    /// Names that may wait on one queue, the one under way among them; for more the answer is that there is no address.
    private static let longest = 4
    /// Between two looks at whether Koi stops, in milliseconds.
    private static let slice = 200

    /// Those of the client that sends requests.
    static let outgoing = NameLanes((1...4).map { number in DispatchQueue(label: "koi.outgoing.names.\(number)") })

    private let queues: [DispatchQueue]
    private let lengths: Lock<[Int]>

    init(_ queues: [DispatchQueue]) {
        self.queues = queues
        lengths = Lock(Array(repeating: 0, count: queues.count))
    }

    /// Blocks until the deadline at the latest.
    ///
    /// - Returns: none where the name is unknown or the resolver too slow.
    func addresses(
        of host: String,
        port: Int,
        until deadline: ContinuousClock.Instant,
        _ isStopping: () -> Bool
    ) -> [NameLookup.Address] {
        let numeric = NameLookup.resolve(host, port, isNumeric: true)
        guard numeric.isEmpty else { return numeric }
        guard let lane = enter() else { return [] }
        let answer = Answer()
        queues[lane].async {
            answer.give(NameLookup.resolve(host, port))
            self.leave(lane)
        }
        while ContinuousClock.now < deadline, !isStopping() {
            if answer.wait(milliseconds: NameLanes.slice) { return answer.addresses }
        }
        return []
    }

    /// The queue on which the fewest wait; nil where too many do on each.
    private func enter() -> Int? {
        lengths.withLock { lengths in
            guard let lane = lengths.indices.min(by: { lengths[$0] < lengths[$1] }), lengths[lane] < NameLanes.longest
            else { return nil }
            lengths[lane] += 1
            return lane
        }
    }

    private func leave(_ lane: Int) {
        lengths.withLock { $0[lane] -= 1 }
    }

    /// What the resolver says, be there still somebody waiting for it or not.
    private final class Answer: Sendable {
        private let found = Lock<[NameLookup.Address]>([])
        private let answered = DispatchSemaphore(value: 0)

        var addresses: [NameLookup.Address] { found.withLock { $0 } }

        func give(_ addresses: [NameLookup.Address]) {
            found.withLock { $0 = addresses }
            answered.signal()
        }

        func wait(milliseconds: Int) -> Bool {
            answered.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
        }
    }
}
