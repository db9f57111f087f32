import Dispatch
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct JobsQueueTests {
    @Test func `a job is written with its cause or not at all`() throws {
        let koi = try TestApp()
        #expect(throws: Unexpected.self) {
            try koi.app.perform { transaction in
                try transaction.jobs.add(NewJob("add", name: "once"))
                throw Unexpected()
            }
        }
        #expect(try koi.job(named: "once") == nil)
    }

    @Test func `a second job of the same name is made only after the first has ended`() throws {
        let koi = try TestApp()
        let worker = try koi.worker(.adding(2))
        let first = try koi.add(NewJob("add", name: "once"))
        #expect(try koi.add(NewJob("add", name: "once")) == first)
        _ = try worker.pass()
        #expect(try koi.job(first).state == .running)
        #expect(try koi.add(NewJob("add", name: "once")) == first)
        try worker.runDue()
        #expect(try koi.customers() == ["0", "1"])
        #expect(try koi.add(NewJob("add", name: "once")) != first)
    }

    @Test func `a waiting job can be given another time by its name`() throws {
        let koi = try TestApp()
        try koi.add(NewJob("add", name: "reminder", due: koi.clock.now + 5_000))
        _ = try koi.app.perform { try $0.jobs.move(named: "reminder", to: $0.now + 9_000) }
        #expect(try koi.job(named: "reminder")?.due == koi.clock.now + 9_000)
        #expect(try koi.app.perform { try $0.jobs.move(named: "other", to: 0) } == false)
    }

    @Test func `a running job is cancelled between two chunks and keeps what it did`() throws {
        let koi = try TestApp()
        let worker = try koi.worker(.adding(5))
        let id = try koi.add(NewJob("add"))
        _ = try worker.pass()
        _ = try worker.pass()
        let answer = try koi.request(.put, "/v1/jobs/\(id)/cancellation")
        #expect(answer.status == .ok)
        #expect(answer["state"] == "running")
        #expect(answer["cancelRequested"] == true)
        try worker.runDue()
        #expect(try koi.job(id).state == .cancelled)
        #expect(try koi.customers() == ["0", "1"])
    }

    @Test func `a waiting job is cancelled at once, and again to no effect`() throws {
        let koi = try TestApp()
        let id = try koi.add(NewJob("add"))
        #expect(try koi.request(.put, "/v1/jobs/\(id)/cancellation")["state"] == "cancelled")
        #expect(try koi.request(.put, "/v1/jobs/\(id)/cancellation").status == .ok)
        try koi.worker(.adding(1)).runDue()
        #expect(try koi.customers() == [])
        let events = try koi.app.perform { transaction in
            try transaction.connection.rows(
                "SELECT record FROM events WHERE type = 'job.cancellationRequested'"
            ) { $0.int(0) }
        }
        #expect(events == [id])
    }

    @Test func `a job that has ended cannot be cancelled`() throws {
        let koi = try TestApp()
        let id = try koi.add(NewJob("add"))
        try koi.worker(.adding(1)).runDue()
        #expect(try koi.request(.put, "/v1/jobs/\(id)/cancellation").code == "job_ended")
    }

    @Test func `work outside the writer ends when it is cancelled`() throws {
        let koi = try TestApp()
        let hasEnded = DispatchSemaphore(value: 0)
        let hasBegun = DispatchSemaphore(value: 0)
        let worker = try koi.worker(
            JobKind("task") { task in
                hasBegun.signal()
                defer { hasEnded.signal() }
                while true { try task.checkInterruption() }
            }
        )
        let id = try koi.add(NewJob("task"))
        worker.start()
        hasBegun.wait()
        try koi.request(.put, "/v1/jobs/\(id)/cancellation")
        hasEnded.wait()
        worker.stop()
        #expect(try koi.job(id).state == .cancelled)
    }

    @Test func `work outside the writer is put back when Koi stops, without an attempt counted`()
        throws
    {
        let koi = try TestApp()
        let hasBegun = DispatchSemaphore(value: 0)
        let worker = try koi.worker(
            JobKind("task") { task in
                hasBegun.signal()
                while true { try task.checkInterruption() }
            }
        )
        let id = try koi.add(NewJob("task"))
        worker.start()
        hasBegun.wait()
        worker.stop()
        #expect(try koi.job(id).state == .waiting)
        #expect(try koi.job(id).attempts == 0)
        try koi.worker(JobKind("task") { _ in ["fine": true] }).runDue()
        #expect(try koi.job(id).result == ["fine": true])
    }

    @Test func `jobs that ended more than thirty days ago are trimmed`() throws {
        let koi = try TestApp()
        let old = try koi.add(NewJob("add"))
        try koi.worker(.adding(1)).runDue()
        koi.clock.advance(by: .seconds(86_400 * 30))
        let young = try koi.add(NewJob("add"))
        try koi.worker(.adding(1)).runDue()
        let waiting = try koi.add(NewJob("later", due: koi.clock.now + 86_400_000 * 90))
        try koi.add(NewJob("trimJobs", due: koi.clock.now))
        try koi.worker(JobTrimming.kind).runDue()
        #expect(try koi.job(old).state == .done)
        koi.clock.advance(by: .milliseconds(1))
        let trimming = try koi.add(NewJob("trimJobs"))
        try koi.worker(JobTrimming.kind).runDue()
        #expect(try koi.job(trimming).result == ["trimmed": 1])
        #expect(try koi.request(.get, "/v1/jobs/\(old)").status == .notFound)
        #expect(try koi.job(young).state == .done)
        #expect(try koi.job(waiting).state == .waiting)
    }
}
