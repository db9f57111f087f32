import KoiSQLite

/// What one actor may do, as of the last commit: the rights of its role, narrowed by those of its key, and the people and
/// records that they reach.
///
/// Remembered with the actor, and made anew after a role, team, user, key or collaborator was changed; so it asks for
/// nothing while a request is served.
package final class Access: Sendable {
    /// The rights of the user's role and, where a key has a role of its own, of that one: both must allow.
    private let grants: [Grants]
    let scopes: KeyScopes
    /// Nil for Koi itself.
    let user: Int64?
    /// The user, and everybody in the user's team and the teams below it.
    private let team: [Int64]
    /// The user's team and the teams below it.
    private let teams: [Int64]
    let collaborations: Collaborations
    private let restrictions: [String: FieldRestrictions]
    /// By resource the fields that are held back from somebody.
    private let guarded: [String: Set<String>]
    /// Of the resources with a field that is held back from this actor or from another.
    private let encoders: [String: RecordEncoder]

    /// Koi itself, which may do everything.
    package static let full = Access(grants: [.full], scopes: .all, user: nil, team: [], resources: [])

    /// Somebody who may do nothing.
    package static let nothing = Access(grants: [.nothing], scopes: .all, user: nil, team: [], resources: [])

    package init(
        grants: [Grants],
        scopes: KeyScopes,
        user: Int64?,
        team: [Int64],
        teams: [Int64] = [],
        collaborations: Collaborations = Collaborations(),
        guarded: [String: Set<String>] = [:],
        resources: [Resource]
    ) {
        self.grants = grants
        self.scopes = scopes
        self.user = user
        self.team = team
        self.teams = teams
        self.collaborations = collaborations
        var restrictions: [String: FieldRestrictions] = [:]
        var encoders: [String: RecordEncoder] = [:]
        for resource in resources {
            let held = grants.reduce(FieldRestrictions.none) {
                $0.and(FieldRestrictions($1.restrictions(of: resource.name)))
            }.hidingWhatTells(resource.declared)
            let names = guarded[resource.name] ?? []
            guard !held.isEmpty || !names.isEmpty else { continue }
            if !held.isEmpty { restrictions[resource.name] = held }
            encoders[resource.name] = RecordEncoder(resource.name, resource.fields, Selection(), held, guarded: names)
        }
        self.restrictions = restrictions
        self.guarded = guarded
        self.encoders = encoders
    }

    /// Whether nothing at all is withheld.
    package var isFull: Bool { scopes.isAll && grants.allSatisfy(\.isFull) }

    /// Whether a key has less than its user, by its scopes or by a role of its own.
    var isNarrowed: Bool { !scopes.isAll || grants.count > 1 }

    /// How far a right on a resource or area reaches.
    package func scope(_ verb: Verb, on name: String) -> Scope {
        guard scopes.allow(verb, on: name) else { return .none }
        return grants.lazy.map { $0.scope(verb, on: name) }.min() ?? .none
    }

    /// Whether a key's scopes leave a right that no role gives, as that to one's own views.
    func allowsPersonal(_ verb: Verb, on name: String) -> Bool {
        scopes.allow(verb, on: name)
    }

    /// Whether a right reaches anything at all.
    package func allows(_ verb: Verb, on name: String) -> Bool {
        scope(verb, on: name) > .none
    }

    /// The users whose records a right reaches; nil for everybody's, and for nobody's at once.
    func users(within scope: Scope) -> [Int64]? {
        switch scope {
        case .none: []
        case .own: user.map { [$0] } ?? []
        case .team: team
        case .all: nil
        }
    }

    /// The teams whose own records a right reaches; nil for every team's.
    func teams(within scope: Scope) -> [Int64]? {
        switch scope {
        case .none, .own: []
        case .team: teams
        case .all: nil
        }
    }

    /// A mark of what it allows on some resources and on all areas, or on everything: another one where anything of that was
    /// given or taken since.
    ///
    /// Whose records these rights reach is no part of it.
    func mark(of resources: Set<String>?) -> [UInt8] {
        let rights = resources.map(rights) ?? grants.map(\.text) + [scopes.text]
        return Digest.sha256(Array(([user.map(String.init) ?? ""] + rights).joined(separator: "\n").utf8))
    }

    private func rights(on resources: Set<String>) -> [String] {
        let names = resources.sorted() + Area.allCases.map(\.rawValue)
        return names.flatMap { name in
            Verb.allCases.map { "\(name).\($0.rawValue) \(scope($0, on: name))" }
                + restrictions(of: name).byName.sorted { $0.key < $1.key }.map {
                    "\(name).\($0.key) \($0.value.reading) \($0.value.isWritable)"
                }
        }
    }

    // MARK: Records

    /// The records of a resource that a right reaches.
    ///
    /// To see and to change also reach the records that were shared with the actor. What the actor may not see cannot be
    /// reached by any other right.
    package func visibility(of resource: Resource, _ verb: Verb = .read, at now: Int64) -> Visibility {
        if let personal = resource.rules.visibility(for: user) {
            // What belongs to persons is for persons, and for Koi itself.
            guard user != nil || isFull else { return .none }
            return scopes.allow(verb, on: resource.name) ? personal : .none
        }
        let own = unshared(of: resource, verb)
        guard own != .all, verb == .read || verb == .change, allows(verb, on: resource.name), let user else {
            return own
        }
        let shared = collaborations.records(of: resource.name, toWrite: verb == .change, at: now)
        return shared.isEmpty ? own : .any([own, .shared(shared, with: user)])
    }

    /// The records that a right reaches by the role alone, without those that were shared.
    package func unshared(of resource: Resource, _ verb: Verb) -> Visibility {
        visibility(of: resource, within: min(scope(verb, on: resource.name), scope(.read, on: resource.name)))
    }

    private func visibility(of resource: Resource, within scope: Scope) -> Visibility {
        guard scope != .all else { return .all }
        guard let field = resource.ownerField, let users = users(within: scope) else { return .none }
        guard let teamField = resource.teamField, let teams = teams(within: scope), !teams.isEmpty else {
            return users.isEmpty ? .none : .owned(field: field, by: users)
        }
        return .any([.owned(field: field, by: users), .owned(field: teamField, by: teams)])
    }

    // MARK: Fields

    package func restrictions(of resource: String) -> FieldRestrictions {
        restrictions[resource] ?? .none
    }

    /// What writes a record's fields as far as the actor may see them.
    func encoder(of resource: Resource, _ selection: Selection = Selection()) -> RecordEncoder {
        guard let encoder = encoders[resource.name] else { return resource.encoder(for: selection) }
        guard !selection.isPlain else { return encoder }
        return RecordEncoder(
            resource.name,
            resource.fields,
            selection,
            restrictions(of: resource.name),
            guarded: guarded[resource.name] ?? []
        )
    }

    /// Whether a field of the resource is held back from somebody.
    func isGuarded(_ resource: String) -> Bool { guarded[resource] != nil }

    /// Which of these fields of a resource the actor sees in clear, and others do not.
    func watched(_ fields: [String], of resource: String) -> Set<String> {
        let held = restrictions(of: resource)
        return (guarded[resource] ?? []).intersection(fields).filter { held.reading($0) == .clear }
    }
}

