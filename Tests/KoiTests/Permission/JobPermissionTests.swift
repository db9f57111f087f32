import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The right to jobs` {
    @Test(arguments: Scope.allCases)
    func `reaches the jobs of the role's people`(scope: Scope) throws {
        let koi = try TestApp()
        let cast = try Cast(koi)
        let jobs = try Cast.Owner.allCases.map { owner in (owner, try add(NewJob("add"), for: cast[owner], koi)) }
        try cast.give(["jobs": [.read: scope, .change: .all]])
        let visible = jobs.filter { reaches(scope, $0.0) }.map(\.1)
        let list = try cast.ask(.get, "/v1/jobs")
        #expect(list.status == (scope == .none ? .forbidden : .ok))
        #expect(list.items.ids == visible.reversed())
        for (owner, job) in jobs {
            let wanted: Status = reaches(scope, owner) ? .ok : .notFound
            #expect(try cast.ask(.get, "/v1/jobs/\(job)").status == (scope == .none ? .forbidden : wanted))
            // What is Koi's own, for everybody, is nobody's to cancel but an administrator's.
            let cancelled: Status = wanted == .ok && cast[owner] == nil ? .forbidden : wanted
            #expect(try cast.ask(.put, "/v1/jobs/\(job)/cancellation").status == cancelled)
            #expect(try koi.job(job).state == (cancelled == .ok ? .cancelled : .waiting))
        }
    }

    @Test func `lets nobody cancel what the right to change does not reach`() throws {
        let koi = try TestApp()
        let cast = try Cast(koi)
        let own = try add(NewJob("add"), for: cast.subject, koi)
        let other = try add(NewJob("add"), for: cast[.stranger], koi)
        try cast.give(["jobs": [.read: .all, .change: .own]])
        #expect(try cast.ask(.put, "/v1/jobs/\(other)/cancellation").code == "not_permitted")
        #expect(try cast.ask(.put, "/v1/jobs/\(own)/cancellation").status == .ok)
    }

    private func reaches(_ scope: Scope, _ owner: Cast.Owner) -> Bool {
        switch scope {
        case .none: false
        case .own: owner == .subject
        case .team: [.subject, .colleague, .junior].contains(owner)
        case .all: true
        }
    }

    private func add(_ job: NewJob, for user: Int64?, _ koi: TestApp) throws -> Int64 {
        try koi.app.perform { try JobStore($0.connection).insert(job, user: user, now: $0.now) }
    }
}
