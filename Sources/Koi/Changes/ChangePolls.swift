import Dispatch
import KoiHTTP
import KoiLock

/// The requests that wait for changes, and when each has waited long enough.
///
/// One look at all of them four times a second, and none while nobody waits.
final class ChangePolls: Sendable {
    private struct State {
        var waiting: [ObjectIdentifier: (poll: ChangePoll, deadline: ContinuousClock.Instant)] = [:]
        var counts: [ActorMark: Int] = [:]
        var isLooking = false
        var isStopped = false
    }

    private static let interval = DispatchTimeInterval.milliseconds(250)
    /// Requests of one key or session that may wait at once.
    static let maximumEach = 100

    private let queue = DispatchQueue(label: "koi.polls")
    private let state = Lock(State())

    /// How many wait.
    var count: Int { state.withLock { $0.waiting.count } }

    /// - Throws: `Problem` 429 where too many of the same actor wait.
    func add(_ poll: ChangePoll, until deadline: ContinuousClock.Instant) throws {
        let mustLook = try state.withLock { state in
            guard state.counts[poll.actor] ?? 0 < ChangePolls.maximumEach else { throw ChangePolls.tooMany }
            state.counts[poll.actor, default: 0] += 1
            // Once Koi stops nobody waits any more.
            state.waiting[ObjectIdentifier(poll)] = (poll, state.isStopped ? .now : deadline)
            defer { state.isLooking = true }
            return !state.isLooking
        }
        if mustLook { look(after: ChangePolls.interval) }
    }

    func remove(_ poll: ChangePoll) {
        state.withLock { state in
            guard state.waiting.removeValue(forKey: ObjectIdentifier(poll)) != nil else { return }
            let count = (state.counts[poll.actor] ?? 1) - 1
            state.counts[poll.actor] = count > 0 ? count : nil
        }
    }

    /// Has it answered with what there is, as though its time were over.
    func hurry(_ poll: ChangePoll) {
        state.withLock { $0.waiting[ObjectIdentifier(poll)]?.deadline = .now }
        poll.expire()
    }

    /// Has all of them answered, so that none holds up the end of Koi.
    func stop() {
        let polls = state.withLock { state in
            state.isStopped = true
            for id in state.waiting.keys { state.waiting[id]?.deadline = .now }
            return state.waiting.values.map(\.poll)
        }
        for poll in polls { poll.expire() }
    }

    /// Answers those that are left, since nothing can be read any more.
    func end(_ error: any Error) {
        for poll in state.withLock({ $0.waiting.values.map(\.poll) }) { poll.fail(error) }
    }

    private func look(after delay: DispatchTimeInterval) {
        queue.asyncAfter(deadline: .now() + delay) {
            let now = ContinuousClock.now
            let (over, mustGoOn) = self.state.withLock { state in
                let over = state.waiting.values.filter { $0.deadline <= now }.map(\.poll)
                state.isLooking = !state.waiting.isEmpty
                return (over, state.isLooking)
            }
            for poll in over { poll.expire() }
            if mustGoOn { self.look(after: ChangePolls.interval) }
        }
    }

    private static let tooMany = Problem(
        .tooManyRequests,
        "too_many_waiting",
        Text(
            "\(maximumEach) requests of this key or session wait for changes already. Wait with one for everything, or ask without wait.",
            "此密钥或会话已有 \(maximumEach) 个请求在等待变更。请用一个请求等待全部变更，或不使用 wait 参数。"
        ),
        fields: [("Retry-After", "1")]
    )
}

/// By what somebody was let in.
struct ActorMark: Hashable, Sendable {
    private let kind: Actor.Kind
    private let id: Int64?

    init(_ actor: Actor) {
        kind = actor.kind
        id = actor.id
    }
}
