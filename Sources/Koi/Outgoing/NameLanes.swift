import Dispatch
import KoiLock

/// Queues on which names are looked up: each has one name at a time, so that a slow one holds up those behind it at most, and a
/// name takes two of them at most.
final class NameLanes: Sendable {
    typealias Lookup = @Sendable (_ host: String, _ port: Int) -> [NameLookup.Address]

    private struct State {
        /// Names that wait on each queue, the one under way among them.
        var lengths: [Int]
        var hosts: [String: Int] = [:]
        /// Those who wait for room.
        var waiting: [ObjectIdentifier: DispatchSemaphore] = [:]
    }

    /// Names that may wait on one queue, the one under way among them.
    private static let longest = 4
    /// Lookups of one name at once.
    private static let perHost = 2
    /// Between two looks at whether Koi stops, in milliseconds.
    private static let slice = 200

    /// Those of the client that sends requests.
    static let outgoing = NameLanes((1...4).map { number in DispatchQueue(label: "koi.outgoing.names.\(number)") })

    private let queues: [DispatchQueue]
    private let lookup: Lookup
    private let state: Lock<State>

    init(_ queues: [DispatchQueue], lookup: @escaping Lookup = { NameLookup.resolve($0, $1) }) {
        self.queues = queues
        self.lookup = lookup
        state = Lock(State(lengths: Array(repeating: 0, count: queues.count)))
    }

    /// Blocks until the deadline at the latest.
    ///
    /// - Returns: none where the name is unknown or the resolver too slow, and where Koi stops.
    /// - Throws: `DeliveryFailure.resolverBusy` where it could not even be asked.
    func addresses(
        of host: String,
        port: Int,
        until deadline: ContinuousClock.Instant,
        _ isStopping: () -> Bool
    ) throws -> [NameLookup.Address] {
        let numeric = NameLookup.resolve(host, port, isNumeric: true)
        guard numeric.isEmpty else { return numeric }
        guard let lane = enter(host, until: deadline, isStopping) else {
            if isStopping() { return [] }
            throw DeliveryFailure.resolverBusy
        }
        let answer = Answer()
        queues[lane].async {
            answer.give(self.lookup(host, port))
            self.leave(lane, host)
        }
        while ContinuousClock.now < deadline, !isStopping() {
            if answer.wait(milliseconds: NameLanes.slice) { return answer.addresses }
        }
        return []
    }

    /// The queue on which the fewest wait, once there is room; nil where there is none in time.
    private func enter(
        _ host: String,
        until deadline: ContinuousClock.Instant,
        _ isStopping: () -> Bool
    ) -> Int? {
        let room = DispatchSemaphore(value: 0)
        defer { state.withLock { $0.waiting[ObjectIdentifier(room)] = nil } }
        while ContinuousClock.now < deadline, !isStopping() {
            let lane = state.withLock { state in
                let lane = NameLanes.lane(for: host, &state)
                state.waiting[ObjectIdentifier(room)] = lane == nil ? room : nil
                return lane
            }
            if let lane { return lane }
            _ = room.wait(timeout: .now() + .milliseconds(NameLanes.slice))
        }
        return nil
    }

    private static func lane(for host: String, _ state: inout State) -> Int? {
        let lengths = state.lengths
        guard state.hosts[host] ?? 0 < perHost,
            let lane = lengths.indices.min(by: { lengths[$0] < lengths[$1] }), lengths[lane] < longest
        else { return nil }
        state.lengths[lane] += 1
        state.hosts[host, default: 0] += 1
        return lane
    }

    private func leave(_ lane: Int, _ host: String) {
        let waiting = state.withLock { state in
            state.lengths[lane] -= 1
            let count = (state.hosts[host] ?? 1) - 1
            state.hosts[host] = count > 0 ? count : nil
            return Array(state.waiting.values)
        }
        for room in waiting { room.signal() }
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
