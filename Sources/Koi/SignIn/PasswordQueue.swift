import Dispatch
import Synchronization

/// Where passwords are hashed: never on a loop or in the writer, and no more at once than the machine bears.
///
/// Each hash takes 32 MiB and a core for a while, so no more wait than are answered in seconds.
final class PasswordQueue: Sendable {
    private struct Lane {
        let queue: DispatchQueue
        /// At work and waiting.
        var load = 0
    }

    /// The most that may wait or be at work in one lane.
    static let maximumLoad = 16

    private let lanes: Mutex<[Lane]>

    /// - Parameter names: one for each hash that may be made at the same time.
    init(_ names: String...) {
        lanes = Mutex(names.map { name in Lane(queue: DispatchQueue(label: "koi.passwords.\(name)")) })
    }

    /// Has work done that hashes passwords, soon; it may also wait for the writer.
    ///
    /// - Throws: `Problem` 503 where too many wait.
    func submit(_ work: @escaping @Sendable () -> Void) throws {
        let place = lanes.withLock { lanes -> (index: Int, queue: DispatchQueue)? in
            guard let index = lanes.indices.min(by: { lanes[$0].load < lanes[$1].load }),
                lanes[index].load < PasswordQueue.maximumLoad
            else { return nil }
            lanes[index].load += 1
            return (index, lanes[index].queue)
        }
        guard let place else {
            throw Problem.busy(
                "Too many people are signing in at the moment. Try again soon.",
                "当前登录人数过多，请稍后重试。"
            )
        }
        place.queue.async {
            work()
            self.lanes.withLock { $0[place.index].load -= 1 }
        }
    }
}
