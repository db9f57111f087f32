import KoiJSON
import KoiSQLite

/// Takes a record out of a pool.
///
/// What is asked and what is stored are one transaction of the one writer: of any number who claim a record at once the first
/// finds it in the pool, and all others find whose it is; and nobody's caps are counted twice.
struct PoolClaim {
    /// For how long whoever comes too late is told who was first.
    private static let memory: Int64 = 86_400_000

    enum Outcome {
        case won(Record)
        /// Nothing was done, and that it was tried is to be stored.
        case refused(Problem)
    }

    private let resource: Resource
    private let transaction: Transaction
    private let entries: PoolEntries

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        entries = PoolEntries(transaction.connection)
    }

    /// - Throws: `Problem.notFound` where the actor neither sees the record nor is a member of a pool that has or just had it.
    func claim(_ id: Int64) throws -> Outcome {
        guard let record = try RecordStore(resource, transaction.connection).find(id, .all) else { throw unseen }
        // Whoever asks again, since the answer was lost, is told that it is theirs.
        if let user = transaction.actor.user, record["owner"] == .integer(user), sees(record) { return .won(record) }
        guard record["owner"].isNull, Pool.takes(record), let pool = try pool(record["pool"].integerValue) else {
            return .refused(try late(record))
        }
        guard let user = transaction.actor.user, try PoolMembers(pool, transaction).has(user) else {
            guard sees(record), let user = transaction.actor.user else { throw unseen }
            try note(.notMember, pool.id, record, user)
            return .refused(PoolMembers.notMember)
        }
        try RecordPermission(resource, transaction).checkClaim(owned(record, by: user), before: record)
        if let (kind, problem) = try refusal(of: record, pool, user) {
            try note(kind, pool.id, record, user)
            return .refused(problem)
        }
        return .won(try take(record, from: pool, for: user))
    }

    private func take(_ before: Record, from pool: Record, for user: Int64) throws -> Record {
        try note(.won, pool.id, before, user)
        let name = pool["name"].stringValue ?? ""
        return try RecordService(resource, transaction)
            .save(owned(before, by: user), before: before, reason: "claimed: " + name)
    }

    private func owned(_ before: Record, by user: Int64) -> Record {
        var record = before
        record["owner"] = .integer(user)
        record["pool"] = .null
        return record
    }

    // MARK: What forbids it

    private func refusal(of record: Record, _ pool: Record, _ user: Int64) throws -> (PoolEntry.Kind, Problem)? {
        if let until = try cooldown(of: record, pool, user) {
            return (.cooldown, PoolClaim.cooldown(until: until))
        }
        if let cap = pool["dailyClaims"].integerValue {
            let start = PoolDay(transaction).start
            if try entries.wins(in: pool.id, by: user, since: start) >= cap {
                return (.claimCap, PoolClaim.claimCap(cap))
            }
        }
        if let cap = pool["holding"].integerValue, try holds(user, atLeast: cap) {
            return (.holdingCap, PoolClaim.holdingCap(cap))
        }
        return nil
    }

    /// Until when who had the record cannot take it, whoever had it since; nil for who can.
    private func cooldown(of record: Record, _ pool: Record, _ user: Int64) throws -> Int64? {
        guard let days = pool["cooldownDays"].integerValue, days > 0 else { return nil }
        let left =
            try transaction.connection.first(
                """
                SELECT max(at) FROM ownerships WHERE resource = ? AND record = ? AND previous = ?
                """,
                [.text(resource.name), .integer(record.id), .integer(user)]
            ) { $0.intOrNil(0) } ?? nil
        guard let left, transaction.now < left + days * PoolDay.length else { return nil }
        return left + days * PoolDay.length
    }

    private func holds(_ user: Int64, atLeast cap: Int64) throws -> Bool {
        let count = try transaction.connection.first(
            """
            SELECT count(*) FROM (SELECT 1 FROM \(Dialect.quoted(resource.name))
                WHERE owner = ? AND "removedAt" IS NULL LIMIT ?) AS h
            """,
            [.integer(user), .integer(cap)]
        ) { $0.int(0) }
        return count ?? 0 >= cap
    }

    /// What whoever comes too late is told: who has it since it was taken, and when they got it.
    private func late(_ record: Record) throws -> Problem {
        let subject = EventSubject(resource: resource.name, id: record.id)
        if let win = try entries.lastWin(of: subject, since: transaction.now - PoolClaim.memory),
            let owner = record["owner"].integerValue, let pool = try pool(win.pool), let user = transaction.actor.user,
            try PoolMembers(pool, transaction).has(user) || sees(record)
        {
            try note(.lost, win.pool, record, user, winner: owner)
            let name = try transaction.connection.first("SELECT name FROM users WHERE id = ?", [.integer(owner)]) {
                $0.text(0)
            }
            return PoolClaim.taken(by: owner, name ?? "", at: owner == win.user ? win.at : try given(record) ?? win.at)
        }
        guard sees(record) else { throw unseen }
        return PoolClaim.notInPool
    }

    /// When its owner got it.
    private func given(_ record: Record) throws -> Int64? {
        try transaction.connection.first(
            "SELECT max(at) FROM ownerships WHERE resource = ? AND record = ?",
            [.text(resource.name), .integer(record.id)]
        ) { $0.intOrNil(0) } ?? nil
    }

    private func note(
        _ kind: PoolEntry.Kind,
        _ pool: Int64,
        _ record: Record,
        _ user: Int64,
        winner: Int64? = nil
    ) throws {
        let subject = EventSubject(resource: resource.name, id: record.id)
        try entries.add(
            PoolEntry(pool: pool, record: subject, at: transaction.now, kind: kind, user: user, winner: winner)
        )
    }

    private func pool(_ id: Int64?) throws -> Record? {
        try id.flatMap { try RecordStore(Pool.resource, transaction.connection).find($0, .all) }
    }

    private func sees(_ record: Record) -> Bool { transaction.visibility(of: resource).allows(record) }

    private var unseen: Problem { .notFound(resource.label) }
}

extension PoolClaim {
    private static func taken(by user: Int64, _ name: String, at time: Int64) -> Problem {
        var problem = Problem.conflict(
            "claimed_already",
            Text("\(name) took it at \(Timestamp.text(time)).", "已被\(name)于 \(Timestamp.text(time)) 领取。")
        )
        problem.members = [
            "claimedBy": ["id": .integer(user), "name": .string(name)], "claimedAt": .string(Timestamp.text(time)),
        ]
        return problem
    }

    private static func cooldown(until: Int64) -> Problem {
        var problem = Problem.conflict(
            "cooldown",
            Text(
                "You had it before, and can take it again from \(Timestamp.text(until)).",
                "您曾负责此记录，\(Timestamp.text(until)) 之后才能再次领取。"
            )
        )
        problem.members = ["until": .string(Timestamp.text(until))]
        return problem
    }

    private static func claimCap(_ cap: Int64) -> Problem {
        .conflict(
            "claim_cap",
            Text("You have taken \(cap) today, which is all that this pool gives.", "您今日已领取 \(cap) 条，达到此公海的上限。")
        )
    }

    private static func holdingCap(_ cap: Int64) -> Problem {
        .conflict(
            "holding_cap",
            Text("Who has \(cap) or more takes no more. Give some back first.", "您名下已有 \(cap) 条或更多，请先释放部分记录。")
        )
    }

    private static let notInPool = Problem.conflict(
        "not_in_pool",
        Text("It lies in no pool, and so cannot be taken.", "此记录不在公海中，无法领取。")
    )
}
