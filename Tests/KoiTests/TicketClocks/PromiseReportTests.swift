import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// How much of what was promised was kept.
struct `The report of promises` {
    private let office: ClockDesk

    init() throws {
        office = try ClockDesk()
        try office.policy(["firstResponse": 60, "resolution": 240])
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try office.koi.request(.get, "/v1/reports/promises" + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    @Test func `counts what was kept in time, late, and not at all`() throws {
        let tickets = try (0..<4).map { _ in try office.ticket() }
        try office.run(after: 30)
        try office.desk.say(tickets[0], "reply", "Hello.")
        try office.run(after: 60)
        try office.desk.say(tickets[1], "reply", "Hello.")
        try office.desk.move(tickets[1], to: TicketDesk.resolved)
        try office.run(after: 1)
        let all = try rows()
        try #require(all.count == 2)
        #expect(all.map { $0["clock"] } == ["first_response", "resolution"])
        #expect(all[0]["inTime"] == 1)
        #expect(all[0]["late"] == 1)
        #expect(all[0]["overdue"] == 2)
        #expect(all[0]["inTimeRate"] == 25)
        #expect(all[0]["medianSeconds"] == 1_800)
        #expect(all[0]["p90Seconds"] == 5_400)
        #expect(all[1]["inTime"] == 1)
        #expect(all[1]["overdue"] == 0)
        // What is opened again was not kept, nor is what was kept before.
        try office.desk.say(tickets[1], "incoming", "No.")
        try office.run(after: 1)
        #expect(try rows().map { $0["clock"] } == ["first_response"])
        #expect(try rows("?to=2026-11-22") == [])
    }

    @Test func `tells persons, teams and tiers apart`() throws {
        let (mine, other) = (try office.ticket(), try office.ticket(["owner": .integer(office.head)]))
        for ticket in [mine, other] { try office.desk.say(ticket, "reply", "Hello.") }
        try office.run(after: 1)
        let people = try rows("?groupBy=owner")
        #expect(people.map { $0["group"] } == [.integer(office.agent), .integer(office.head)])
        #expect(people.map { $0["name"] } == ["Agent", "Head"])
        #expect(try rows("?groupBy=team").map { $0["name"] } == ["Hotline", "None"])
        #expect(try rows("?groupBy=tier").map { $0["group"] } == ["vip"])
        #expect(try rows("?groupBy=tier&owner=\(office.head)").map { $0["inTime"] } == [1])
        #expect(try rows("?groupBy=tier&tier=low") == [])
        // Who sees none of the tickets is told of none.
        #expect(try rows(key: office.koi.keyOfUser(role: Role.salesID)) == [])
    }
}
