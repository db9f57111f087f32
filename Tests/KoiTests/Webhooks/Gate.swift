import Dispatch
import KoiLock

/// A receiver that holds everybody until it is opened for them.
final class Gate: Sendable {
    private struct State {
        var arrived: [String] = []
        var open: Set<String> = []
        var isOpen = false
        var waiting: [DispatchSemaphore] = []
    }

    private let state = Lock(State())
    private let arrival = DispatchSemaphore(value: 0)

    /// Waits until it is open for a name.
    func pass(_ name: String) {
        state.withLock { $0.arrived.append(name) }
        arrival.signal()
        while true {
            let changed = DispatchSemaphore(value: 0)
            let isOpen = state.withLock { state in
                state.waiting.append(changed)
                return state.isOpen || state.open.contains(name)
            }
            if isOpen { return }
            changed.wait()
        }
    }

    /// Those who have come, once they are so many.
    func wait(for count: Int) -> [String] {
        while true {
            let arrived = state.withLock { $0.arrived }
            if arrived.count >= count { return arrived }
            arrival.wait()
        }
    }

    func open(_ name: String) { change { $0.open.insert(name) } }

    func openAll() { change { $0.isOpen = true } }

    private func change(_ work: (inout State) -> Void) {
        let waiting = state.withLock { state in
            work(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.signal() }
    }
}
