package import KoiJSON
import KoiSQLite

/// Adds, changes, removes and restores records of one resource: the field list is checked, the resource's own rules are
/// asked, the row, its links and search text are stored, and the event is written, all in the caller's transaction.
package struct RecordService {
    private let resource: Resource
    private let transaction: Transaction
    private let store: RecordStore
    private let visibility: Visibility
    private let permission: RecordPermission

    package init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        store = RecordStore(resource, transaction.connection)
        visibility = transaction.visibility(of: resource)
        permission = RecordPermission(resource, transaction)
    }

    /// - Throws: `Problem.notFound` where there is none that the actor may see.
    package func find(_ id: Int64) throws -> Record {
        guard let record = try store.find(id, visibility) else {
            throw Problem.notFound(resource.label)
        }
        return record
    }

    /// Stores a new record with the fields of `body`.
    ///
    /// - Throws: `Problem.invalid` naming every field that is not as it should be; 403 where the actor may not add it.
    package func add(_ body: JSONObject) throws -> Record {
        var issues: [Problem.Issue] = []
        var record = Record(resource)
        resource.rules.begin(&record, in: transaction)
        let draft = RecordDraft(resource, transaction)
        draft.fill(&record, from: body, isNew: true, &issues)
        try permission.checkNew(&record)
        record["version"] = 1
        record["createdAt"] = .string(Timestamp.text(transaction.now))
        record["updatedAt"] = record["createdAt"]
        try check(&record, before: nil, &issues)
        record["id"] = .integer(try store.insert(record))
        try resource.rules.saved(record, before: nil, in: transaction)
        try log("created", record, before: nil, fields: resource.declared)
        try OwnerChange(record, before: nil)?.follow(in: transaction)
        return record
    }

    /// Applies a JSON merge patch (RFC 7396).
    ///
    /// A patch that changes nothing leaves the version and writes no event.
    ///
    /// - Parameters:
    ///   - reason: why, for the event and the history of owners.
    ///   - match: tells whether the client's `If-Match` allows the stored version.
    /// - Throws: `Problem.notFound`, `Problem.invalid`, or what `match` throws.
    package func change(
        _ id: Int64,
        _ patch: JSONObject,
        reason: String? = nil,
        match: (Int64) throws -> Void = { _ in }
    ) throws -> Record {
        try change(try find(id), patch, reason: reason, match: match)
    }

    private func change(
        _ before: Record,
        _ patch: JSONObject,
        reason: String?,
        match: (Int64) throws -> Void
    ) throws -> Record {
        try permission.check(.change, before)
        try match(before.version)
        var record = before
        var issues: [Problem.Issue] = []
        RecordDraft(resource, transaction).fill(&record, from: patch, isNew: false, &issues)
        try permission.checkOwner(record, before: before)
        try check(&record, before: before, &issues)
        return try save(record, before: before, reason: reason)
    }

    /// Gives a record to another owner, or to nobody.
    ///
    /// - Parameters:
    ///   - reason: why, for the event and the history of owners.
    ///   - inBin: whether the record lies in the bin, where it stays.
    /// - Throws: `Problem.notFound`, `Problem.invalid`, 403 where the right to assign does not reach both owners, or what
    ///   `match` throws.
    package func assign(
        _ id: Int64,
        to owner: Int64?,
        reason: String?,
        inBin: Bool = false,
        match: (Int64) throws -> Void = { _ in }
    ) throws -> Record {
        guard let field = resource.changeableOwner, let before = try store.find(id, visibility, inBin: inBin) else {
            throw Problem.notFound(resource.label)
        }
        let patch = JSONObject([.init(name: field.name, value: owner.map(JSONValue.integer) ?? .null)])
        return try change(before, patch, reason: reason, match: match)
    }

    /// Stores a record that a rule changed in memory.
    ///
    /// Nothing is stored where nothing differs.
    package func save(_ changed: Record, before: Record, reason: String? = nil) throws -> Record {
        let fields = changed.changedFields(from: before)
        guard !fields.isEmpty else { return before }
        let record = next(changed, before)
        try store.update(record, changed: fields)
        try resource.rules.saved(record, before: before, in: transaction)
        try log("changed", record, before: before, fields: fields, reason: reason)
        try OwnerChange(record, before: before, reason: reason)?.follow(in: transaction)
        return record
    }

    /// Lays a record into the bin.
    package func remove(_ id: Int64, match: (Int64) throws -> Void = { _ in }) throws {
        let before = try find(id)
        try permission.check(.remove, before)
        try match(before.version)
        try resource.rules.removing(before, in: transaction)
        var record = next(before, before)
        record["removedAt"] = record["updatedAt"]
        try store.setRemoved(record)
        try resource.rules.saved(record, before: before, in: transaction)
        try log("removed", record, before: before, fields: [])
    }

    /// Takes a record out of the bin, with what the rules have to change of it.
    ///
    /// One that is not in it stays as it is.
    package func restore(
        _ id: Int64,
        match: (Int64) throws -> Void = { _ in }
    ) throws -> Record {
        if let living = try store.find(id, visibility) {
            try permission.check(.remove, living)
            try match(living.version)
            return living
        }
        guard let before = try store.find(id, visibility, inBin: true) else {
            throw Problem.notFound(resource.label)
        }
        try permission.check(.remove, before)
        try match(before.version)
        var record = next(before, before)
        record["removedAt"] = .null
        var issues: [Problem.Issue] = []
        try check(&record, before: before, &issues)
        try OwnedRecords(transaction).refuseReturn(record)
        let fields = record.changedFields(from: before)
        try store.setRemoved(record)
        if !fields.isEmpty { try store.update(record, changed: fields) }
        try resource.rules.saved(record, before: before, in: transaction)
        try log("restored", record, before: before, fields: fields)
        try OwnerChange(record, before: before)?.follow(in: transaction)
        return record
    }

    private func check(
        _ record: inout Record,
        before: Record?,
        _ issues: inout [Problem.Issue]
    ) throws {
        try resource.rules.check(&record, before: before, issues: &issues, in: transaction)
        try ReferenceCheck(transaction).check(record, before: before, issues: &issues)
        try OwnerChange(record, before: before)?.check(&issues, in: transaction)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private func next(_ record: Record, _ before: Record) -> Record {
        var next = record
        next["version"] = .integer(before.version + 1)
        next["updatedAt"] = .string(Timestamp.text(transaction.now))
        return next
    }

    private func log(
        _ verb: String,
        _ record: Record,
        before: Record?,
        fields: [Field],
        reason: String? = nil
    ) throws {
        func values(_ record: Record, _ fields: [Field]) -> JSONValue {
            .object(
                JSONObject(
                    fields.map { JSONObject.Member(name: $0.name, value: record[$0.name]) }
                )
            )
        }
        var members: [JSONObject.Member] = []
        if let before, !fields.isEmpty {
            members.append(JSONObject.Member(name: "before", value: values(before, fields)))
        }
        if !fields.isEmpty {
            let shown = before == nil ? fields.filter { record[$0.name] != $0.fallback } : fields
            members.append(JSONObject.Member(name: "after", value: values(record, shown)))
        }
        if let reason { members.append(JSONObject.Member(name: "reason", value: .string(reason))) }
        try transaction.events.append(
            Event(
                type: resource.singular + "." + verb,
                subject: EventSubject(resource: resource.name, id: record.id),
                payload: JSONObject(members),
                related: related(record, before),
                isAnonymous: resource.isAnonymous
            ),
            in: transaction
        )
    }

    /// An event that takes a record away from another belongs in that one's timeline, too.
    private func related(_ record: Record, _ before: Record?) -> [EventSubject] {
        let after = resource.rules.related(to: record)
        guard let before else { return after }
        return after + resource.rules.related(to: before).filter { !after.contains($0) }
    }
}
