import KoiHTTP
import KoiJSON
import KoiSQLite

/// Makes one record of two.
///
/// The survivor gets what is worth keeping of the loser's fields, everything that named the loser names the survivor, and the
/// loser lies in the bin, from where its number leads to the survivor. To merge is one right: who may change and remove both
/// records has all that names the loser follow, be it that they see it or not.
struct MergeService {
    /// References that are moved at once, in the transaction of the merge; a job moves the others.
    static let movedAtOnce = 200

    private let resource: Resource
    private let transaction: Transaction
    private let store: MergeStore
    private let records: RecordStore
    private let movedAtOnce: Int

    init(_ resource: Resource, _ transaction: Transaction, movedAtOnce: Int = MergeService.movedAtOnce) {
        self.resource = resource
        self.transaction = transaction
        self.movedAtOnce = movedAtOnce
        store = MergeStore(transaction.connection)
        records = RecordStore(resource, transaction.connection)
    }

    /// - Parameter match: tells whether the client's `If-Match` allows the survivor's version.
    /// - Throws: `Problem.notFound` where the actor does not see the survivor, `Problem.invalid` where it does not see the
    ///   loser or the result cannot be stored, 403 where it may not change and remove both, and what `match` throws.
    func merge(_ survivor: Int64, _ order: MergeOrder, match: (Int64) throws -> Void = { _ in }) throws -> Merge {
        let (survivor, loser) = try pair(survivor, order.loser)
        try match(survivor.version)
        let draft = try MergeDraft(survivor, loser, order, in: transaction)
        let id = try store.insert(
            resource.name,
            survivor: survivor.id,
            loser: loser.id,
            user: transaction.actor.user,
            now: transaction.now
        )
        let service = RecordService(resource, transaction)
        // First, so that a rule for what lives does not find the two side by side.
        try service.layAway(
            loser,
            as: withoutKeys(of: draft.record, loser),
            "merged",
            ["into": .integer(survivor.id), "merge": .integer(id)],
            also: [EventSubject(resource: resource.name, id: survivor.id)]
        )
        for outcome in draft.outcomes where outcome.result != outcome.survivor {
            let change = MergeChange(survivor, outcome.field.name, before: outcome.survivor, after: outcome.result)
            try store.add(change, to: id)
        }
        let stored = try service.save(draft.record, before: survivor)
        if Pool.pooled.contains(resource.name), stored["pool"] != survivor["pool"] {
            try store.add(MergeChange(survivor, "pool", before: survivor["pool"], after: stored["pool"]), to: id)
        }
        var snapshot = MergeSnapshot(survivor: survivor, loser: loser)
        snapshot.collaborators = try CollaboratorService(resource, transaction).adopt(from: loser.id, by: stored)
        snapshot.notifications = try moveNotifications(from: loser.id, to: survivor.id)
        snapshot.consents = try MergedConsents(resource, transaction).adopt(from: loser.id, by: survivor.id)
        for field in snapshot.consents.fields {
            try store.add(MergeChange(survivor, field, before: .null, after: .null), to: id)
        }
        snapshot.recipients = try moveRecipients(from: loser.id, to: survivor.id)
        snapshot.distinct = try DistinctPairs(resource, transaction).adopt(from: loser.id, by: survivor.id)
        try store.setSnapshot(snapshot, of: id)
        try MergedFilters(resource, transaction).move(found(id))
        try moveReferences(id)
        return try found(id)
    }

    /// A key leads to one record: the loser gives up those that the survivor gets.
    private func withoutKeys(of survivor: Record, _ loser: Record) -> Record {
        let name = SystemField.externalIDs.name
        guard resource.takesExternalIDs else { return loser }
        let given = Set(ExternalID.list(survivor[name]))
        var left = loser
        left[name] = .array(ExternalID.list(loser[name]).filter { !given.contains($0) }.map(\.json))
        return left
    }

    private func moveReferences(_ id: Int64) throws {
        let merge = try found(id)
        let moved = try MergeMover(merge, resource, in: transaction).move(atMost: movedAtOnce)
        guard moved < movedAtOnce else {
            try transaction.jobs.add(MergeJob.job(for: merge))
            return
        }
        try store.setState(.merged, of: id)
    }

