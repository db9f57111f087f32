import Dispatch
import FaultyDisk
import Glibc
import KoiHTTP
import KoiLock
import KoiSQLite
import Testing

@testable import Koi

struct `Health` {
    @Test(arguments: ["/healthz", "/readyz", "/health"])
    func `is told to anyone`(_ path: String) throws {
        let answer = try TestApp().request(.get, path, key: "")
        #expect(answer.status == .ok)
        #expect(answer.text == #"{"status":"ok"}"#)
    }

    @Test(arguments: ["/healthz", "/readyz", "/health"])
    func `takes no parameters`(_ path: String) throws {
        #expect(try TestApp().request(.get, path + "?a=1", key: "").status == .badRequest)
    }

    @Test func `is bad once nothing can be written, but Koi is alive`() throws {
        let koi = try TestApp()
        koi.close()
        #expect(try koi.request(.get, "/health").status == .serviceUnavailable)
        #expect(try koi.request(.get, "/readyz").code == "unavailable")
        #expect(try koi.request(.get, "/healthz").status == .ok)
    }

    @Test func `is bad once Koi stops`() throws {
        let koi = try TestApp()
        koi.app.observation.stop()
        #expect(try koi.request(.get, "/readyz").code == "stopping")
        #expect(try koi.request(.get, "/health").code == "stopping")
        #expect(try koi.request(.get, "/healthz").status == .ok)
    }

    @Test(arguments: [(ENOSPC, "disk_full"), (EIO, "unavailable")])
    func `is bad while the disk takes nothing, and good again when it does`(_ error: Int32, _ code: String) throws {
        let koi = try TestApp()
        #expect(try koi.request(.get, "/readyz").status == .ok)
        try #require(FaultyDisk.fail(koi.folder.path, with: error))
        defer { FaultyDisk.heal(koi.folder.path) }
        // What was proven a moment ago still counts, so that asking often writes seldom.
        #expect(try koi.request(.get, "/readyz").status == .ok)
        koi.clock.advance(by: .milliseconds(Readiness.validity))
        let refused = try koi.request(.get, "/readyz")
        #expect(refused.status == .serviceUnavailable)
        #expect(refused.code == code)
        #expect(refused.fields["Retry-After"] == "1")
        FaultyDisk.heal(koi.folder.path)
        // The writer tries again by itself, at first after a tenth of a second.
        var answer = refused
        for _ in 0..<200 where answer.status != .ok {
            usleep(20_000)
            answer = try koi.request(.get, "/readyz")
        }
        #expect(answer.status == .ok)
    }

    @Test func `is not called bad for a write before, whose time is over`() throws {
        let koi = try TestApp()
        let timers = Lock<[@Sendable () -> Void]>([])
        let readiness = Readiness(
            koi.app.database,
            folder: DataFolder(koi.folder.path),
            clock: koi.clock.clock,
            timer: { timer in timers.withLock { $0.append(timer) } }
        )
        let answers = Lock<[Unready?]>([])
        let isAnswered = DispatchSemaphore(value: 0)
        func prove() {
            readiness.prove { reason in
                answers.withLock { $0.append(reason) }
                isAnswered.signal()
            }
        }
        func fire(_ number: Int) { timers.withLock { $0[number] }() }
        prove()
        #expect(isAnswered.wait(timeout: .now() + 10) == .success)
        koi.clock.advance(by: .milliseconds(Readiness.validity))

        let gate = DispatchSemaphore(value: 0)
        koi.app.database.writer.submit({ _ in _ = gate.wait(timeout: .now() + 10) }, completion: { _ in })
        prove()
        fire(0)
        #expect(answers.withLock { $0 } == [nil])
        fire(1)

        #expect(answers.withLock { $0 } == [nil, .stuck])
        gate.signal()
    }

    @Test func `is bad where the disk has no room`() throws {
        let koi = try TestApp()
        let folder = DataFolder(koi.folder.path)
        let readiness = Readiness(koi.app.database, folder: folder, clock: koi.clock.clock, room: .max)
        #expect(readiness.known == .diskFull)
    }
}
