import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Who gets a lead by the rules, and how that is told.
struct `Assignment by rules` {
    private let office: AssignmentOffice
    private var koi: TestApp { office.koi }

    init() throws {
        office = try AssignmentOffice()
    }

    private func results(_ decision: JSONValue, rule: Int = 0) -> [String] {
        let rules = decision["rules"]?.arrayValue ?? []
        guard rules.indices.contains(rule) else { return [] }
        return (rules[rule]["candidates"]?.arrayValue ?? []).map {
            "\($0["user"]?.text ?? "") \($0["result"]?.stringValue ?? "")"
        }
    }

    // MARK: Which rule

    @Test func `is done with a new lead that nobody has, in the order of the rules`() throws {
        let (a, b, c) = (try office.user("A"), try office.user("B"), try office.user("C"))
        try office.rule([c], ["position": 900])
        try office.rule([a], ["filter": ["industry": "机械", "size.gte": "100"], "position": 1])
        try office.rule([b], ["filter": ["source": "web_form"], "position": 2])
        #expect(try office.owner(["industry": "机械", "size": 100, "source": "web_form"]) == a)
        #expect(try office.owner(["industry": "机械", "size": 99, "source": "web_form"]) == b)
        #expect(try office.owner() == c)
        #expect(try office.owner(["owner": 1]) == 1)
    }

    @Test func `leaves a lead alone that is closed already`() throws {
        try office.rule([office.user("A")])
        #expect(try office.owner(["status": "unqualified"]) == nil)
    }

    @Test func `leaves a lead alone where there is no rule, and says so where none fits`() throws {
        let lonely = try office.lead()
        #expect(lonely["owner"] == .null)
        #expect(lonely["version"] == 1)
        #expect(try office.assignments(lonely) == [])
        let a = try office.user("A")
        try office.rule([a], ["filter": ["region": "重庆", "industry": "机械"]])
        let lead = try office.lead(["region": "成都"])
        #expect(lead["owner"] == .null)
        let decision = try #require(try office.assignments(lead).first?["decision"])
        #expect(decision["outcome"] == "noRule")
        #expect(decision["rules"]?.arrayValue?.first?["unmet"] == ["region", "industry"])
        #expect(try office.told(1) == [])
    }

    @Test func `goes by the time of day of a calendar`() throws {
        let (day, night) = (try office.user("Day"), try office.user("Night"))
        try office.rule([day], ["hours": "within", "position": 1])
        try office.rule([night], ["hours": "outside", "position": 2])
        // Sunday 17:00 in Shanghai, then Monday 9:00.
        #expect(try office.owner() == night)
        koi.clock.advance(by: .seconds(16 * 3_600))
        #expect(try office.owner() == day)
    }

    @Test func `passes over rules that are not active`() throws {
        let (a, b) = (try office.user("A"), try office.user("B"))
        let first = try office.rule([a], ["position": 1])
        try office.rule([b], ["position": 2])
        try koi.request(.patch, "/v1/assignment-rules/\(first)", ["active": false])
        #expect(try office.owner() == b)
        try koi.request(.patch, "/v1/assignment-rules/\(first)", ["active": true])
        #expect(try office.owner() == a)
        try koi.request(.delete, "/v1/assignment-rules/\(first)")
        #expect(try office.owner() == b)
    }

    // MARK: Who of those that it names

    @Test func `takes turns`() throws {
        let users = try ["A", "B", "C"].map { try office.user($0) }
        let rule = try office.rule(users)
        #expect(try (0..<5).map { _ in try office.owner() } == [users[0], users[1], users[2], users[0], users[1]])
        // Who is new comes first, who was absent does not get all at once afterwards.
        let late = try office.user("D")
        let all: JSONValue = .array((users + [late]).map { ["user": .integer($0)] })
        try koi.request(.patch, "/v1/assignment-rules/\(rule)", ["users": all])
        #expect(try (0..<3).map { _ in try office.owner() } == [late, users[2], users[0]])
    }

    @Test func `gives to whom has the fewest open`() throws {
        let (a, b) = (try office.user("A"), try office.user("B"))
        try office.rule([a, b], ["method": "least_load"])
        let first = try office.lead(["owner": .integer(a)])
        try office.lead(["owner": .integer(a)])
        #expect(try (0..<3).map { _ in try office.owner() } == [b, b, a])
        // What is closed does not count.
        try koi.request(.patch, "/v1/leads/\(first["id"].integerValue ?? 0)", ["status": "unqualified"])
        try koi.request(.delete, "/v1/leads/2")
        #expect(try office.owner() == a)
    }

    @Test func `gives to whom has most room left, and to nobody beyond it`() throws {
        let (a, b) = (try office.user("A"), try office.user("B"))
        let users: JSONValue = [["user": .integer(a), "capacity": 3], ["user": .integer(b), "capacity": 1]]
        try office.rule([], ["users": users, "method": "capacity"])
        #expect(try (0..<5).map { _ in try office.owner() } == [a, a, b, a, nil])
        let last = try #require(try office.assignments(office.lead()).first?["decision"])
        #expect(last["outcome"] == "nobody")
        #expect(results(last) == ["\(a) full", "\(b) full"])
    }

