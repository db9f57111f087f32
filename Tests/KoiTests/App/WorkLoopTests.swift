import Dispatch
import KoiLock
import Logging
import Synchronization
import Testing

@testable import Koi

struct `The loop of a worker` {
    private struct Failure: Error {}

    /// Somebody who works, and the loop that keeps it.
    private final class Worker: Sendable {
        let loop = WorkLoop(
            DispatchQueue(label: "test.work"),
            "work",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let worked = DispatchSemaphore(value: 0)
        let gone: DispatchSemaphore
        private let rests: Lock<[Int64?]>
        private let failures: Atomic<Int>

        init(rests: [Int64?] = [], failures: Int = 0, gone: DispatchSemaphore = DispatchSemaphore(value: 0)) {
            self.rests = Lock(rests)
            self.failures = Atomic(failures)
            self.gone = gone
        }

        deinit { gone.signal() }

        func start() {
            loop.start {
                self.worked.signal()
                if self.failures.subtract(1, ordering: .relaxed).newValue >= 0 { throw Failure() }
                return self.rests.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            }
        }

        func stop() {
            loop.stop()
            loop.end {}
        }

        var hasWorked: Bool { worked.wait(timeout: .now() + 10) == .success }
    }

    @Test func `works at once, when something is due, and when it is woken`() {
        let worker = Worker(rests: [1, -5, nil])
        worker.loop.wake()
        #expect(worker.worked.wait(timeout: .now()) == .timedOut)

        worker.start()

        for _ in 0..<3 { #expect(worker.hasWorked) }
        worker.loop.wake()
        #expect(worker.hasWorked)
        worker.stop()
    }

    @Test func `goes on after a failure`() {
        let worker = Worker(failures: 1)
        worker.start()
        #expect(worker.hasWorked)
        #expect(worker.hasWorked)
        worker.stop()
    }

    @Test func `does nothing after its end, and lets go of whoever worked`() {
        let gone = DispatchSemaphore(value: 0)
        do {
            let worker = Worker(gone: gone)
            worker.start()
            #expect(worker.hasWorked)
            worker.stop()
            worker.loop.wake()
            worker.loop.queue.sync {}
            #expect(worker.worked.wait(timeout: .now()) == .timedOut)
            #expect(worker.loop.isStopped)
        }
        #expect(gone.wait(timeout: .now() + 10) == .success)
    }
}
