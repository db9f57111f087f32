import Dispatch
import KoiSQLite

/// How much of a channel may be under way at once.
struct OutboxPace: Sendable {
    /// Deliveries at once, and of those how many to one domain.
    var slots = 1
    var perLane = 1
    /// Milliseconds between the beginnings of two.
    var interval: Int64 = 0

    /// A server that hangs holds up a third of the mail, and a domain the half.
    static let mail = OutboxPace(slots: 6, perLane: 3)
    private static let gatewaySlots = 2

    /// - Throws: `SQLiteError`
    static func of(_ channel: OutboxMessage.Channel, _ connection: Connection) throws -> OutboxPace {
        guard case .gateway(let id) = channel else { return .mail }
        let perMinute = try connection.first(
            #"SELECT "perMinute" FROM gateways WHERE id = ?"#,
            [.integer(id)]
        ) { $0.intOrNil(0) }
        let interval = (perMinute ?? nil).map { 60_000 / max($0, 1) } ?? 0
        return OutboxPace(slots: gatewaySlots, perLane: gatewaySlots, interval: interval)
    }
}

/// What is under way on one channel, each delivery on a queue of its own, so that a channel that hangs holds up no other.
///
/// A value of the worker's queue.
struct OutboxLane {
    private let pace: OutboxPace
    private var free: [DispatchQueue]
    /// By message its lane and the queue that it is on.
    private var running: [Int64: (lane: String, queue: DispatchQueue)] = [:]
    /// Milliseconds since 1970.
    private(set) var notBefore: Int64 = 0

    init(_ channel: OutboxMessage.Channel, _ pace: OutboxPace) {
        self.pace = pace
        let name = channel.stored.replacing("/", with: ".")
        free = (0..<pace.slots).map { _ in DispatchQueue(label: "koi.outbox.\(name)") }
    }

    var isResting: Bool { running.isEmpty }
    var hasRoom: Bool { !free.isEmpty }
    /// As many as may be met that are under way already, and some more.
    var lookahead: Int64 { Int64(pace.slots + running.count) }

    /// The lanes that have all they may have.
    var crowded: [String] {
        var counts: [String: Int] = [:]
        for entry in running.values { counts[entry.lane, default: 0] += 1 }
        return counts.filter { $0.value >= pace.perLane }.map(\.key)
    }

    /// The queue on which to deliver a message; nil where it has to wait.
    mutating func begin(_ id: Int64, _ lane: String, at now: Int64) -> DispatchQueue? {
        guard running[id] == nil, now >= notBefore, !crowded.contains(lane), let queue = free.popLast() else {
            return nil
        }
        running[id] = (lane, queue)
        if pace.interval > 0 { notBefore = now + pace.interval }
        return queue
    }

    mutating func end(_ id: Int64) {
        guard let entry = running.removeValue(forKey: id) else { return }
        free.append(entry.queue)
    }

    mutating func rest(until time: Int64) {
        notBefore = max(notBefore, time)
    }
}
