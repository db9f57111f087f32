import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// A Koi with people in a tree of teams, of whom one tries what a role lets it do.
///
/// ```
/// headquarters: boss
/// ├── east: subject, colleague
/// │   └── harbour: junior
/// └── west: stranger
/// ```
struct Cast {
    /// To whom a record belongs, as seen by the subject.
    enum Owner: String, CaseIterable {
        case subject
        case colleague
        /// In a team below the subject's.
        case junior
        /// In the team above it.
        case boss
        case stranger
        case nobody
    }

    let koi: TestApp
    /// The subject's.
    let key: String
    private let people: [Owner: Int64]

    init(_ koi: TestApp) throws {
        self.koi = koi
        func add(_ path: String, _ body: JSONValue) throws -> Int64 {
            let answer = try koi.request(.post, path, body)
            return try #require(answer["id"].integerValue, "\(path): \(answer.text)")
        }
        func addTeam(_ name: JSONValue, below parent: JSONValue) throws -> Int64 {
            try add("/v1/teams", ["name": name, "parent": parent])
        }
        let idle = try add("/v1/roles", ["name": "Idle"])
        let headquarters = try addTeam("Headquarters", below: nil)
        let east = try addTeam("East", below: .integer(headquarters))
        let harbour = try addTeam("Harbour", below: .integer(east))
        let west = try addTeam("West", below: .integer(headquarters))
        var people: [Owner: Int64] = [:]
        for (owner, team) in [
            (Owner.subject, east), (.colleague, east), (.junior, harbour), (.boss, headquarters), (.stranger, west),
        ] {
            people[owner] = try add(
                "/v1/users",
                [
                    "name": .string(owner.rawValue), "role": .integer(idle), "team": .integer(team),
                    "externalIds": [["system": "hr", "key": .string("P-\(people.count)")]],
                ]
            )
        }
        self.people = people
        let made = try koi.request(
            .post,
            "/v1/keys",
            ["name": "subject", "user": people[.subject].map(JSONValue.integer) ?? nil]
        )
        key = try #require(made["key"].stringValue, "\(made.text)")
    }

    /// Nil for nobody.
    subscript(_ owner: Owner) -> Int64? { people[owner] }

    var subject: Int64 { people[.subject] ?? 0 }

    /// Gives the subject a role of its own, by resource and verb.
    func give(_ rights: [String: [Verb: Scope]], fields: JSONValue = [:]) throws {
        let permissions = JSONObject(
            rights.map { resource, scopes in
                JSONObject.Member(
                    name: resource,
                    value: .object(
                        JSONObject(
                            scopes.map { JSONObject.Member(name: $0.key.rawValue, value: .string($0.value.name)) }
                        )
                    )
                )
            }
        )
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Subject's", "permissions": .object(permissions), "fields": fields]
        )
        try #require(role.status == .created, "\(role.text)")
        let given = try koi.request(.patch, "/v1/users/\(subject)", ["role": role["id"]])
        try #require(given.status == .ok, "\(given.text)")
    }

    /// Asks as the subject.
    @discardableResult
    func ask(
        _ method: Method = .get,
        _ target: String,
        _ body: JSONValue? = nil,
        fields: [(String, String)] = []
    ) throws -> TestAnswer {
        try koi.request(method, target, body, key: key, fields: fields)
    }
}
