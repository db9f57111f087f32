import Dispatch
import KoiLock

/// The requests that wait for changes, and when each has waited long enough.
///
/// One look at all of them four times a second, and none while nobody waits.
final class ChangePolls: Sendable {
    private struct State {
        var deadlines: [ObjectIdentifier: (poll: ChangePoll, deadline: ContinuousClock.Instant)] = [:]
        var isLooking = false
        var isStopped = false
    }

    private static let interval = DispatchTimeInterval.milliseconds(250)

    private let queue = DispatchQueue(label: "koi.polls")
    private let state = Lock(State())

    /// How many wait.
    var count: Int { state.withLock { $0.deadlines.count } }

    func add(_ poll: ChangePoll, until deadline: ContinuousClock.Instant) {
        let mustLook = state.withLock { state in
            // Once Koi stops nobody waits any more.
            state.deadlines[ObjectIdentifier(poll)] = (poll, state.isStopped ? .now : deadline)
            defer { state.isLooking = true }
            return !state.isLooking
        }
        if mustLook { look(after: ChangePolls.interval) }
    }

    func remove(_ poll: ChangePoll) {
        state.withLock { $0.deadlines[ObjectIdentifier(poll)] = nil }
    }

    /// Has all of them answered, so that none holds up the end of Koi.
    func stop() {
        let polls = state.withLock { state in
            defer { state.deadlines.removeAll() }
            state.isStopped = true
            return state.deadlines.values.map(\.poll)
        }
        for poll in polls { poll.expire() }
    }

    private func look(after delay: DispatchTimeInterval) {
        queue.asyncAfter(deadline: .now() + delay) { [weak self] in
            guard let self else { return }
            let now = ContinuousClock.now
            let (over, mustGoOn) = state.withLock { state in
                let over = state.deadlines.values.filter { $0.deadline <= now }.map(\.poll)
                for poll in over { state.deadlines[ObjectIdentifier(poll)] = nil }
                state.isLooking = !state.deadlines.isEmpty
                return (over, state.isLooking)
            }
            for poll in over { poll.expire() }
            if mustGoOn { look(after: ChangePolls.interval) }
        }
    }
}
