import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Koi on the day after the demo company's year, which was played through its services.
struct PlayedYear {
    static let start = "2025-10-31T00:00:00.000Z"
    static let end = "2026-10-31T00:00:00.000Z"

    let koi: TestApp

    init(customers: Int, leads: Int, seed: UInt64 = 1) throws {
        koi = try TestApp(clock: HeldClock("2026-10-31T09:00:00.000Z"))
        let day = try #require(CalendarDate(DemoCompany.lastDay))
        try DemoCompany(size: customers, leads: leads, seed: seed, end: day).found(in: koi.app)
    }

    /// The number of whoever has this address before the @.
    func user(_ address: String) throws -> Int64 {
        let found = try koi.request(.get, "/v1/users?email=\(address)@demo.example&fields=id").items.first
        return try #require(found?["id"].integerValue, "\(address)")
    }

    /// Somebody who sees all, one of the eastern team who sees the own, and one who leads it and sees what is its.
    func askers() throws -> [LogModel.Asker] {
        let members = try ["zhang.wei", "chen.jing", "wu.hao", "sun.li"].map { try user($0) }
        let team = try koi.request(.get, "/v1/users/\(members[0])")["team"]
        let rights: JSONValue = [
            "*": ["read": "team", "export": "team"], "pipelines": ["read": "all"], "stages": ["read": "all"],
            "users": ["read": "all"], "teams": ["read": "all"], "assignment-rules": ["read": "all"],
            "campaigns": ["read": "all"],
        ]
        let role = try koi.make("roles", ["name": "Leads a team", "permissions": rights])
        let head = try koi.make("users", ["name": "Head", "role": .integer(role), "team": team])
        return [
            .init(name: "administrator", key: koi.key, users: nil),
            .init(name: "salesperson", key: try key(of: members[1]), users: [members[1]]),
            .init(
                name: "team",
                key: try key(of: head),
                users: Set(members + [head]),
                teams: Set([team.integerValue ?? 0])
            ),
        ]
    }

    private func key(of user: Int64) throws -> String {
        try koi.app.perform { try APIKey.create(name: "asks", user: user, in: $0) }
    }
}
