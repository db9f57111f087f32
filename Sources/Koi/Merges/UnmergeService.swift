import KoiHTTP
import KoiJSON
import KoiSQLite

/// Makes two records of one again.
///
/// The loser comes out of the bin as it is there. What the merge changed of the survivor and of records that named the loser
/// goes back to what it was; what others have changed since, and what has come to name the survivor since, stays with it.
struct UnmergeService {
    /// Records of which it is found out before anything is done whether they can be given back; a job tells of the others.
    private static let checkedAtOnce = 2_000

    private let merge: Merge
    private let resource: Resource
    private let transaction: Transaction
    private let store: MergeStore
    private let movedAtOnce: Int

    init(
        _ merge: Merge,
        _ resource: Resource,
        _ transaction: Transaction,
        movedAtOnce: Int = MergeService.movedAtOnce
    ) {
        self.merge = merge
        self.resource = resource
        self.transaction = transaction
        self.movedAtOnce = movedAtOnce
        store = MergeStore(transaction.connection)
    }

    /// - Parameter leavesRest: whether records that cannot be given back stay with the survivor; else nothing is done.
    /// - Throws: 403 where the actor may not change and remove both, `Problem.conflict` where a later merge stands in the way,
    ///   the survivor is not there, what it takes was erased, or records cannot be given back, each of which `errors` names.
    func undo(leavesRest: Bool) throws {
        let (survivor, loser) = try pair()
        let snapshot = try snapshot()
        let mover = MergeMover(merge, resource, in: transaction)
        let keys = try keys(snapshot, survivor)
        if !leavesRest { try refuse(mover.misplaced(atMost: Self.checkedAtOnce) + keys.taken) }
        var restored = survivor
        for change in try store.ownChanges(of: merge) {
            guard let field = MergedField.named(change.field, of: resource) else { continue }
            field.set(change.undone(field.value(of: restored)), in: &restored)
            try store.remove(change, of: merge.id)
        }
        try Pool.leaveGone(&restored, transaction.connection)
        let service = RecordService(resource, transaction)
        let stored = try service.save(restored, before: survivor)
        try CollaboratorService(resource, transaction).release(snapshot.collaborators, by: stored)
        try store.setUndone(merge.id, by: transaction.actor.user, now: transaction.now)
        var returned = loser
        try Pool.leaveGone(&returned, transaction.connection)
        if resource.takesExternalIDs { returned[SystemField.externalIDs.name] = keys.value }
        _ = try service.putBack(
            loser,
            as: returned,
            "unmerged",
            ["from": .integer(survivor.id), "merge": .integer(merge.id)],
            also: [EventSubject(resource: resource.name, id: survivor.id)]
        )
        try moveBack(snapshot.notifications, in: "notifications")
        try moveBack(snapshot.recipients, in: "message_recipients")
        try DistinctPairs(resource, transaction).release(snapshot.distinct, by: survivor.id)
        try MergedConsents(resource, transaction)
            .release(snapshot.consents, survivor: survivor.id, loser: loser.id)
        let moved = try mover.moveBack(atMost: movedAtOnce)
        guard moved.count < movedAtOnce else {
            try transaction.jobs.add(MergeJob.job(for: merge))
            return
        }
        try store.setState(.undone, of: merge.id)
    }

    /// The keys in other systems that the loser gets back, without those that a third record has by now.
    private func keys(
        _ snapshot: MergeSnapshot,
        _ survivor: Record
    ) throws -> (value: JSONValue, taken: [MergeMover.Misplaced]) {
        let name = SystemField.externalIDs.name
        let keys = ExternalIDStore(transaction.connection)
        let own = Set(ExternalID.list(snapshot.survivor[name] ?? .null))
        var taken: [MergeMover.Misplaced] = []
        let back = try ExternalID.list(snapshot.loser[name] ?? .null).filter { id in
            let holder = try keys.find(resource.name, id)
            guard let holder, holder != merge.loser, holder != survivor.id || own.contains(id) else { return true }
            taken.append(MergeMover.Misplaced(resource: resource.name, record: holder, field: name))
            return false
        }
        return (.array(back.map(\.json)), taken)
    }

    private func moveBack(_ ids: [Int64], in table: String) throws {
        for id in ids {
            try transaction.connection.run(
                "UPDATE \(table) SET record = ? WHERE id = ? AND resource = ? AND record = ?",
                [.integer(merge.loser), .integer(id), .text(resource.name), .integer(merge.survivor)]
            )
        }
    }

    // MARK: Whether it can be undone

    /// The two as they are, the loser in the bin.
    private func pair() throws -> (survivor: Record, loser: Record) {
        let records = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        let survivor = try records.findAny(merge.survivor, visibility)
        let loser = try records.findAny(merge.loser, visibility)
        let permission = RecordPermission(resource, transaction)
        for record in [survivor, loser] {
            try permission.check(.change, record)
            try permission.check(.remove, record)
        }
        try refuseState()
        if survivor.isRemoved { try refuseRemoved(survivor) }
        return (survivor, loser)
    }

    private func snapshot() throws -> MergeSnapshot {
        if let later = try store.later(than: merge) { throw UnmergeService.mergedFurther(later) }
        guard let snapshot = try store.snapshot(of: merge.id) else {
            throw Problem.conflict(
                "merge_erased",
                Text(
                    "What it takes to undo this merge told about a person and was erased.",
                    "撤销此合并所需的数据涉及个人信息，已被删除。"
                )
            )
        }
        return snapshot
    }

    private func refuseState() throws {
        guard merge.state.isActive else {
            throw Problem.conflict("already_undone", Text("This merge was undone already.", "此合并已撤销。"))
        }
        // A job that was cancelled or has failed will not go on.
        if let job = try JobStore(transaction.connection).unfinished(named: merge.jobName) {
            throw Problem.conflict(
                "merge_running",
                Text(
                    "Job \(job.id) is still moving what named the record. Wait for its end, or cancel it.",
                    "任务 \(job.id) 仍在转移相关记录。请等待其结束或将其取消。"
                )
            )
        }
    }

    private func refuseRemoved(_ survivor: Record) throws {
        if let later = try store.active(ofLoser: survivor.id, resource.name) {
            throw UnmergeService.mergedFurther(later.id)
        }
        throw Problem.conflict(
            "survivor_removed",
            Text(
                "The \(resource.label.en) into which it was merged lies in the bin. Restore that first.",
                "合并后保留的\(resource.label.zh)在回收站中，请先恢复。"
            )
        )
    }

    private static func mergedFurther(_ later: Int64) -> Problem {
        .conflict(
            "merged_further",
            Text(
                "The later merge \(later) changed the same. Undo that first: DELETE /v1/merges/\(later).",
                "其后的合并 \(later) 更改了相同内容。请先撤销：DELETE /v1/merges/\(later)。"
            )
        )
    }

    private func refuse(_ misplaced: [MergeMover.Misplaced]) throws {
        guard !misplaced.isEmpty else { return }
        let refusal = ValueRefusal(
            "moved_on",
            "This was changed since and does not name the surviving record any more.",
            "此处已被更改，不再指向合并后保留的记录。"
        )
        throw Problem(
            .conflict,
            "cannot_place",
            Text(
                "Some records cannot be given back, since they were changed; \"errors\" names them. Change them back, or leave them where they are with rest=leave.",
                "有些记录已被更改，无法归还；“errors”逐一列出。请先改回，或以 rest=leave 保留现状。"
            ),
            issues: misplaced.prefix(Problem.maximumIssues).map {
                refusal.issue(field: "\($0.resource)/\($0.record).\($0.field)")
            }
        )
    }
}
