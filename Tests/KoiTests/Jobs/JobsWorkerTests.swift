import Dispatch
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct JobsWorkerTests {
    @Test func `a job that was running when the process died goes on with each effect once`() throws {
        let koi = try TestApp()
        let id = try koi.add(NewJob("add"))
        var worker: JobWorker? = try koi.worker(.adding(5))
        #expect(try worker?.pass() == true)
        #expect(try worker?.pass() == true)
        #expect(try koi.customers() == ["0", "1"])
        #expect(try koi.job(id).state == .running)
        worker = nil

        let next = try koi.worker(.adding(5))
        try next.runDue()
        #expect(try koi.customers() == ["0", "1", "2", "3", "4"])
        let job = try koi.job(id)
        #expect(job.state == .done)
        #expect(job.done == 5)
        #expect(job.total == 5)
        #expect(job.result == ["added": 5])
        #expect(job.finishedAt == koi.clock.now)
    }

    @Test func `a chunk that fails is undone and tried again later, and later still`() throws {
        let koi = try TestApp()
        let failures = Notes<Int64>()
        let worker = try koi.worker(
            .adding(3) { _, number in
                guard number == 1, failures.all.count < 2 else { return }
                failures.add(number)
                throw Unexpected()
            }
        )
        let id = try koi.add(NewJob("add"))
        try worker.runDue()
        #expect(try koi.customers() == ["0"])
        #expect(try koi.job(id).state == .waiting)
        #expect(try koi.job(id).attempts == 1)
        #expect(try koi.job(id).due == koi.clock.now + 10_000)
        #expect(try koi.job(id).failure == .unforeseen)

        koi.clock.advance(by: .milliseconds(9_999))
        try worker.runDue()
        #expect(failures.all.count == 1)

        koi.clock.advance(by: .milliseconds(1))
        try worker.runDue()
        #expect(failures.all.count == 2)
        #expect(try koi.job(id).attempts == 2)
        #expect(try koi.job(id).due == koi.clock.now + 30_000)

        koi.clock.advance(by: .seconds(30))
        try worker.runDue()
        #expect(try koi.customers() == ["0", "1", "2"])
        #expect(try koi.job(id).state == .done)
        #expect(try koi.job(id).attempts == 0)
        #expect(try koi.job(id).failure == nil)
    }

    @Test func `a job that fails again and again ends with a sentence`() throws {
        let koi = try TestApp()
        let attempts = Notes<Int64>()
        let worker = try koi.worker(
            .adding(3) { _, number in
                attempts.add(number)
                throw Unexpected()
            }
        )
        let id = try koi.add(NewJob("add"))
        for _ in 1...20 {
            try worker.runDue()
            koi.clock.advance(by: .seconds(3_600))
        }
        #expect(attempts.all.count == 5)
        #expect(try koi.job(id).state == .failed)
        #expect(try koi.job(id).attempts == 5)
        #expect(try koi.request(.get, "/v1/jobs/\(id)")["error"]["code"] == "internal_error")
        #expect(try koi.customers() == [])
    }

    @Test(arguments: [
        JobFailure("no_room", Text("There is no room.", "没有空间。")) as any Error,
        Problem.conflict("no_room", Text("There is no room.", "没有空间。")),
    ])
    func `a failure in the domain's words ends a job at once`(_ error: any Error) throws {
        let koi = try TestApp()
        let worker = try koi.worker(.adding(3) { _, _ in throw error })
        let id = try koi.add(NewJob("add"))
        try worker.runDue()
        #expect(try koi.job(id).state == .failed)
        #expect(
            try koi.job(id).failure
                == JobFailure("no_room", Text("There is no room.", "没有空间。"))
        )
    }

    @Test func `a job that ends the process each time is given up`() throws {
        let koi = try TestApp()
        let id = try koi.add(NewJob("add"))
        // Each start counts the attempt on disk before it makes it.
        _ = try koi.app.perform { transaction in
            try transaction.connection.run(
                "UPDATE jobs SET state = 'running', attempts = 5 WHERE id = ?",
                [.integer(id)]
            )
        }
        try koi.worker(.adding(3)).runDue()
        #expect(try koi.job(id).state == .failed)
        #expect(try koi.job(id).failure == .interrupted)
        #expect(try koi.customers() == [])
    }

    @Test func `jobs that share a transaction fail alone`() throws {
        let koi = try TestApp()
        let worker = try koi.worker(
            .adding(1, kind: "good"),
            .adding(1, kind: "bad") { _, _ in throw Unexpected() }
        )
        let good = try koi.add(NewJob("good"))
        let bad = try koi.add(NewJob("bad"))
        let second = try koi.add(NewJob("good"))
        _ = try worker.pass()
        #expect(try koi.job(good).state == .done)
        #expect(try koi.job(bad).state == .waiting)
        #expect(try koi.job(second).state == .done)
        #expect(try koi.customers() == ["0", "0"])
    }

    @Test func `long jobs take turns`() throws {
        let koi = try TestApp()
        let order = Notes<Int64>()
        let worker = try koi.worker(.adding(3) { job, _ in order.add(job.id) })
        let first = try koi.add(NewJob("add"))
        let second = try koi.add(NewJob("add"))
        try worker.runDue()
        #expect(order.all == [first, second, first, second, first, second])
    }

    @Test func `a job waits until it is due`() throws {
        let koi = try TestApp()
        let worker = try koi.worker(.adding(1))
        let id = try koi.add(NewJob("add", due: koi.clock.now + 1_000))
        try worker.runDue()
        #expect(try koi.job(id).state == .waiting)
        koi.clock.advance(by: .seconds(1))
        try worker.runDue()
        #expect(try koi.job(id).state == .done)
    }

    @Test func `a job of a kind that this version does not know fails`() throws {
        let koi = try TestApp()
        let id = try koi.add(NewJob("fromTheFuture"))
        try koi.worker().runDue()
        #expect(try koi.job(id).failure == .unknownKind)
    }

    @Test func `a started worker is woken by a job once that is committed`() throws {
        let koi = try TestApp()
        let isDone = DispatchSemaphore(value: 0)
        let worker = try koi.worker(
            JobKind("task") { _ in
                isDone.signal()
                return [:]
            }
        )
        worker.start()
        let id = try koi.add(NewJob("task"))
        #expect(isDone.wait(timeout: .now() + .seconds(20)) == .success)
        worker.stop()
        #expect(try koi.job(id).state == .done)
        try koi.add(NewJob("task"))
        #expect(try worker.pass() == false)
    }

    @Test func `a job works with the rights of its user and its events name it`() throws {
        let koi = try TestApp()
        let worker = try koi.worker(.adding(1))
        let id = try koi.app.perform(as: Actor(kind: .key, user: 1, key: 1, access: .full)) {
            try $0.jobs.add(NewJob("add"))
        }
        try worker.runDue()
        let event = try koi.app.perform { transaction in
            try transaction.connection.first(
                #"SELECT "user", request FROM events WHERE type = 'customer.created'"#
            ) { [$0.text(0), $0.text(1)] }
        }
        #expect(event == ["1", "job-\(id)"])
    }
}

struct Unexpected: Error {}
