import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

@Suite struct JobsRecurrenceTests {
    private static let nightly = JobRecurrence.daily(minute: 120)
    private static let hour: Int64 = 3_600_000

    @Test(arguments: [
        ("2026-11-22T01:59:59.999Z", "2026-11-22T02:00:00.000Z"),
        ("2026-11-22T02:00:00.000Z", "2026-11-23T02:00:00.000Z"),
        ("2026-12-31T23:00:00.000Z", "2027-01-01T02:00:00.000Z"),
        ("1969-12-31T23:00:00.000Z", "1970-01-01T02:00:00.000Z"),
    ])
    func `a daily job is next due at its minute`(_ now: String, _ next: String) throws {
        let time = try #require(Timestamp.read(now))
        #expect(Timestamp.text(Self.nightly.next(after: time)) == next)
    }

    @Test(arguments: [JobRecurrence.daily(minute: 0), .daily(minute: 1_439), .every(900_000)])
    func `what is stored reads back`(_ recurrence: JobRecurrence) {
        #expect(JobRecurrence(stored: recurrence.stored) == recurrence)
    }

    @Test(arguments: ["", "daily", "daily 1440", "daily -1", "every 0", "weekly 3", "daily 1 2"])
    func `what cannot be a recurrence is none`(_ text: String) {
        #expect(JobRecurrence(stored: text) == nil)
    }

    @Test func `a recurring job runs once after a downtime of days, then at its turn`() throws {
        let koi = try TestApp()
        let kind = JobKind.adding(1, kind: "nightly", recurrence: Self.nightly)
        try koi.worker(kind).runDue()
        #expect(try koi.customers() == [])
        let due = try koi.job(named: "nightly")?.due
        #expect(due == koi.clock.now + 17 * Self.hour)

        koi.clock.advance(by: .seconds(86_400 * 4))
        let worker = try koi.worker(kind)
        try worker.runDue()
        try worker.runDue()
        #expect(try koi.customers() == ["0"])
        #expect(try koi.job(named: "nightly")?.due == koi.clock.now + 17 * Self.hour)
    }

    @Test func `a recurring job that fails comes again at its turn`() throws {
        let koi = try TestApp()
        let failure = JobFailure("broken", Text("Broken.", "坏了。"))
        let worker = try koi.worker(
            .adding(1, kind: "nightly", recurrence: Self.nightly) { _, _ in throw failure }
        )
        koi.clock.advance(by: .seconds(17 * 3_600))
        try worker.runDue()
        let jobs = try koi.request(.get, "/v1/jobs?kind=nightly").items
        #expect(jobs.map { $0["state"] } == ["waiting", "failed"])
        #expect(try koi.job(named: "nightly")?.due == koi.clock.now + 24 * Self.hour)
    }

    @Test func `to cancel a recurring job skips one turn`() throws {
        let koi = try TestApp()
        _ = try koi.worker(.adding(1, kind: "nightly", recurrence: Self.nightly))
        let first = try #require(try koi.job(named: "nightly"))
        try koi.request(.put, "/v1/jobs/\(first.id)/cancellation")
        #expect(try koi.job(named: "nightly")?.due == first.due + 24 * Self.hour)
    }

    @Test func `a kind that no longer recurs leaves no job behind`() throws {
        let koi = try TestApp()
        _ = try koi.worker(.adding(1, kind: "nightly", recurrence: Self.nightly))
        _ = try koi.worker(.adding(1, kind: "nightly"))
        #expect(try koi.job(named: "nightly") == nil)
    }

    @Test func `the same recurring job is not written twice by a second start`() throws {
        let koi = try TestApp()
        _ = try koi.worker(.adding(1, kind: "nightly", recurrence: Self.nightly))
        _ = try koi.worker(.adding(1, kind: "nightly", recurrence: Self.nightly))
        #expect(try koi.request(.get, "/v1/jobs").items.count == 1)
    }
}
