import KoiJSON
import KoiSQLite

/// Shares single records with users who would not reach them by their role, and ends that again.
///
/// Whoever may change a record may share it, and gives no more than they have.
struct CollaboratorService {
    /// Collaborators of one record, and records of one resource that are shared with one user: who needs more has the
    /// wrong role or team.
    static let maximumPerRecord = 100
    static let maximumPerUser = 1_000

    private let resource: Resource
    private let transaction: Transaction
    private let store: CollaboratorStore
    private let records: RecordService

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        store = CollaboratorStore(resource, transaction.connection)
        records = RecordService(resource, transaction)
    }

    /// - Throws: `Problem.notFound` where the actor does not see the record.
    func list(of id: Int64) throws -> [Collaborator] {
        try store.list(of: records.find(id).id, at: transaction.now)
    }

    /// Shares a record with a user, or changes how.
    ///
    /// - Parameter expiresAt: milliseconds since 1970; nil for as long as the record is there.
    /// - Returns: the collaborator, and whether it is a new one.
    /// - Throws: `Problem.notFound` for the record or the user, 403 where the actor may not give this, 422 where the share
    ///   would be without effect.
    func share(
        _ id: Int64,
        with user: Int64,
        _ level: Collaborator.Level,
        until expiresAt: Int64?
    ) throws -> (collaborator: Collaborator, isNew: Bool) {
        let record = try records.find(id)
        try checkGiver(record, user, until: expiresAt)
        try checkTaker(record, user, level, until: expiresAt)
        let others = try store.list(of: id, at: transaction.now)
        let before = others.first { $0.user == user }
        if before == nil { try checkRoom(others, user) }
        let collaborator = Collaborator(
            user: user,
            level: level,
            expiresAt: expiresAt,
            createdAt: before?.createdAt ?? transaction.now
        )
        guard collaborator != before else { return (collaborator, false) }
        try store.put(collaborator, on: id)
        try log("shared", id, before: before, after: collaborator)
        if before == nil { try RecordStore(resource, transaction.connection).renewSearchTerms(of: record) }
        try transaction.renewAccess()
        if before == nil {
            try transaction.notifications.add(
                to: user,
                .recordShared,
                about: EventSubject(resource: resource.name, id: id)
            )
        }
        return (collaborator, before == nil)
    }

    /// Ends a share; everybody may end the own one.
    func unshare(_ id: Int64, with user: Int64) throws {
        let record = try records.find(id)
        if user != transaction.actor.user { try RecordPermission(resource, transaction).check(.change, record) }
        let others = try store.list(of: id, at: transaction.now)
        guard let before = others.first(where: { $0.user == user }) else {
            throw Problem.notFound(Text("collaborator", "协作人"))
        }
        try store.remove(user, from: id)
        try log("unshared", id, before: before, after: nil)
        try RecordStore(resource, transaction.connection).renewSearchTerms(of: record)
        try transaction.renewAccess()
    }

    // MARK: By Koi itself

    /// Shares a record with somebody who is to do something with it, as far as that one does not reach it anyway.
    ///
    /// Who has it done may do so, and the one who does it is told of that and not of the share.
    func lend(_ record: Record, to user: Int64, _ level: Collaborator.Level) throws {
        let others = try store.list(of: record.id, at: transaction.now)
        let before = others.first { $0.user == user }
        guard before?.level != .write, before?.level != level || before?.expiresAt != nil,
            let access = try Actor.user(user, kind: .system, in: transaction.catalog, transaction.connection)?.access,
            !access.unshared(of: resource, level == .write ? .change : .read).allows(record)
        else { return }
        if before == nil { try checkRoom(others, user) }
        let share = Collaborator(
            user: user,
            level: level,
            expiresAt: nil,
            createdAt: before?.createdAt ?? transaction.now
        )
        try put(share, before: before, on: record)
    }

    /// Has a share end by a time, if it would not do so before.
    ///
    /// - Parameter start: when it was made, where another one is left as it is.
    func limit(_ id: Int64, of user: Int64, madeAt start: Int64? = nil, until end: Int64) throws {
        guard let before = try store.list(of: id, at: transaction.now).first(where: { $0.user == user }),
            start ?? before.createdAt == before.createdAt, before.expiresAt.map({ $0 > end }) ?? true,
            let record = try RecordStore(resource, transaction.connection).find(id, .all)
        else { return }
        let share = Collaborator(user: user, level: before.level, expiresAt: end, createdAt: before.createdAt)
        try put(share, before: before, on: record)
    }

    private func put(_ share: Collaborator, before: Collaborator?, on record: Record) throws {
        try store.put(share, on: record.id)
        try log("shared", record.id, before: before, after: share)
        if before == nil { try RecordStore(resource, transaction.connection).renewSearchTerms(of: record) }
        try transaction.renewAccess()
    }

    /// Clears away a share that has ended by itself.
    func expire(_ share: Collaborator, of id: Int64) throws {
        try store.remove(share.user, from: id)
        try log("unshared", id, before: share, after: nil)
        let records = RecordStore(resource, transaction.connection)
        guard let record = try records.find(id, .all) ?? records.find(id, .all, inBin: true) else { return }
        try records.renewSearchTerms(of: record)
    }

    // MARK: Merging

    /// Shares a record with those with whom one was shared that is merged into it, as far as there is room.
    ///
    /// - Returns: those with whom it was not shared before.
    func adopt(from other: Int64, by survivor: Record) throws -> [Collaborator] {
        let own = Set(try store.list(of: survivor.id, at: transaction.now).map(\.user))
        let room = max(CollaboratorService.maximumPerRecord - own.count, 0)
        let owner = resource.ownerField.map { survivor[$0] }
        let adopted = try store.list(of: other, at: transaction.now)
            .filter { !own.contains($0.user) && owner != .integer($0.user) }.prefix(room)
        for collaborator in adopted {
            try store.put(collaborator, on: survivor.id)
            try log("shared", survivor.id, before: nil, after: collaborator)
        }
        try renew(survivor, isChanged: !adopted.isEmpty)
        return Array(adopted)
    }

    /// Ends these shares as far as they are as they were.
    func release(_ collaborators: [Collaborator], by survivor: Record) throws {
        let own = try store.list(of: survivor.id, at: transaction.now)
        let kept = collaborators.filter(own.contains)
        for collaborator in kept {
            try store.remove(collaborator.user, from: survivor.id)
            try log("unshared", survivor.id, before: collaborator, after: nil)
        }
        try renew(survivor, isChanged: !kept.isEmpty)
    }

    private func renew(_ record: Record, isChanged: Bool) throws {
        guard isChanged else { return }
        try RecordStore(resource, transaction.connection).renewSearchTerms(of: record)
        try transaction.renewAccess()
    }

    private func log(_ verb: String, _ id: Int64, before: Collaborator?, after: Collaborator?) throws {
        var payload = JSONObject()
        if let before { payload["before"] = ["collaborator": .object(before.terms)] }
        if let after { payload["after"] = ["collaborator": .object(after.terms)] }
        try transaction.events.append(
            Event(
                type: resource.singular + "." + verb,
                subject: EventSubject(resource: resource.name, id: id),
                payload: payload
            ),
            in: transaction
        )
    }
}