    @Test func `asks a team and those below it`() throws {
        let team = try koi.make("teams", ["name": "Sales"])
        let below = try koi.make("teams", ["name": "East", "parent": .integer(team)])
        let (a, b) = (try office.user("A", team: team), try office.user("B", team: below))
        _ = try office.user("Elsewhere")
        try office.rule([], ["team": .integer(team)])
        #expect(try (0..<3).map { _ in try office.owner() } == [a, b, a])
    }

    @Test func `says why not another`() throws {
        let names = ["chosen", "turn", "inactive", "absent", "closed", "full"]
        let users = try names.map { try office.user($0) }
        let night = try koi.make(
            "calendars",
            ["name": "Sunday", "hours": [["day": "sunday", "from": "00:00", "to": "24:00"]]]
        )
        let week = try koi.make(
            "calendars",
            ["name": "Monday", "hours": [["day": "monday", "from": "00:00", "to": "24:00"]]]
        )
        for user in users { try koi.request(.patch, "/v1/users/\(user)", ["calendar": .integer(night)]) }
        try koi.request(.patch, "/v1/users/\(users[4])", ["calendar": .integer(week)])
        try koi.request(.patch, "/v1/users/\(users[2])", ["active": false])
        try office.absent(users[3])
        try office.lead(["owner": .integer(users[5])])
        var entries = users.map { JSONValue.object(["user": .integer($0)]) }
        entries[5] = ["user": .integer(users[5]), "capacity": 1]
        try office.rule([], ["users": .array(entries), "presence": "working"])
        let lead = try office.lead()
        #expect(lead["owner"] == .integer(users[0]))
        let entry = try #require(try office.assignments(lead).first)
        #expect(entry["cause"] == "created")
        #expect(entry["by"] == 1)
        let decision = try #require(entry["decision"])
        #expect(results(decision).sorted() == zip(users, names).map { "\($0) \($1)" }.sorted())
        #expect(decision["outcome"] == "assigned")
    }

    @Test func `has the substitute stand in for who is absent`() throws {
        let (a, b, c) = (try office.user("A"), try office.user("B"), try office.user("C"))
        try office.absent(a, substitute: c)
        try office.rule([a, b])
        #expect(try (0..<4).map { _ in try office.owner() } == [c, b, c, b])
        try office.absent(c)
        #expect(try office.owner() == b)
    }

    // MARK: Nobody

    @Test func `stays nobody's where the rules exclude everyone, and their managers learn of it`() throws {
        let lead = try office.user("Boss")
        let team = try koi.make("teams", ["name": "Sales", "lead": .integer(lead)])
        let a = try office.user("A", team: team)
        try office.absent(a)
        try office.rule([a])
        let made = try office.lead()
        #expect(made["owner"] == .null)
        let decision = try #require(try office.assignments(made).first?["decision"])
        #expect(decision["outcome"] == "nobody")
        #expect(results(decision) == ["\(a) absent"])
        #expect(try office.told(lead) == ["nobodyAvailable"])
        #expect(try office.told(a) == [])
        // The next rule that fits is asked all the same.
        let b = try office.user("B")
        try office.rule([b], ["position": 200])
        #expect(try office.owner() == b)
    }

    @Test func `tells the administrators where nobody leads`() throws {
        let a = try office.user("A")
        try office.absent(a)
        try office.rule([a])
        try office.lead()
        #expect(try office.told(1) == ["nobodyAvailable"])
    }

    // MARK: On request and by hand

    @Test func `is done on request, once unless it is to be anew`() throws {
        let lead = try office.lead()
        let path = "/v1/leads/\(lead["id"].integerValue ?? 0)/assignment"
        let (a, b) = (try office.user("A"), try office.user("B"))
        try office.rule([a, b])
        #expect(try koi.request(.put, path)["owner"] == .integer(a))
        #expect(try office.shown(lead)["owner"] == .integer(a))
        #expect(try koi.request(.put, path).status == .conflict)
        #expect(try koi.request(.put, path, ["anew": true])["owner"] == .integer(b))
        #expect(try office.assignments(lead).map { $0["cause"] } == ["asked", "asked"])
        let owners = try koi.request(.get, "/v1/leads/1/owners").items
        #expect(owners.map { $0["reason"] } == [.null, "Rule", "Rule"])
        #expect(try office.told(b) == ["recordGiven"])
    }

    @Test func `writes down what is chosen by hand`() throws {
        let (a, b) = (try office.user("A"), try office.user("B"))
        try office.rule([a])
        let lead = try office.lead()
        let path = "/v1/leads/\(lead["id"].integerValue ?? 0)"
        try koi.request(.put, path + "/owner", ["owner": .integer(b), "reason": "Knows them"])
        try koi.request(.patch, path, ["owner": .integer(a)])
        let entries = try office.assignments(lead)
        #expect(entries.map { $0["cause"] } == ["manual", "manual", "created"])
        #expect(entries.map { $0["owner"] } == [.integer(a), .integer(b), .integer(a)])
        #expect(entries[1]["reason"] == "Knows them")
        #expect(entries[1]["previous"] == .integer(a))
        #expect(entries[1]["by"] == 1)
        #expect(try office.assignments(office.lead(["owner": 1])).map { $0["cause"] } == ["manual"])
    }

