import KoiJSON
import KoiSQLite

/// Tells which events change what an actor may see, or in which form, for other reasons than the records themselves: the
/// actor's role or key, its team and the teams below it, and the fields that the company made.
struct ChangeResets {
    /// What such events are about.
    static let sources = [
        Role.resource.name, User.resource.name, Team.resource.name, APIKey.resource.name,
        CustomFieldDefinition.resource.name,
    ]

    private let transaction: Transaction
    private let resources: Set<String>
    private let user: Int64?
    private let key: Int64?
    private let team: Int64?
    /// The user's, and the key's own.
    private let roles: Set<Int64>
    /// Whether anything is seen because it belongs to the own team.
    private let seesByTeam: Bool
    private let organisation: Organisation

    init(_ resources: [Resource], _ transaction: Transaction) throws {
        let actor = transaction.actor
        self.transaction = transaction
        self.resources = Set(resources.map(\.name))
        (user, key) = (actor.user, actor.key)
        organisation = transaction.catalog.organisation.current
        let person = user.flatMap { transaction.catalog.organisation.current.people[$0] }
        team = person?.team
        let keyRole =
            try actor.key.flatMap { key in
                try transaction.connection.first("SELECT role FROM keys WHERE id = ?", [.integer(key)]) {
                    $0.intOrNil(0)
                }
            } ?? nil
        roles = Set([person?.role, keyRole].compactMap(\.self))
        seesByTeam = resources.contains { actor.access.scope(.read, on: $0.name) == .team }
    }

    /// - Parameter payload: what changed; nil where that was erased, and then anything may have.
    func happen(
        _ resource: String,
        _ record: Int64,
        _ type: String,
        _ payload: () -> JSONObject?
    ) throws -> Bool {
        switch resource {
        case Role.resource.name:
            guard roles.contains(record), !type.hasSuffix(".created") else { return false }
            return touches(payload(), ["permissions", "fields"])
        case User.resource.name: return user == record ? ownMove(type, payload()) : othersMove(type, payload)
        case Team.resource.name:
            guard seesByTeam, !type.hasSuffix(".created") else { return false }
            return touches(payload(), ["parent"])
        case APIKey.resource.name:
            guard key == record, !type.hasSuffix(".created") else { return false }
            return touches(payload(), ["role", "scopes"])
        case CustomFieldDefinition.resource.name: return try changesForm(record, type)
        default: return false
        }
    }

    private func ownMove(_ type: String, _ payload: JSONObject?) -> Bool {
        type == User.resource.singular + ".changed" && touches(payload, ["role", "team"])
    }

    /// Whether somebody comes into the own team or the teams below it, or goes.
    private func othersMove(_ type: String, _ payload: () -> JSONObject?) -> Bool {
        guard seesByTeam, type == User.resource.singular + ".changed" else { return false }
        guard let payload = payload() else { return true }
        let sides = ["before", "after"].compactMap { payload[$0]?.objectValue?["team"] }
        return sides.contains { side in
            guard let team, let other = side.integerValue else { return false }
            return organisation.isWithin(other, team)
        }
    }

    /// Whether records are written with other custom values than before.
    private func changesForm(_ field: Int64, _ type: String) throws -> Bool {
        let definition = try transaction.connection.first(
            "SELECT resource, \"key\" FROM fields WHERE id = ?",
            [.integer(field)]
        ) { (resource: $0.text(0), key: $0.text(1)) }
        guard let definition, resources.contains(definition.resource) else { return false }
        if type.hasSuffix(".removed") || type.hasSuffix(".restored") { return true }
        guard type.hasSuffix(".created") else { return false }
        // What records had under the key of an earlier field is shown again.
        return try transaction.connection.first(
            "SELECT 1 FROM fields WHERE resource = ? AND \"key\" = ? AND id < ?",
            [.text(definition.resource), .text(definition.key), .integer(field)]
        ) { _ in true } ?? false
    }

    /// Whether a change has one of these fields, or none at all, as a removal has.
    private func touches(_ payload: JSONObject?, _ fields: [String]) -> Bool {
        guard let after = payload?["after"]?.objectValue else { return true }
        return fields.contains { after[$0] != nil }
    }
}
