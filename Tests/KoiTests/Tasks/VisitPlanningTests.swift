import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Return visits` {
    private let koi: TestApp
    private let office: Office
    private let anna: Office.Person

    init() throws {
        koi = try TestApp()
        office = Office(koi)
        anna = try office.person("Anna")
        let set = try koi.request(.patch, "/v1/settings", ["visitCadence": ["vip=30", "general=90"]])
        #expect(set.status == .ok, "\(set.text)")
    }

    private func customer(_ name: String, _ tier: JSONValue, owner: Int64?) throws -> Int64 {
        let made = try koi.request(
            .post,
            "/v1/customers",
            ["name": .string(name), "tier": tier, "owner": owner.map(JSONValue.integer) ?? .null]
        )
        return try #require(made["id"].integerValue)
    }

    private func plan() throws {
        try koi.app.perform { _ = try $0.jobs.add(NewJob(VisitPlanning.kind.name, due: $0.now)) }
        let kind = JobKind(VisitPlanning.kind.name, chunk: VisitPlanning.chunk)
        try koi.worker(kind).runDue()
    }

    private func planned() throws -> [String] {
        try koi.request(.get, "/v1/tasks?cause=visitCadence&sort=due&doneAt.null=true").items.map { task in
            "\(task["customer"].integerValue ?? 0) " + String((task["due"].stringValue ?? "").prefix(10))
        }
    }

    private func advance(days: Int64) { koi.clock.advance(by: .seconds(days * 86_400)) }

    @Test func `are planned a week ahead for customers of the tiers that have a cadence, one for each`() throws {
        let vip = try customer("A", "vip", owner: anna.id)
        let general = try customer("B", "general", owner: anna.id)
        _ = try customer("C", "low", owner: anna.id)
        _ = try customer("D", "vip", owner: nil)
        advance(days: 22)
        try plan()
        #expect(try planned() == [])
        advance(days: 1)
        for _ in 1...2 { try plan() }
        #expect(try planned() == ["\(vip) 2026-12-22"])
        let task = try #require(try koi.request(.get, "/v1/tasks").items.first)
        #expect(task["owner"] == .integer(anna.id))
        #expect(task["kind"] == "visit")
        #expect(task["name"] == "定期回访")
        advance(days: 60)
        try plan()
        #expect(try planned() == ["\(vip) 2026-12-22", "\(general) 2027-02-20"])
    }

    @Test func `move where somebody has cared for the customer, and come again once they are done`() throws {
        let vip = try customer("A", "vip", owner: anna.id)
        advance(days: 25)
        try plan()
        #expect(try planned() == ["\(vip) 2026-12-22"])
        advance(days: 1)
        try koi.request(.post, "/v1/activities", ["kind": "call", "customer": .integer(vip)])
        try plan()
        #expect(try planned() == ["\(vip) 2027-01-17"])

        let id = try #require(try koi.request(.get, "/v1/tasks").items.first?["id"].integerValue)
        try koi.request(.put, "/v1/tasks/\(id)/completion")
        advance(days: 1)
        try plan()
        #expect(try planned() == [])
        advance(days: 22)
        try plan()
        #expect(try planned() == ["\(vip) 2027-01-17"])
    }

    @Test func `are not overdue from the start`() throws {
        let vip = try customer("A", "vip", owner: anna.id)
        advance(days: 400)
        try plan()
        #expect(try planned() == ["\(vip) 2027-12-27"])
    }

    @Test(arguments: ["gold=3", "vip", "vip=0", "vip=3661", "vip=+3", "vip=3=4"])
    func `refuse a cadence that cannot be meant`(entry: String) throws {
        let refused = try koi.request(.patch, "/v1/settings", ["visitCadence": ["vip=30", .string(entry)]])
        #expect(refused.refused == ["visitCadence[1] not_cadence"])
        let twice = try koi.request(.patch, "/v1/settings", ["visitCadence": ["vip=30", "vip=31"]])
        #expect(twice.refused == ["visitCadence[1] not_cadence"])
    }

    private func owners() throws -> [JSONValue] {
        try koi.request(.get, "/v1/tasks?cause=visitCadence&doneAt.null=true&sort=id").items.map { $0["owner"] }
    }

    @Test func `go with the customer to whoever has it, and to nobody with it`() throws {
        let bo = try office.person("Bo")
        let vip = try customer("A", "vip", owner: anna.id)
        advance(days: 25)
        try plan()
        _ = try office.assign(vip, to: bo)
        advance(days: 10)
        try plan()
        #expect(try owners() == [.integer(bo.id)])
        // What could not have been done before is not overdue from the start.
        #expect(try planned() == ["\(vip) 2026-12-27"])
        _ = try office.assign(vip, to: nil)
        try plan()
        #expect(try owners() == [.null])
        _ = try office.assign(vip, to: anna)
        try plan()
        #expect(try owners() == [.integer(anna.id)])
    }

    @Test func `are one, also of customers that were merged`() throws {
        let ids = try (0..<2).map { try customer("A\($0)", "vip", owner: anna.id) }
        advance(days: 25)
        try plan()
        #expect(try planned().count == 2)
        try koi.merge(ids[1], into: ids[0])
        try plan()
        #expect(try planned() == ["\(ids[0]) 2026-12-22"])
    }

    @Test func `are planned in chunks that have no time at all`() throws {
        for index in 0..<3 { _ = try customer("A\(index)", "vip", owner: anna.id) }
        advance(days: 25)
        let id = try koi.add(NewJob(VisitPlanning.kind.name, due: koi.clock.now))
        let worker = try koi.worker(JobKind(VisitPlanning.kind.name, chunk: VisitPlanning.chunk), holdTime: .zero)
        for _ in 0..<20 { guard try worker.pass() else { break } }
        #expect(try koi.job(id).state == .done)
        #expect(try planned().count == 3)
    }
}
