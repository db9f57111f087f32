import Dispatch
import KoiHTTP
import KoiJSON
import KoiLock
import Testing

@testable import Koi

/// What holds of assignment whatever the rules.
struct `Any assignment` {
    private struct Dice {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % sides
        }

        mutating func pick<T>(_ all: [T]) -> T { all[roll(all.count)] }
    }

    private static let industries = ["机械", "化工", "IT"]
    private static let regions = ["重庆", "成都"]
    private static let sources = ["web_form", "phone", "exhibition"]

    private func lead(_ dice: inout Dice) -> JSONObject {
        var body: JSONObject = ["name": "Lead"]
        if dice.roll(4) > 0 { body["industry"] = .string(dice.pick(Self.industries)) }
        if dice.roll(4) > 0 { body["region"] = .string(dice.pick(Self.regions)) }
        if dice.roll(4) > 0 { body["source"] = .string(dice.pick(Self.sources)) }
        if dice.roll(3) > 0 { body["size"] = .integer(Int64(dice.roll(300))) }
        return body
    }

    private func rule(_ dice: inout Dice, _ users: [Int64], _ team: Int64) -> JSONObject {
        var filter: JSONObject = [:]
        if dice.roll(2) == 0 { filter["industry"] = .string(dice.pick(Self.industries)) }
        if dice.roll(3) == 0 { filter["region.not"] = .string(dice.pick(Self.regions)) }
        if dice.roll(3) == 0 { filter["source"] = .string(dice.pick(Self.sources) + "," + dice.pick(Self.sources)) }
        if dice.roll(3) == 0 { filter["size.gte"] = .string(String(dice.roll(300))) }
        var named: [Int64] = []
        for _ in 0...dice.roll(3) where dice.roll(5) > 0 {
            let user = dice.pick(users)
            if !named.contains(user) { named.append(user) }
        }
        let entries = named.map { user -> JSONValue in
            ["user": .integer(user), "capacity": dice.roll(2) == 0 ? .integer(Int64(1 + dice.roll(40))) : .null]
        }
        var rule: JSONObject = [
            "name": "Rule", "position": .integer(Int64(1 + dice.roll(50))), "filter": .object(filter),
            "users": .array(entries), "capacity": .integer(Int64(1 + dice.roll(60))),
            "hours": .string(dice.pick(["always", "always", "within", "outside"])),
            "method": .string(dice.pick(["round_robin", "least_load", "capacity"])),
            "presence": .string(dice.pick(["any", "present", "working"])),
        ]
        if named.isEmpty || dice.roll(3) == 0 { rule["team"] = .integer(team) }
        if dice.roll(2) == 0 { rule["responseMinutes"] = .integer(Int64(1 + dice.roll(3_000))) }
        return rule
    }

    private func people(_ office: AssignmentOffice, _ dice: inout Dice) throws -> (users: [Int64], team: Int64) {
        let team = try office.koi.make("teams", ["name": "Sales"])
        let users = try (0..<6).map { try office.user("U\($0)", team: dice.roll(2) == 0 ? team : nil) }
        let night = try office.koi.make(
            "calendars",
            ["name": "Night", "hours": [["day": "sunday", "from": "00:00", "to": "24:00"]]]
        )
        for user in users where dice.roll(3) == 0 {
            try office.koi.request(.patch, "/v1/users/\(user)", ["calendar": .integer(night)])
        }
        try office.absent(users[4], substitute: users[5])
        try office.absent(users[3])
        return (users, team)
    }

    /// In all 1,000 leads, of 40 sets of rules.
    @Test(arguments: 0..<40)
    func `is what the preview says`(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed) &* 7_919 &+ 3)
        let office = try AssignmentOffice()
        let (users, team) = try people(office, &dice)
        for _ in 0...dice.roll(5) {
            let made = try office.koi.request(.post, "/v1/assignment-rules", .object(rule(&dice, users, team)))
            #expect(made.status == .created, "\(made.text)")
        }
        for _ in 0..<25 {
            if dice.roll(4) == 0 { office.koi.clock.advance(by: .seconds(dice.roll(20_000))) }
            let body = lead(&dice)
            let expected = try office.preview(["fields": .object(body)])
            #expect(expected.status == .ok, "\(expected.text)")
            let made = try office.lead(body)
            #expect(made["owner"] == expected["owner"])
            #expect(made["responseDueAt"] == expected["responseDueAt"])
            let decision = try #require(try office.assignments(made).first?["decision"])
            #expect(decision == expected.json)
            // The same of one that is there, and has an owner already.
            let again = try office.preview(["record": made["id"]])
            let done = try office.koi.request(
                .put,
                "/v1/leads/\(made["id"].integerValue ?? 0)/assignment",
                ["anew": true]
            )
            #expect(done.json == again.json, "\(done.text)")
        }
    }

    @Test func `keeps to what each may have, however many come at once`() throws {
        let office = try AssignmentOffice()
        let users = try (0..<4).map { try office.user("U\($0)") }
        let capacities: [Int64] = [3, 5, 7, 11]
        let entries = zip(users, capacities).map { JSONValue.object(["user": .integer($0), "capacity": .integer($1)]) }
        try office.rule([], ["users": .array(entries)])
        let owners = Lock<[Int64?]>([])
        DispatchQueue.concurrentPerform(iterations: 60) { number in
            let made = try? office.koi.request(.post, "/v1/leads", ["name": .string("Lead \(number)")])
            owners.withLock { $0.append(made?["owner"].integerValue) }
        }
        let counts = owners.withLock { all in users.map { user in Int64(all.count { $0 == user }) } }
        #expect(counts == capacities)
        #expect(owners.withLock { $0.count { $0 == nil } } == 60 - 26)
    }
}
