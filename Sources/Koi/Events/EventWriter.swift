import KoiJSON
import KoiSQLite

/// Writes events as JSON, as far as the actor may see the fields that changed.
final class EventWriter {
    /// What `write` reads of events under alias `e` and their payloads under `p`.
    static let columns = """
        e.sequence, e.at, e."actorKind", e.actor, e."user", e.request, e.type, e.resource, e.record, e.related, p.payload
        """

    private let transaction: Transaction
    private var access: Access { transaction.actor.access }
    private var restrictions: [String: FieldRestrictions] = [:]

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func write(_ row: Row, into json: inout JSONWriter) {
        let (resource, record) = (row.text(7), row.int(8))
        json.beginObject()
        json.key("sequence")
        json.integer(row.int(0))
        json.key("at")
        json.timestamp(row.int(1))
        json.key("actor")
        json.value(["kind": .string(row.text(2)), "id": row.intOrNil(3).map(JSONValue.integer) ?? .null])
        json.key("user")
        json.value(row.intOrNil(4).map(JSONValue.integer) ?? .null)
        json.key("request")
        json.value(row.textOrNil(5).map(JSONValue.string) ?? .null)
        json.key("type")
        json.string(row.text(6))
        json.key("resource")
        json.string(resource)
        json.key("record")
        json.value(record == EventSubject.noRecord ? .null : .integer(record))
        json.key("related")
        json.value(.array(EventSubject.list(row.text(9)).map(\.json)))
        let change = row.textOrNil(10).flatMap { try? JSONReader.read(Array($0.utf8)) }?.objectValue
        writeChange(change ?? [:], of: record, resource, into: &json)
        json.endObject()
    }

    /// Writes the members `before` and `after`; where the payload was erased, both are null.
    func writeChange(
        _ change: JSONObject,
        of record: Int64,
        _ resource: String,
        into json: inout JSONWriter
    ) {
        for side in ["before", "after"] {
            json.key(side)
            guard let values = change[side]?.objectValue else {
                json.null()
                continue
            }
            noteSeen(values, of: record, resource)
            json.value(.object(shown(values, of: resource)))
        }
    }

    private func shown(_ values: JSONObject, of name: String) -> JSONObject {
        let held = restrictions(of: name)
        guard !held.isEmpty else { return values }
        let resource = transaction.catalog.resources[name]
        return JSONObject(
            values.members.compactMap { member in
                let shown =
                    resource?.field(member.name).map { held.shown(member.value, of: $0) }
                    ?? held.shown(member.value, member.name, .custom)
                return shown.map { JSONObject.Member(name: member.name, value: $0) }
            }
        )
    }

    /// What was changed is read in clear here, too, where it is held back from others.
    private func noteSeen(_ values: JSONObject, of record: Int64, _ resource: String) {
        guard access.isGuarded(resource) else { return }
        let custom = values["custom"]?.objectValue?.members.map { "custom." + $0.name } ?? []
        let seen = access.watched(values.members.map(\.name) + custom, of: resource)
        if !seen.isEmpty { transaction.saw(seen, of: record, resource) }
    }

    private func restrictions(of resource: String) -> FieldRestrictions {
        if let known = restrictions[resource] { return known }
        let held = access.restrictions(of: resource)
        restrictions[resource] = held
        return held
    }
}

extension EventSubject {
    /// Reads `customers/2 contacts/5`.
    static func list(_ text: String) -> [EventSubject] {
        text.split(separator: " ").compactMap { part in
            let names = part.split(separator: "/")
            guard names.count == 2, let id = Digits.integer(String(names[1])) else { return nil }
            return EventSubject(resource: String(names[0]), id: id)
        }
    }

    fileprivate var json: JSONValue { ["resource": .string(resource), "record": .integer(id)] }
}
