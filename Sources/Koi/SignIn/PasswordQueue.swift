import Dispatch
import KoiLock

/// Where passwords are hashed: never on a loop or in the writer, and no more at once than the machine bears.
///
/// Each hash takes 32 MiB and a core for a while, so no more wait than are answered in seconds.
final class PasswordQueue: Sendable {
    fileprivate struct Lane {
        let queue: DispatchQueue
        /// At work and waiting.
        var load = 0
    }

    fileprivate struct State {
        var lanes: [Lane]
        /// At work and waiting, of each place.
        var shares: [String: Int] = [:]
    }

    /// The most that may wait or be at work in one lane.
    static let maximumLoad = 16
    /// The most of them that may come from one place, so that a flood from there leaves room for others.
    static let maximumShare = 8

    private let state: Lock<State>

    /// - Parameter names: one for each hash that may be made at the same time.
    init(_ names: String...) {
        state = Lock(State(lanes: names.map { name in Lane(queue: DispatchQueue(label: "koi.passwords.\(name)")) }))
    }

    /// Has work done that hashes passwords, soon; it may also wait for the writer.
    ///
    /// - Parameter place: the address, or what else tells those apart who ask; nil where nothing does.
    /// - Throws: `Problem` 503 where too many wait, in all or from this place.
    func submit(from place: String? = nil, _ work: @escaping @Sendable () -> Void) throws {
        guard let (index, queue) = state.withLock({ $0.enter(from: place) }) else {
            throw Problem.busy(
                "Too many people are signing in at the moment. Try again soon.",
                "当前登录人数过多，请稍后重试。"
            )
        }
        queue.async {
            work()
            self.state.withLock { $0.leave(index, from: place) }
        }
    }
}

extension PasswordQueue.State {
    /// The lane with the least to do; nil where even that has too much, or the place has its share.
    fileprivate mutating func enter(from place: String?) -> (index: Int, queue: DispatchQueue)? {
        guard let index = lanes.indices.min(by: { lanes[$0].load < lanes[$1].load }),
            lanes[index].load < PasswordQueue.maximumLoad
        else { return nil }
        if let place {
            let share = shares[place] ?? 0
            guard share < PasswordQueue.maximumShare else { return nil }
            shares[place] = share + 1
        }
        lanes[index].load += 1
        return (index, lanes[index].queue)
    }

    fileprivate mutating func leave(_ index: Int, from place: String?) {
        lanes[index].load -= 1
        guard let place, let share = shares[place] else { return }
        shares[place] = share > 1 ? share - 1 : nil
    }
}
