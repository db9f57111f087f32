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

    private func filter(_ dice: inout Dice) -> JSONObject {
        var filter: JSONObject = [:]
        if dice.roll(2) == 0 { filter["industry"] = .string(dice.pick(Self.industries)) }
        if dice.roll(3) == 0 { filter["region.not"] = .string(dice.pick(Self.regions)) }
        if dice.roll(3) == 0 { filter["source"] = .string(dice.pick(Self.sources) + "," + dice.pick(Self.sources)) }
        if dice.roll(3) == 0 { filter["size.gte"] = .string(String(dice.roll(300))) }
        // Some rules fit nothing at all.
        if dice.roll(8) == 0 { filter["size.gte"] = "301" }
        return filter
    }

    private func rule(_ dice: inout Dice, _ people: People) -> JSONObject {
        var named: [Int64] = []
        for _ in 0...dice.roll(3) where dice.roll(5) > 0 {
            let user = dice.pick(people.users)
            if !named.contains(user) { named.append(user) }
        }
        let entries = named.map { user -> JSONValue in
            ["user": .integer(user), "capacity": dice.roll(2) == 0 ? .integer(Int64(1 + dice.roll(12))) : .null]
        }
        var rule: JSONObject = [
            "name": "Rule", "position": .integer(Int64(1 + dice.roll(50))), "filter": .object(filter(&dice)),
            "users": .array(entries), "capacity": .integer(Int64(1 + dice.roll(20))),
            "hours": .string(dice.pick(["always", "always", "within", "outside"])),
            "method": .string(dice.pick(["round_robin", "least_load", "capacity"])),
            "presence": .string(dice.pick(["any", "present", "working"])),
        ]
        if dice.roll(2) == 0 { rule["calendar"] = .integer(dice.pick(people.calendars)) }
        if named.isEmpty || dice.roll(3) == 0 { rule["team"] = .integer(people.team) }
        if dice.roll(2) == 0 { rule["responseMinutes"] = .integer(Int64(1 + dice.roll(3_000))) }
        return rule
    }

    private struct People {
        let users: [Int64]
        let team: Int64
        let calendars: [Int64]
    }

    private func people(_ office: AssignmentOffice, _ dice: inout Dice) throws -> People {
        let team = try office.koi.make("teams", ["name": "Sales"])
        let users = try (0..<7).map { try office.user("U\($0)", team: dice.roll(2) == 0 ? team : nil) }
        let calendars = try [["sunday"], ["monday", "tuesday"]].map { days in
            let hours = days.map { day -> JSONValue in ["day": .string(day), "from": "08:00", "to": "20:30"] }
            return try office.koi.make("calendars", ["name": "Own", "hours": .array(hours), "timeZone": "Asia/Tokyo"])
        }
        for user in users where dice.roll(3) == 0 {
            try office.koi.request(.patch, "/v1/users/\(user)", ["calendar": .integer(dice.pick(calendars))])
        }
        try office.absent(users[4], substitute: users[5])
        try office.absent(users[3])
        try office.koi.request(.patch, "/v1/users/\(users[6])", ["active": false])
        return People(users: users, team: team, calendars: calendars)
    }

    /// What of the decisions is told, in short.
    private func words(_ decision: JSONValue) -> Set<String> {
        let rules = decision["rules"].arrayValue ?? []
        let verdicts = rules.map { "rule " + $0["result"].text }
        let candidates = rules.flatMap { $0["candidates"].arrayValue ?? [] }.map { "user " + $0["result"].text }
        let substitutes = rules.flatMap { $0["candidates"].arrayValue ?? [] }.filter {
            $0["result"] == "chosen" && !$0["substitute"].isNull
        }
        return Set([decision["outcome"].text] + verdicts + candidates + substitutes.map { _ in "substitute" })
    }

    /// In all 1,000 leads, of 40 sets of rules.
    @Test(arguments: 0..<2)
    func `is what the preview says`(part: Int) throws {
        var seen: Set<String> = []
        for seed in part * 20..<part * 20 + 20 { try compare(seed: seed, &seen) }
        // The rules and leads were such that everything that can come of them did.
        let outcomes = AssignmentDecision.Outcome.allCases.map { "\"\($0.rawValue)\"" }
        let verdicts = ["chosen", "nobody", "filter", "hours"].map { "rule \"\($0)\"" }
        let candidates = AssignmentDecision.Candidate.Verdict.allCases.map { "user \"\($0.rawValue)\"" }
        #expect(seen.isSuperset(of: outcomes + verdicts + candidates + ["substitute"]))
    }

    private func compare(seed: Int, _ seen: inout Set<String>) throws {
        var dice = Dice(seed: UInt64(seed) &* 7_919 &+ 3)
        let office = try AssignmentOffice()
        let people = try people(office, &dice)
        for _ in 0...dice.roll(5) {
            let made = try office.koi.request(.post, "/v1/assignment-rules", .object(rule(&dice, people)))
            #expect(made.status == .created, "\(made.text)")
        }
        for _ in 0..<25 {
            if dice.roll(4) == 0 { office.koi.clock.advance(by: .seconds(dice.roll(20_000))) }
            if dice.roll(20) == 0 { try office.absent(people.users[0], substitute: people.users[1]) }
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
            seen.formUnion(words(expected.json))
            seen.formUnion(words(again.json))
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
