import KoiJSON

@testable import Koi

/// Who may see and do what, worked out from nothing but a role's words and the owners of records: the plain form of the
/// rule against which Koi is held.
struct PermissionModel {
    let cast: Cast
    let resource: Resource
    /// The rights of the subject on this resource.
    var rights: [Verb: Scope] = [:]
    /// Records that were shared with the subject.
    var shared: Set<Int64> = []

    init(_ cast: Cast, _ resource: Resource, _ rights: [Verb: Scope] = [:]) {
        self.cast = cast
        self.resource = resource
        self.rights = rights
    }

    /// Whether the subject's own records are the subject's whatever the role says, and all others nobody's.
    var isPersonal: Bool { resource.rules.visibility(for: cast.subject) != nil }

    func reaches(_ verb: Verb, _ record: JSONValue) -> Bool {
        if isShared(record), verb == .read || verb == .change, rights[verb] ?? .none > .none { return true }
        let owner = resource.ownerField.flatMap { record[$0].integerValue }
        if isPersonal { return owner == cast.subject }
        let scope = rights[verb] ?? .none
        return scope == .all || (owner.map { people(scope).contains($0) } ?? false)
    }

    func isShared(_ record: JSONValue) -> Bool {
        record["id"].integerValue.map(shared.contains) ?? false
    }

    /// What may not be seen cannot be reached otherwise.
    func allows(_ verb: Verb, _ record: JSONValue) -> Bool {
        reaches(verb, record) && reaches(.read, record)
    }

    func visible(_ records: [JSONValue]) -> [JSONValue] {
        records.filter { reaches(.read, $0) }
    }

    /// Whether a new record may be given to an owner; nil for nobody.
    func allowsNew(_ owner: Int64?) -> Bool {
        let create = rights[.create] ?? .none
        guard create > .none else { return false }
        guard hasSettableOwner else { return create == .all }
        return gives(owner, within: max(create, rights[.assign] ?? .none))
    }

    /// Whether a record may go from one owner to another.
    func allowsAssignment(of record: JSONValue, to owner: Int64?) -> Bool {
        guard let field = resource.ownerField, allows(.change, record) else { return false }
        let before = record[field].integerValue
        guard before != owner else { return true }
        let scope = rights[.assign] ?? .none
        guard scope > .none else { return false }
        return (before == nil || gives(before, within: scope)) && gives(owner, within: scope)
    }

    var hasSettableOwner: Bool {
        resource.ownerField.flatMap(resource.field).map { !$0.isReadOnly } ?? false
    }

    private func gives(_ owner: Int64?, within scope: Scope) -> Bool {
        scope == .all || (owner.map { people(scope).contains($0) } ?? false)
    }

    private func people(_ scope: Scope) -> Set<Int64> {
        switch scope {
        case .none, .all: []
        case .own: [cast.subject]
        case .team: Set([Cast.Owner.subject, .colleague, .junior].compactMap { cast[$0] })
        }
    }
}

extension [JSONValue] {
    /// The ids of records, in order.
    var ids: [Int64] { compactMap { $0["id"].integerValue } }
}
