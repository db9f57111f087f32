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
    /// - Parameters:
    ///   - own: fields that Koi sets itself, whatever the actor may write or see.
    ///   - allowsDuplicate: whether it is stored also where such a record may be there already.
    ///   - lacking: whether it is stored also without what the company asks for beyond the field list.
    /// - Throws: `Problem.invalid` naming every field that is not as it should be; 403 where the actor may not add it; 409
    ///   where such a record may be there already; 429 where the actor sent many that it may not see.
    package func add(
        _ body: JSONObject,
        setting own: JSONObject = [:],
        allowsDuplicate: Bool = false,
        lacking: Bool = false
    ) throws -> Record {
        try add(body, setting: own, refusing: allowsDuplicate ? .off : .all, lacking: lacking)
    }

    /// - Parameters:
    ///   - duplicates: what is refused since it may be there already, within what the company has refused.
    ///   - times: where it was made before, in another Koi.
    func add(
        _ body: JSONObject,
        setting own: JSONObject = [:],
        refusing duplicates: DuplicatePolicy,
        lacking: Bool = false,
        at times: CarriedTimes? = nil
    ) throws -> Record {
        var issues: [Problem.Issue] = []
        var record = Record(resource)
        resource.rules.begin(&record, in: transaction)
        let body = try ExternalReferences(transaction).resolved(body, resource.field, &issues)
        RecordDraft(resource, transaction).fill(&record, from: body, isNew: true, lacking: lacking, &issues)
        try permission.checkNew(&record)
        record["version"] = 1
        record["createdAt"] = .string(Timestamp.text(transaction.now))
        record["updatedAt"] = record["createdAt"]
        times?.set(in: &record)
        try check(&record, before: nil, &issues)
        for member in own.members { record[member.name] = member.value }
        return try insert(record, try DuplicateCheck(transaction).check(record, duplicates))
    }

    /// Stores a new record that a rule made in memory, whoever causes it.
    func add(made: Record) throws -> Record {
        var record = made
        var issues: [Problem.Issue] = []
        record["version"] = 1
        record["createdAt"] = .string(Timestamp.text(transaction.now))
        record["updatedAt"] = record["createdAt"]
        try resource.rules.check(&record, before: nil, issues: &issues, in: transaction)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return try insert(record, nil)
    }

    private func insert(_ new: Record, _ likeness: Likeness?) throws -> Record {
        var record = new
        record["id"] = .integer(try store.insert(record, likeness))
        try resource.rules.saved(record, before: nil, in: transaction)
        try log("created", record, before: nil, fields: resource.declared)
        try OwnerChange(record, before: nil)?.follow(in: transaction)
        try AssignmentService(resource, transaction)?.begin(record)
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
        try save(try changed(before, by: patch, match: match), before: before, reason: reason)
    }

    /// What a merge patch makes of a record, checked and not stored.
    private func changed(_ before: Record, by patch: JSONObject, match: (Int64) throws -> Void) throws -> Record {
        try permission.check(.change, before)
        try match(before.version)
        var record = before
        var issues: [Problem.Issue] = []
        let patch = try ExternalReferences(transaction).resolved(patch, resource.field, &issues)
        RecordDraft(resource, transaction).fill(&record, from: patch, isNew: false, &issues)
        try permission.checkOwner(record, before: before)
        try check(&record, before: before, &issues)
        return record
    }

    /// A record as it is, and as a merge patch would make it; nothing is stored.
    ///
    /// - Throws: what to change it throws.
    func changed(_ id: Int64, by patch: JSONObject) throws -> (before: Record, after: Record) {
        let before = try find(id)
        return (before, try changed(before, by: patch, match: { _ in }))
    }

    /// Tells whether a patch could change any record, before one is looked at.
    ///
    /// - Throws: `Problem.invalid` for what no record could take.
    func checkPatch(_ patch: JSONObject) throws {
        var record = Record(resource)
        var issues: [Problem.Issue] = []
        let patch = try ExternalReferences(transaction).resolved(patch, resource.field, &issues)
        RecordDraft(resource, transaction).fill(&record, from: patch, isNew: false, &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    /// - Throws: what to remove the record throws.
    func checkRemoval(_ id: Int64) throws {
        let record = try find(id)
        try permission.check(.remove, record)
        try resource.rules.removing(record, in: transaction)
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
        var changed = changed
        resource.rules.complete(&changed)
        if let owner = resource.changeableOwner, changed[owner.name] != before[owner.name] {
            try resource.rules.handingOver(&changed, before: before, reason: reason, in: transaction)
        }
        return try save(changed, before: before, fields: changed.changedFields(from: before), reason: reason)
    }

    /// The same for these fields, which may be such as only Koi writes.
    ///
    /// - Parameters:
    ///   - verb: what the event says of it.
    ///   - details: what it says beside what changed.
    func save(
        _ changed: Record,
        before: Record,
        fields: [Field],
        reason: String? = nil,
        verb: String = "changed",
        details: JSONObject = [:]
    ) throws -> Record {
        guard !fields.isEmpty else { return before }
        let record = next(changed, before)
        try store.update(record, changed: fields)
        try resource.rules.saved(record, before: before, in: transaction)
        try log(verb, record, before: before, fields: fields, reason: reason, details: details)
        try OwnerChange(record, before: before, reason: reason)?.follow(in: transaction)
        return record
    }

    /// Lays a record into the bin.
    package func remove(_ id: Int64, match: (Int64) throws -> Void = { _ in }) throws {
        let before = try find(id)
        try permission.check(.remove, before)
        try match(before.version)
        try resource.rules.removing(before, in: transaction)
        try layAway(before, "removed")
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
        try MergedRecord.refuseReturn(before, transaction)
        return try putBack(before, "restored")
    }

    /// Takes a record out of the bin, whoever asks for it.
    ///
    /// - Parameters:
    ///   - changed: the record as it will be, where it is not as it lies there.
    ///   - verb: what the event says of it.
    ///   - details: what it says beside what changed.
    ///   - others: the records in whose timeline it belongs beside those that the rules name.
    func putBack(
        _ before: Record,
        as changed: Record? = nil,
        _ verb: String,
        _ details: JSONObject = [:],
        also others: [EventSubject] = []
    ) throws -> Record {
        var record = next(changed ?? before, before)
        record["removedAt"] = .null
        var issues: [Problem.Issue] = []
        try check(&record, before: before, &issues)
        try OwnedRecords(transaction).refuseReturn(record)
        let fields = record.changedFields(from: before)
        try store.setRemoved(record)
        if !fields.isEmpty { try store.update(record, changed: fields) }
        try resource.rules.saved(record, before: before, in: transaction)
        try log(verb, record, before: before, fields: fields, details: details, also: others)
        try OwnerChange(record, before: before)?.follow(in: transaction)
        return record
    }

    /// Lays a record into the bin, whoever asks for it.
    ///
    /// - Parameters: as of `putBack`.
    func layAway(
        _ before: Record,
        as changed: Record? = nil,
        _ verb: String,
        _ details: JSONObject = [:],
        also others: [EventSubject] = []
    ) throws {
        var record = next(changed ?? before, before)
        record["removedAt"] = record["updatedAt"]
        let fields = record.changedFields(from: before)
        try store.setRemoved(record)
        if !fields.isEmpty { try store.update(record, changed: fields) }
        try resource.rules.saved(record, before: before, in: transaction)
        try log(verb, record, before: before, fields: fields, details: details, also: others)
    }

    private func check(
        _ record: inout Record,
        before: Record?,
        _ issues: inout [Problem.Issue]
    ) throws {
        try resource.rules.check(&record, before: before, issues: &issues, in: transaction)
        try ReferenceCheck(transaction).check(record, before: before, issues: &issues)
        try OwnerChange(record, before: before)?.check(&issues, in: transaction)
        // Last, so that nobody learns of another's keys by what could not be stored anyway.
        if issues.isEmpty { try ExternalIDCheck(transaction).check(record, before: before, issues: &issues) }
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
        reason: String? = nil,
        details: JSONObject = [:],
        also others: [EventSubject] = []
    ) throws {
        func values(_ record: Record, _ fields: [Field]) -> JSONObject {
            JSONObject(fields.map { JSONObject.Member(name: $0.name, value: record[$0.name]) })
        }
        var members: [JSONObject.Member] = []
        if let before, !fields.isEmpty {
            members.append(JSONObject.Member(name: "before", value: .object(values(before, fields))))
        }
        if !fields.isEmpty || !details.isEmpty {
            let shown = before == nil ? fields.filter { record[$0.name] != $0.fallback } : fields
            let after = values(record, shown).members + details.members
            members.append(JSONObject.Member(name: "after", value: .object(JSONObject(after))))
        }
        members += details.members
        if let reason { members.append(JSONObject.Member(name: "reason", value: .string(reason))) }
        if resource.isAnonymous { transaction.leaveNoTrace() }
        let event = try transaction.events.append(
            Event(
                type: resource.singular + "." + verb,
                subject: EventSubject(resource: resource.name, id: record.id),
                payload: JSONObject(members),
                related: related(record, before, others),
                isAnonymous: resource.isAnonymous
            ),
            in: transaction
        )
        try resource.rules.happened(record, before: before, event: event, in: transaction)
    }

    /// An event that takes a record away from another belongs in that one's timeline, too.
    private func related(_ record: Record, _ before: Record?, _ others: [EventSubject]) -> [EventSubject] {
        let own = resource.rules.related(to: record)
        let after = own + others.filter { !own.contains($0) }
        guard let before else { return after }
        return after + resource.rules.related(to: before).filter { !after.contains($0) }
    }
}
