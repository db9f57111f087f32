import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

@Suite struct JobsRoutesTests {
    @Test func `jobs are listed newest first, a page at a time`() throws {
        let koi = try TestApp()
        let ids = try (1...5).map { _ in try koi.add(NewJob("add")) }
        var seen: [Int64] = []
        var target = "/v1/jobs?limit=2"
        while true {
            let page = try koi.request(.get, target)
            #expect(page.status == .ok)
            seen += page.items.compactMap { $0["id"]?.integerValue }
            guard let cursor = page["next"].stringValue else { break }
            target = "/v1/jobs?limit=2&cursor=" + cursor
        }
        #expect(seen == ids.reversed())
    }

    @Test func `jobs are filtered by state and kind`() throws {
        let koi = try TestApp()
        let done = try koi.add(NewJob("add"))
        try koi.worker(.adding(1)).runDue()
        let waiting = try koi.add(NewJob("add", due: koi.clock.now + 1))
        try koi.add(NewJob("other", due: koi.clock.now + 1))
        func ids(_ query: String) throws -> [Int64?] {
            try koi.request(.get, "/v1/jobs?" + query).items.map { $0["id"]?.integerValue }
        }
        #expect(try ids("state=done") == [done])
        #expect(try ids("state=done,waiting&kind=add") == [waiting, done])
        #expect(try ids("kind=nothing") == [])
    }

    @Test func `a job is shown with all of its members`() throws {
        let koi = try TestApp()
        let id = try koi.add(
            NewJob("add", subject: EventSubject(resource: "customers", id: 7), total: 3)
        )
        let job = try koi.request(.get, "/v1/jobs/\(id)")
        #expect(job.status == .ok)
        #expect(
            job.json == [
                "id": .integer(id), "kind": "add",
                "subject": ["resource": "customers", "record": 7], "user": nil,
                "state": "waiting", "due": "2026-11-22T09:00:00.000Z", "attempts": 0, "done": 0,
                "total": 3, "cancelRequested": false, "result": nil, "error": nil,
                "createdAt": "2026-11-22T09:00:00.000Z", "startedAt": nil, "finishedAt": nil,
            ]
        )
    }

    @Test(arguments: [
        "state=", "state=done,", "state=open", "kind=", "kind=a%20b", "limit=0", "limit=501",
        "limit=+5", "cursor=x", "colour=red", "state=done&state=done",
    ])
    func `a parameter that cannot be used is refused by name`(_ query: String) throws {
        let answer = try TestApp().request(.get, "/v1/jobs?" + query)
        #expect(answer.code == "bad_parameter")
        let name = query.prefix { $0 != "=" }
        #expect(answer["errors"].arrayValue?.first?["field"]?.stringValue == String(name))
    }

    @Test func `a cursor of another list is refused`() throws {
        let koi = try TestApp()
        for _ in 1...3 { try koi.add(NewJob("add")) }
        let cursor = try koi.request(.get, "/v1/jobs?limit=1")["next"].stringValue ?? ""
        let answer = try koi.request(.get, "/v1/jobs?state=done&limit=1&cursor=" + cursor)
        #expect(answer.code == "bad_parameter")
    }

    @Test func `a job that is not there is not found`() throws {
        let koi = try TestApp()
        #expect(try koi.request(.get, "/v1/jobs/9").status == .notFound)
        #expect(try koi.request(.put, "/v1/jobs/9/cancellation").status == .notFound)
        #expect(try koi.request(.get, "/v1/jobs/0").code == "bad_id")
        #expect(try koi.request(.get, "/v1/jobs", key: "").status == .unauthorized)
    }
}
