import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// Koi with people, rules and leads.
struct AssignmentOffice: Sendable {
    let koi: TestApp

    init(_ koi: TestApp? = nil) throws {
        self.koi = try koi ?? TestApp()
    }

    func user(_ name: String, team: Int64? = nil) throws -> Int64 {
        var body: JSONObject = ["name": .string(name), "role": .integer(Role.salesID)]
        if let team { body["team"] = .integer(team) }
        return try koi.make("users", .object(body))
    }

    /// A rule that gives to these users.
    @discardableResult
    func rule(_ users: [Int64], _ more: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["name": "Rule", "users": .array(users.map { ["user": .integer($0)] })]
        for member in more.members { body[member.name] = member.value }
        return try koi.make("assignment-rules", .object(body))
    }

    @discardableResult
    func lead(_ more: JSONObject = [:]) throws -> TestAnswer {
        var body: JSONObject = ["name": "Lead"]
        for member in more.members { body[member.name] = member.value }
        let made = try koi.request(.post, "/v1/leads?allowDuplicate=true", .object(body))
        #expect(made.status == .created, "\(made.text)")
        return made
    }

    func owner(_ more: JSONObject = [:]) throws -> Int64? { try lead(more)["owner"].integerValue }

    func shown(_ lead: TestAnswer) throws -> TestAnswer {
        try koi.request(.get, "/v1/leads/\(lead["id"].integerValue ?? 0)")
    }

    /// What was decided of a lead, the newest first.
    func assignments(_ lead: TestAnswer) throws -> [JSONValue] {
        let answer = try koi.request(.get, "/v1/leads/\(lead["id"].integerValue ?? 0)/assignments")
        #expect(answer.status == .ok, "\(answer.text)")
        return answer.items
    }

    func preview(_ body: JSONObject) throws -> TestAnswer {
        try koi.request(.post, "/v1/assignments/preview", .object(body))
    }

    /// What a user is told, the newest first.
    func told(_ user: Int64) throws -> [String] {
        try koi.app.perform { transaction in
            try transaction.connection.rows(
                "SELECT kind FROM notifications WHERE \"user\" = ? ORDER BY id DESC",
                [.integer(user)]
            ) { $0.text(0) }
        }
    }

    func absent(_ user: Int64, substitute: Int64? = nil) throws {
        try koi.make(
            "absences",
            [
                "user": .integer(user), "from": "2026-11-01T00:00:00Z",
                "substitute": substitute.map(JSONValue.integer) ?? .null,
            ]
        )
    }
}
