import KoiJSON

/// What an actor may do with the records of one resource, asked by the service before each write.
///
/// What the actor may not see was refused as not found before; what it sees and may not do is 403.
struct RecordPermission {
    private let resource: Resource
    private let transaction: Transaction
    private var access: Access { transaction.actor.access }

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
    }

    /// Whether the resource's own rules decide, and no role.
    private var isPersonal: Bool {
        resource.rules.visibility(for: transaction.actor.user) != nil
    }

    /// Gives a new record to its maker where it names no owner, and checks that the maker reaches the owner it names.
    func checkNew(_ record: inout Record) throws {
        guard !access.isFull else { return }
        guard !isPersonal else { return try checkPersonal(.create) }
        let scope = access.scope(.create, on: resource.name)
        guard scope > .none else { throw Problem.notPermitted(.create, resource.name) }
        guard let field = ownField else {
            guard scope == .all else { throw Problem.notPermitted(.create, resource.name) }
            return
        }
        let reach = max(scope, access.scope(.assign, on: resource.name))
        if let team = resource.teamField.flatMap({ record[$0].integerValue }), record[field].isNull {
            return try require(team: team, within: reach)
        }
        if record[field].isNull, scope < .all, let user = transaction.actor.user { record[field] = .integer(user) }
        try require(record[field].integerValue, within: reach)
    }

    /// - Throws: `Problem` 403 where the actor may not take records away as a table, as it sees them.
    func checkExport() throws {
        try require(.export)
    }

    /// - Throws: `Problem` 403 where a right reaches no record at all.
    func require(_ verb: Verb) throws {
        guard !isPersonal else { return try checkPersonal(verb) }
        try transaction.actor.require(verb, on: resource.name)
    }

    private func checkPersonal(_ verb: Verb) throws {
        guard access.allowsPersonal(verb, on: resource.name) else { throw Problem.notPermitted(verb, resource.name) }
    }

    /// The field with the owner, where a client may set it.
    private var ownField: String? {
        guard let name = resource.ownerField, let field = resource.field(name), !field.isReadOnly else { return nil }
        return name
    }

    /// - Throws: `Problem` 403 where the right does not reach a record that the actor sees.
    func check(_ verb: Verb, _ record: Record) throws {
        guard !access.isFull else { return }
        guard !isPersonal else { return try checkPersonal(verb) }
        let reached = transaction.visibility(of: resource, verb)
        guard reached.allows(record) else { throw Problem.notPermitted(verb, resource.name) }
    }

    /// A record changes hands between people whom the right to assign reaches, both of them.
    func checkOwner(_ record: Record, before: Record) throws {
        guard !access.isFull, !isPersonal, let field = ownField, record[field] != before[field] else { return }
        let reach = access.scope(.assign, on: resource.name)
        guard reach > .none else { throw Problem.notPermitted(.assign, resource.name) }
        if let owner = before[field].integerValue { try require(owner, within: reach) }
        try require(record[field].integerValue, within: reach)
    }

    /// A record is given up by its owner, or taken from somebody whom the right to assign reaches.
    ///
    /// - Throws: `Problem.invalid` where the role may not write the owner, 403 where it may not take the record from them.
    func checkRelease(_ before: Record) throws {
        guard !access.isFull, !isPersonal, let field = ownField, let owner = before[field].integerValue else { return }
        try requireWritable(field)
        guard owner != transaction.actor.user else { return }
        let reach = access.scope(.assign, on: resource.name)
        guard reach > .none else { throw Problem.notPermitted(.assign, resource.name) }
        try require(owner, within: reach)
    }

    /// Somebody takes a record that nobody has.
    ///
    /// - Throws: as for any other change of owner.
    func checkClaim(_ record: Record, before: Record) throws {
        guard !access.isFull, !isPersonal, let field = ownField else { return }
        try require(.read)
        try require(.change)
        try requireWritable(field)
        try checkOwner(record, before: before)
    }

    private func requireWritable(_ field: String) throws {
        guard !access.restrictions(of: resource.name).isWritable(field) else { return }
        throw Problem.invalid([RecordDraft.notWritable.issue(field: field)])
    }

    /// Whether the actor may make a record that belongs to somebody.
    func mayGive(to owner: Int64) -> Bool {
        guard !access.isFull, !isPersonal else { return true }
        let reach = max(access.scope(.create, on: resource.name), access.scope(.assign, on: resource.name))
        return access.users(within: reach)?.contains(owner) ?? true
    }

    private func require(team: Int64, within scope: Scope) throws {
        guard access.teams(within: scope)?.contains(team) ?? true else { throw Problem.outOfReach(resource) }
    }

    private func require(_ owner: Int64?, within scope: Scope) throws {
        guard let users = access.users(within: scope) else { return }
        guard let owner, users.contains(owner) else {
            throw Problem.outOfReach(resource)
        }
    }
}

extension Problem {
    /// To give records to, or take them from, somebody whom the right to assign does not reach.
    static func outOfReach(_ resource: Resource) -> Problem {
        forbidden(
            "out_of_reach",
            "Your role lets you give \(resource.pluralLabel.en) only to people within your reach, and take them only from those.",
            "您的角色只能在您的权限范围内的人员之间分配\(resource.label.zh)。"
        )
    }
}