// MARK: What is refused

extension CollaboratorService {
    /// Nobody gives more than they have: who only has a share of the record shares it for no longer than that, and does not
    /// lengthen the own one.
    private func checkGiver(_ record: Record, _ user: Int64, until expiresAt: Int64?) throws {
        try RecordPermission(resource, transaction).check(.change, record)
        guard !transaction.actor.access.unshared(of: resource, .change).allows(record) else { return }
        let own = try store.list(of: record.id, at: transaction.now).first { $0.user == transaction.actor.user }
        let isWithin = own?.expiresAt.map { end in expiresAt.map { $0 <= end } ?? false } ?? true
        guard user != transaction.actor.user, own != nil, isWithin else {
            throw Problem.forbidden(
                "wider_than_own",
                "This \(resource.label.en) was shared with you: you can share it with others for no longer than you have it yourself.",
                "此\(resource.label.zh)是共享给您的：您只能在自己的有效期内将其共享给他人。"
            )
        }
    }

    /// A share that would give nothing is refused, so that nobody relies on it.
    private func checkTaker(
        _ record: Record,
        _ user: Int64,
        _ level: Collaborator.Level,
        until expiresAt: Int64?
    ) throws {
        let users = transaction.visibility(of: User.resource)
        guard try RecordStore(User.resource, transaction.connection).find(user, users) != nil else {
            throw Problem.notFound(User.resource.label)
        }
        var issues: [Problem.Issue] = []
        if let expiresAt, expiresAt <= transaction.now {
            issues.append(CollaboratorService.inPast.issue(field: "expiresAt"))
        }
        if record[resource.ownerField ?? ""] == .integer(user) {
            issues.append(CollaboratorService.owns.issue(field: "user"))
        }
        let access = try Actor.user(user, kind: .system, in: transaction.catalog, transaction.connection)?.access
        if let access {
            if !access.allows(.read, on: resource.name) {
                issues.append(CollaboratorService.gainsNothing.issue(field: "user"))
            } else if level == .write, !access.allows(.change, on: resource.name) {
                issues.append(CollaboratorService.changesNothing.issue(field: "access"))
            }
        } else {
            issues.append(OwnerChange.inactive.issue(field: "user"))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private func checkRoom(_ others: [Collaborator], _ user: Int64) throws {
        guard others.count < CollaboratorService.maximumPerRecord else {
            throw Problem.conflict(
                "too_many_collaborators",
                Text(
                    "A record has at most \(CollaboratorService.maximumPerRecord) collaborators. Give teams what they need by a role.",
                    "每条记录最多 \(CollaboratorService.maximumPerRecord) 位协作人。请通过角色为团队授权。"
                )
            )
        }
        guard try store.count(with: user, at: transaction.now) < CollaboratorService.maximumPerUser else {
            throw Problem.conflict(
                "too_many_shares",
                Text(
                    "At most \(CollaboratorService.maximumPerUser) \(resource.pluralLabel.en) can be shared with one user. Give this user a role or team that reaches them.",
                    "共享给同一用户的\(resource.label.zh)最多 \(CollaboratorService.maximumPerUser) 条。请为其设置合适的角色或团队。"
                )
            )
        }
    }

    private static let inPast = ValueRefusal(
        "in_past",
        "Send a time to come, or null for as long as the record is there.",
        "请填写将来的时间；若长期有效请填写 null。"
    )
    private static let owns = ValueRefusal(
        "is_owner",
        "This user owns the record and needs no share.",
        "该用户是负责人，无需共享。"
    )
    private static let gainsNothing = ValueRefusal(
        "no_right",
        "This user's role shows none of these records, and a share does not change that. Give the user another role.",
        "该用户的角色不能查看此类记录，共享不会生效。请先更换角色。"
    )
    private static let changesNothing = ValueRefusal(
        "no_right",
        "This user's role changes none of these records: share it to read.",
        "该用户的角色不能更改此类记录，请改为只读共享。"
    )
}
