import KoiJSON
import KoiLock
package import KoiSQLite

/// Roles and teams as of the last commit, so that who may do what is known without a query.
package struct Organisation: Sendable {
    /// What a user's rights come from.
    struct Person: Sendable, Equatable {
        let role: Int64?
        let team: Int64?
    }

    /// All users, active or not.
    private(set) var people: [Int64: Person] = [:]
    private var grants: [Int64: Grants] = [:]
    private var parents: [Int64: Int64] = [:]
    private var members: [Int64: [Int64]] = [:]
    /// By resource the fields that some role may not see in clear.
    package private(set) var guarded: [String: Set<String>] = [:]

    package init() {}

    /// Reads them as a transaction sees them.
    package static func load(_ connection: Connection) throws -> Organisation {
        var organisation = Organisation()
        try connection.query("SELECT id, \"key\", permissions, fields FROM roles WHERE \"removedAt\" IS NULL") { row in
            organisation.add(role: row.int(0), key: row.textOrNil(1), row.text(2), row.text(3))
        }
        try connection.query("SELECT id, parent FROM teams WHERE \"removedAt\" IS NULL AND parent IS NOT NULL") {
            organisation.parents[$0.int(0)] = $0.int(1)
        }
        try connection.query("SELECT id, role, team FROM users ORDER BY id") {
            organisation.add(user: $0.int(0), Person(role: $0.intOrNil(1), team: $0.intOrNil(2)))
        }
        return organisation
    }

    private mutating func add(user: Int64, _ person: Person) {
        people[user] = person
        if let team = person.team { members[team, default: []].append(user) }
    }

    private mutating func add(role: Int64, key: String?, _ permissions: String, _ fields: String) {
        func object(_ text: String) -> JSONObject {
            (try? JSONReader.read(Array(text.utf8)))?.objectValue ?? [:]
        }
        let isFull = key == Role.administrator
        let own = isFull ? Grants.full : Grants(permissions: object(permissions), fields: object(fields))
        grants[role] = own
        for (resource, names) in own.restrictedFields { guarded[resource, default: []].formUnion(names) }
    }

    /// A removed role, or none, gives nothing.
    func grants(of role: Int64?) -> Grants {
        role.flatMap { grants[$0] } ?? .nothing
    }

    /// Everybody in a team and in the teams below it.
    func members(of team: Int64) -> [Int64] {
        members.filter { isWithin($0.key, team) }.flatMap(\.value).sorted()
    }

    /// Those whom the reach of a team means: the user, and everybody in the user's team and the teams below it.
    func colleagues(of user: Int64, in team: Int64?) -> [Int64] {
        let members = team.map(members) ?? []
        return members.contains(user) ? members : (members + [user]).sorted()
    }

    /// A team and the teams below it.
    func teams(from team: Int64) -> [Int64] {
        ([team] + parents.keys.filter { $0 != team && isWithin($0, team) }).sorted()
    }

    /// Whether a team is another or lies below it.
    func isWithin(_ team: Int64, _ ancestor: Int64) -> Bool {
        var place: Int64? = team
        // The tree has no circle, but a look at it must end in any case.
        for _ in 0...Team.maximumDepth {
            guard let current = place else { return false }
            if current == ancestor { return true }
            place = parents[current]
        }
        return false
    }

    /// What a user may do, with a key's own role and scopes where a key acts.
    package func access(
        user: Int64,
        role: Int64?,
        team: Int64?,
        keyRole: Int64? = nil,
        scopes: KeyScopes = .all,
        resources: [Resource],
        _ connection: Connection
    ) throws -> Access {
        var grants = [grants(of: role)]
        if let keyRole { grants.append(self.grants(of: keyRole)) }
        return Access(
            grants: grants,
            scopes: scopes,
            user: user,
            team: colleagues(of: user, in: team),
            teams: team.map(teams) ?? [],
            collaborations: try Collaborations(of: user, connection),
            guarded: guarded,
            resources: resources
        )
    }
}

/// Roles and teams, renewed when a transaction that changes them is committed.
package final class OrganisationCache: Sendable {
    private let state = Lock(Organisation())

    package init() {}

    package var current: Organisation { state.withLock { $0 } }

    package func replace(_ organisation: Organisation) {
        state.withLock { $0 = organisation }
    }
}
