import Dispatch
import KoiHTTP
import Testing

@testable import Koi

@Suite struct PasswordQueueTests {
    @Test func `a flood from one place leaves room for others`() throws {
        let queue = PasswordQueue("test one", "test two")
        let gate = DispatchSemaphore(value: 0)
        let done = DispatchGroup()
        func submit(from place: String?) throws {
            done.enter()
            do {
                try queue.submit(from: place) {
                    gate.wait()
                    done.leave()
                }
            } catch {
                done.leave()
                throw error
            }
        }

        for _ in 0..<PasswordQueue.maximumShare { try submit(from: "192.0.2.1") }
        let problem = #expect(throws: Problem.self) { try submit(from: "192.0.2.1") }
        #expect(problem?.status == .serviceUnavailable)
        try submit(from: "192.0.2.2")
        // Who cannot be told apart has all that is left.
        let left = 2 * PasswordQueue.maximumLoad - PasswordQueue.maximumShare - 1
        for _ in 0..<left { try submit(from: nil) }
        #expect(throws: Problem.self) { try submit(from: "192.0.2.3") }

        for _ in 0..<(2 * PasswordQueue.maximumLoad) { gate.signal() }
        #expect(done.wait(timeout: .now() + 10) == .success)
    }
}