/// What one may have a right to beside the resources.
package enum Area: String, Sendable, CaseIterable {
    /// The log of all changes.
    case events
    case jobs
    case backups
    case settings
    /// Who read what is masked for others, and who failed to sign in.
    case accesses
    /// Erasing a person, and telling a person what is held.
    case privacy
    /// How Koi itself does.
    case metrics
    /// To go on where Koi's rules say that something is missing: each time with a reason, which is kept.
    case overrides

    /// The verbs that mean something here.
    package var verbs: [Verb] {
        switch self {
        case .events, .accesses: [.read, .export]
        case .jobs, .settings: [.read, .change]
        case .backups: [.read, .create]
        case .privacy: [.change, .export]
        case .metrics: [.read]
        case .overrides: [.change]
        }
    }
}

/// What a key may do at most: all, or what it lists as `customers.read`, `contacts.*`, `*.read`; a star takes in every
/// resource and no area.
package struct KeyScopes: Sendable, Equatable {
    private let listed: Set<String>?

    package static let all = KeyScopes(listed: nil)
    /// What is one's own and no resource: a key may be kept from it, too.
    static let notifications = "notifications"

    private init(listed: Set<String>?) {
        self.listed = listed
    }

    /// - Parameter scopes: those of a key; none for no limit.
    package init(_ scopes: [String]) {
        listed = scopes.isEmpty ? nil : Set(scopes)
    }

    var isAll: Bool { listed == nil }

    fileprivate var text: String { listed?.sorted().joined(separator: ",") ?? "all" }

    func allow(_ verb: Verb, on name: String) -> Bool {
        guard let listed else { return true }
        if listed.contains(name + "." + verb.rawValue) || listed.contains(name + ".*") { return true }
        // An area is given by its name alone, as by a role.
        guard Grants.takesOthers(name) else { return false }
        return listed.contains("*." + verb.rawValue) || listed.contains("*.*")
    }
}

/// The single records that were shared with a user.
package struct Collaborations: Sendable {
    private struct Share: Sendable {
        let record: Int64
        let mayWrite: Bool
        let expiresAt: Int64?
    }

    private var shares: [String: [Share]] = [:]

    package init() {}

    /// Those of one user.
    init(of user: Int64, _ connection: Connection) throws {
        try connection.query(
            "SELECT resource, record, access, \"expiresAt\" FROM collaborators WHERE \"user\" = ? ORDER BY resource, record",
            [.integer(user)]
        ) { row in
            shares[row.text(0), default: []].append(
                Share(record: row.int(1), mayWrite: row.text(2) == "write", expiresAt: row.intOrNil(3))
            )
        }
    }

    func hasAny(of resource: String) -> Bool { shares[resource] != nil }

    func records(of resource: String, toWrite: Bool, at now: Int64) -> [Int64] {
        guard let shares = shares[resource] else { return [] }
        return shares.filter { ($0.mayWrite || !toWrite) && ($0.expiresAt ?? .max) > now }.map(\.record)
    }
}