    // MARK: Preview

    @Test func `can be asked without doing it`() throws {
        let a = try office.user("A")
        let unassigned = try office.lead()
        try office.rule([a], ["filter": ["industry": "机械"], "responseMinutes": 60])
        let asked = try office.preview(["fields": ["name": "X", "industry": "机械"]])
        #expect(asked["owner"] == .integer(a))
        #expect(asked["responseDueAt"] == "2026-11-23T02:00:00.000Z")
        #expect(try office.preview(["record": unassigned["id"]])["outcome"] == "noRule")
        #expect(try koi.request(.get, "/v1/leads").items.count == 1)
        #expect(try office.assignments(unassigned) == [])
        #expect(try office.preview(["fields": ["industry": "机械"]]).status == .unprocessableContent)
        #expect(try office.preview([:]).status == .unprocessableContent)
        #expect(try office.preview(["record": 99]).status == .notFound)
        let viewer = try koi.keyOfUser(role: Role.viewerID)
        let refused = try koi.request(.post, "/v1/assignments/preview", ["record": 1], key: viewer)
        #expect(refused.status == .forbidden)
    }

    @Test func `can be asked as it would be done, by whom gives records to others`() throws {
        let a = try office.user("A")
        try office.rule([a])
        let manager = try koi.person(["leads": ["read": "team", "create": "team", "assign": "team"]])
        let fields: JSONValue = ["name": "X"]
        let asked = try koi.request(.post, "/v1/assignments/preview", ["fields": fields], key: manager.key)
        #expect(asked["outcome"] == "noRule", "\(asked.text)")
        #expect(try koi.request(.post, "/v1/leads", fields, key: manager.key)["owner"] == .integer(manager.id))
        let unknown = try office.preview(["fields": ["name": "X", "campaign": 99]])
        #expect(unknown["errors"].arrayValue?.map { $0["field"] } == ["fields.campaign"])
        let sales = try koi.keyOfUser(role: Role.salesID)
        let own = try koi.request(.post, "/v1/assignments/preview", ["fields": fields], key: sales)
        #expect(own.status == .forbidden)
    }

    @Test func `counts what people have only where that decides`() throws {
        let a = try office.user("A")
        try office.rule([a], ["position": 2, "method": "least_load"])
        let turns = try office.rule([a], ["position": 1])
        func open() throws -> JSONValue? {
            let rules = try office.preview(["fields": ["name": "X"]])["rules"].arrayValue
            return rules?.first?["candidates"]?.arrayValue?.first?["open"]
        }
        #expect(try open() == .null)
        try koi.request(.patch, "/v1/assignment-rules/\(turns)", ["capacity": 5])
        #expect(try open() == 0)
    }

    // MARK: Rules

    @Test(
        arguments: [
            (["users": []], "users"), (["users": [["user": 1], ["user": 1]]], "users[1].user"),
            (["method": "capacity"], "capacity"), (["filter": ["colour": "red"]], "filter.colour"),
            (["filter": ["sort": "name"]], "filter.sort"), (["filter": ["owner": "me"]], "filter.owner"),
            (["exempt": ["tags.gt": "1"]], "exempt.tags.gt"),
            (["responseMinutes": 5, "responseWarning": 5], "responseWarning"),
            (["followUpDays": 1, "followUpWarning": 2], "followUpWarning"), (["resource": "users"], "resource"),
        ] as [(JSONObject, String)]
    )
    func `refuses rules that cannot work`(more: JSONObject, field: String) throws {
        var body: JSONObject = ["name": "Rule", "users": [["user": 1]]]
        for member in more.members { body[member.name] = member.value }
        let answer = try koi.request(.post, "/v1/assignment-rules", .object(body))
        #expect(answer.status == .unprocessableContent)
        #expect((answer["errors"].arrayValue ?? []).map { $0["field"] } == [.string(field)], "\(answer.text)")
    }

    @Test func `goes on where a filter cannot be used any more`() throws {
        let (a, b) = (try office.user("A"), try office.user("B"))
        let field = try koi.make(
            "fields",
            ["resource": "leads", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色"]
        )
        try office.rule([a], ["filter": ["custom.colour": "red"], "position": 1])
        try office.rule([b], ["position": 2])
        #expect(try office.owner(["custom": ["colour": "red"]]) == a)
        try koi.request(.delete, "/v1/fields/\(field)")
        let lead = try office.lead()
        #expect(lead["owner"] == .integer(b))
        let decision = try office.assignments(lead).first?["decision"]
        #expect(decision?["rules"]?.arrayValue?.first?["result"] == "unusable")
    }
}
