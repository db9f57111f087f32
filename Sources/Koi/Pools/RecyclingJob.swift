import KoiJSON
import KoiSQLite

/// Takes back, every night, what nobody has looked after, and tells owners before.
enum RecyclingJob {
    private static let window: Int64 = 500

    static let kind = JobKind("recyclePools", recurrence: .daily(minute: 19 * 60 + 30), chunk: chunk)

    /// The position is the pool and the record up to which all is done.
    static func chunk(_ chunk: inout JobChunk) throws -> JobStep {
        let transaction = chunk.transaction
        var taken = chunk.position["taken"]?.integerValue ?? 0
        var warned = chunk.position["warned"]?.integerValue ?? 0
        defer {
            chunk.position["taken"] = .integer(taken)
            chunk.position["warned"] = .integer(warned)
        }
        while chunk.hasTime {
            guard let pool = try next(chunk.position["pool"]?.integerValue ?? 0, transaction) else {
                try forget(transaction)
                return .done(["recycled": .integer(taken), "warned": .integer(warned)])
            }
            let after = chunk.position["after"]?.integerValue ?? 0
            guard let walk = try RecyclingWalk(pool, transaction), try after < walk.last() else {
                chunk.position["pool"] = .integer(pool.id + 1)
                chunk.position["after"] = 0
                continue
            }
            let warnTime = (pool["warnDays"].integerValue ?? 0) * PoolDay.length
            for candidate in try walk.candidates(after: after, window: window, by: transaction.now + warnTime) {
                guard chunk.hasTime else { return .more }
                if candidate.takenAt <= transaction.now {
                    try take(candidate, walk, transaction)
                    taken += 1
                } else if candidate.warning == nil {
                    try warn(candidate, walk, transaction)
                    warned += 1
                }
                chunk.position["after"] = .integer(candidate.record)
                chunk.done += 1
            }
            chunk.position["after"] = .integer(after + window)
        }
        return .more
    }

    private static func next(_ from: Int64, _ transaction: Transaction) throws -> Record? {
        let id = try transaction.connection.first(
            "SELECT id FROM pools WHERE id >= ? AND recycles = 1 AND \"removedAt\" IS NULL ORDER BY id LIMIT 1",
            [.integer(from)]
        ) { $0.int(0) }
        return try id.flatMap { try RecordStore(Pool.resource, transaction.connection).find($0, .all) }
    }

    private static func take(
        _ candidate: RecyclingWalk.Candidate,
        _ walk: RecyclingWalk,
        _ transaction: Transaction
    ) throws {
        guard let record = try RecordStore(walk.resource, transaction.connection).find(candidate.record, .all) else {
            return
        }
        let release = PoolRelease(walk.resource, transaction)
        _ = try release.put(record, into: walk.pool.id, .recycled, reason: candidate.rule.reason)
        try transaction.connection.run(
            "DELETE FROM pool_warnings WHERE resource = ? AND record = ?",
            [.text(walk.resource.name), .integer(candidate.record)]
        )
    }

    private static func warn(
        _ candidate: RecyclingWalk.Candidate,
        _ walk: RecyclingWalk,
        _ transaction: Transaction
    ) throws {
        let subject = EventSubject(resource: walk.resource.name, id: candidate.record)
        try transaction.connection.run(
            """
            INSERT INTO pool_warnings (resource, record, owner, at) VALUES (?, ?, ?, ?)
            ON CONFLICT (resource, record) DO UPDATE SET owner = excluded.owner, at = excluded.at
            """,
            [.text(subject.resource), .integer(subject.id), .integer(candidate.owner), .integer(transaction.now)]
        )
        try PoolEntries(transaction.connection).add(
            PoolEntry(
                pool: walk.pool.id,
                record: subject,
                at: transaction.now,
                kind: .warned,
                user: candidate.owner,
                reason: candidate.rule.reason
            )
        )
        let day = CalendarDate(daysSince1970: LocalTime(zone: transaction.actor.timeZone).parts(candidate.takenAt).day)
        try transaction.notifications.add(
            to: candidate.owner,
            .recordExpiring,
            about: subject,
            ["pool": walk.pool["name"], "day": .string(day.text)]
        )
    }

    /// Of records that nobody is going to lose any more, long after.
    private static func forget(_ transaction: Transaction) throws {
        try transaction.connection.run(
            "DELETE FROM pool_warnings WHERE at < ?",
            [.integer(transaction.now - 400 * PoolDay.length)]
        )
    }
}
