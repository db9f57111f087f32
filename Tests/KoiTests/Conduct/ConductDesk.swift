import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// A desk with people in a team: who serves, the colleague, and who leads them.
struct ConductDesk {
    let desk: TicketDesk
    let lead: Person
    let agent: Person
    let colleague: Person

    struct Person {
        let id: Int64
        let key: String
    }

    var koi: TestApp { desk.koi }

    init() throws {
        let desk = try TicketDesk()
        self.desk = desk
        func person(_ name: String, _ role: Int64, _ team: Int64?) throws -> Person {
            var body: JSONObject = ["name": .string(name), "role": .integer(role)]
            if let team { body["team"] = .integer(team) }
            let id = try desk.make("/v1/users", .object(body))
            let key = try desk.koi.app.perform { try APIKey.create(name: "key", user: id, in: $0) }
            return Person(id: id, key: key)
        }
        lead = try person("赵敏", Role.managerID, nil)
        let team = try desk.make("/v1/teams", ["name": "客服", "lead": .integer(lead.id)])
        // Those who sell see what is their own, and nothing else.
        agent = try person("王芳", Role.salesID, team)
        colleague = try person("陈刚", Role.salesID, nil)
    }

    /// A complaint that the agent has received.
    func complaint(_ fields: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["kind": "complaint", "owner": .integer(agent.id)]
        for member in fields.members { body[member.name] = member.value }
        return try desk.ticket(body)
    }

    @discardableResult
    func put(_ path: String, _ body: JSONValue?, key: String? = nil) throws -> TestAnswer {
        try koi.request(.put, "/v1/" + path, body, key: key)
    }

    func tell(_ ticket: Int64, _ text: JSONValue = "已更换密封圈。") throws -> TestAnswer {
        try put("tickets/\(ticket)/result", ["text": text])
    }

    func answer(_ ticket: Int64, _ accepted: Bool, _ fields: JSONObject = [:]) throws -> TestAnswer {
        var body = fields
        body["accepted"] = .bool(accepted)
        return try put("tickets/\(ticket)/acceptance", .object(body))
    }

    func messages(_ ticket: Int64) throws -> [JSONValue] {
        try koi.request(.get, "/v1/tickets/\(ticket)/messages").items
    }

    /// The kinds of what a person was told, the first one first.
    func told(_ person: Person) throws -> [JSONValue] {
        try koi.request(.get, "/v1/notifications", key: person.key).items.map { $0["kind"] }.reversed()
    }
}