    private func moveNotifications(from loser: Int64, to survivor: Int64) throws -> [Int64] {
        try transaction.connection.rows(
            "UPDATE notifications SET record = ? WHERE resource = ? AND record = ? RETURNING id",
            [.integer(survivor), .text(resource.name), .integer(loser)]
        ) { $0.int(0) }
    }

    /// Who was to get a message under both numbers gets it once.
    private func moveRecipients(from loser: Int64, to survivor: Int64) throws -> [Int64] {
        try transaction.connection.rows(
            """
            UPDATE message_recipients SET record = ? WHERE resource = ? AND record = ? AND NOT EXISTS (
                SELECT 1 FROM message_recipients AS o
                WHERE o.resource = ? AND o.record = ? AND o.message = message_recipients.message
            ) RETURNING id
            """,
            [
                .integer(survivor), .text(resource.name), .integer(loser), .text(resource.name), .integer(survivor),
            ]
        ) { $0.int(0) }
    }

    private func found(_ id: Int64) throws -> Merge {
        guard let merge = try store.find(id) else { throw Problem.unforeseen }
        return merge
    }

    // MARK: Which two

    private func pair(_ survivor: Int64, _ loser: Int64) throws -> (Record, Record) {
        let survivor = try RecordService(resource, transaction).find(survivor)
        guard survivor.id != loser else {
            throw Problem.invalid([MergeService.itself.issue(field: "from")])
        }
        let visibility = transaction.visibility(of: resource)
        guard let loser = try records.find(loser, visibility) else {
            let refusal = ValueRefusal(
                "not_found",
                "There is no \(resource.label.en) with this number.",
                "没有此编号的\(resource.label.zh)。"
            )
            // Whether one may merge at all is told first.
            try checkRights([survivor])
            throw Problem.invalid([refusal.issue(field: "from")])
        }
        try checkRights([survivor, loser])
        try resource.rules.merging(loser, into: survivor, in: transaction)
        return (survivor, loser)
    }

    private func checkRights(_ records: [Record]) throws {
        let permission = RecordPermission(resource, transaction)
        for record in records {
            try permission.check(.change, record)
            try permission.check(.remove, record)
        }
    }

    private static let itself = ValueRefusal(
        "same_record",
        "A record cannot be merged into itself: send the number of another.",
        "记录不能并入自身，请填写另一条记录的编号。"
    )

    // MARK: Preview

    /// What a merge would come to: the fields in which the two differ, as the actor may see them, and how many records name
    /// the loser.
    func preview(_ survivor: Int64, _ order: MergeOrder) throws -> JSONValue {
        let (survivor, loser) = try pair(survivor, order.loser)
        let draft = try MergeDraft(survivor, loser, order, in: transaction)
        let held = transaction.actor.access.restrictions(of: resource.name)
        let outcomes = draft.outcomes.filter { held.reading($0.field.name) != .hidden }
        for record in [survivor, loser] { noteSeen(outcomes, of: record) }
        let references = try ReferenceField.all(to: resource, in: transaction.catalog.resources).map { reference in
            let pair = [survivor.id, loser.id]
            return (reference, try reference.count(of: loser.id, besides: pair, transaction.connection))
        }
        return [
            "survivor": .integer(survivor.id), "loser": .integer(loser.id),
            "fields": .array(outcomes.map { json($0, held) }),
            "references": .array(
                references.filter { $0.1 > 0 }.map { reference, count in
                    [
                        "resource": .string(reference.holder.name), "field": .string(reference.field.name),
                        "count": .integer(count),
                    ]
                }
            ),
        ]
    }

    private func json(_ outcome: MergeDraft.Outcome, _ held: FieldRestrictions) -> JSONValue {
        let (name, kind) = (outcome.field.name, outcome.field.kind)
        func shown(_ value: JSONValue) -> JSONValue { held.shown(value, name, kind) ?? .null }
        return [
            "field": .string(name), "survivor": shown(outcome.survivor), "loser": shown(outcome.loser),
            "result": shown(outcome.result), "choice": .string(outcome.choice.name),
            "conflict": .bool(outcome.isConflict),
        ]
    }

    private func noteSeen(_ outcomes: [MergeDraft.Outcome], of record: Record) {
        let access = transaction.actor.access
        guard access.isGuarded(resource.name) else { return }
        let seen = access.watched(outcomes.map(\.field.name), of: resource.name)
        if !seen.isEmpty { transaction.saw(seen, of: record.id, resource.name) }
    }
}
