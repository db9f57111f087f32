import KoiJSON

/// What a right is about.
package enum Verb: String, Sendable, CaseIterable {
    case read
    case create
    case change
    case remove
    case export
    case `import`
    /// To give a record to another owner.
    case assign
}

/// How far a right reaches.
///
/// Each reaches what the ones before it reach, too.
package enum Scope: Int, Sendable, Comparable, CaseIterable {
    case none
    /// Records of one's own.
    case own
    /// Records of everybody in one's team and in the teams below it.
    case team
    case all

    package static func < (left: Scope, right: Scope) -> Bool { left.rawValue < right.rawValue }

    package init?(_ name: String) {
        guard let scope = Scope.allCases.first(where: { $0.name == name }) else { return nil }
        self = scope
    }

    package var name: String {
        switch self {
        case .none: "none"
        case .own: "own"
        case .team: "team"
        case .all: "all"
        }
    }
}

/// The rights of one role.
///
/// They are kept by the name of a resource or area, `*` for those not named, and verb. A named resource may leave verbs
/// out; for those `*` holds.
package struct Grants: Sendable, Equatable {
    static let others = "*"
    /// Resources that `*` does not stand for, as it does for no area: what they are set to do leads out of Koi.
    private static let named: Set<String> = ["webhooks"]

    /// Whether a right to all resources gives one to this.
    static func takesOthers(_ name: String) -> Bool { Area(rawValue: name) == nil && !named.contains(name) }

    /// Whether everything is allowed, be it named or not.
    package let isFull: Bool
    private let scopes: [String: [Verb: Scope]]
    private let fields: [String: [String: FieldRestriction]]

    package static let full = Grants(isFull: true, scopes: [:], fields: [:])
    package static let nothing = Grants(isFull: false, scopes: [:], fields: [:])

    private init(
        isFull: Bool,
        scopes: [String: [Verb: Scope]],
        fields: [String: [String: FieldRestriction]]
    ) {
        self.isFull = isFull
        self.scopes = scopes
        self.fields = fields
    }

    /// Reads what a role says; what cannot be read gives nothing.
    init(permissions: JSONObject, fields: JSONObject) {
        var scopes: [String: [Verb: Scope]] = [:]
        for entry in permissions.members {
            for right in entry.value.objectValue?.members ?? [] {
                guard let verb = Verb(rawValue: right.name) else { continue }
                scopes[entry.name, default: [:]][verb] = right.value.stringValue.flatMap(Scope.init) ?? Scope.none
            }
        }
        var restrictions: [String: [String: FieldRestriction]] = [:]
        for entry in fields.members {
            for field in entry.value.objectValue?.members ?? [] {
                restrictions[entry.name, default: [:]][field.name] = FieldRestriction(field.value)
            }
        }
        self.init(isFull: false, scopes: scopes, fields: restrictions)
    }

    package func scope(_ verb: Verb, on name: String) -> Scope {
        if isFull { return .all }
        if let scope = scopes[name]?[verb] { return scope }
        // What is beside the records is given by name only.
        return Grants.takesOthers(name) ? scopes[Grants.others]?[verb] ?? .none : .none
    }

    /// All of it in one order.
    var text: String {
        guard !isFull else { return "full" }
        let rights = scopes.flatMap { name, verbs in verbs.map { "\(name).\($0.key.rawValue)=\($0.value.name)" } }
        let held = fields.flatMap { name, fields in
            fields.map { "\(name).\($0.key):\($0.value.reading.rawValue)\($0.value.isWritable)" }
        }
        return (rights.sorted() + held.sorted()).joined(separator: ",")
    }

    /// What of a resource's fields is held back.
    func restrictions(of resource: String) -> [String: FieldRestriction] {
        isFull ? [:] : fields[resource] ?? [:]
    }

    /// The fields of which some are held back.
    var restrictedFields: [String: Set<String>] {
        fields.mapValues { Set($0.filter { $0.value.reading != .clear }.keys) }
    }
}
