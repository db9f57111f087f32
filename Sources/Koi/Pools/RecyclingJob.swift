import KoiJSON
import KoiSQLite

/// Takes back, every night, what nobody has looked after, and tells owners before.
enum RecyclingJob {
    static let kind = JobKind("recyclePools", recurrence: .daily(minute: 19 * 60 + 30), chunk: chunk)

    /// The position is the pool and the record up to which all is done.
    static func chunk(_ chunk: inout JobChunk) throws -> JobStep {
        let transaction = chunk.transaction
        var round = Round(chunk.position)
        defer { chunk.position = round.position }
        // One at least, or what takes all the time to be found would be looked for again and again.
        repeat {
            guard let pool = try next(round.pool, transaction) else {
                try forget(transaction)
                return .done(round.result)
            }
            round.begin(pool.id)
            guard let walk = try RecyclingWalk(pool, transaction), try round.after < walk.last() else {
                round.end()
                continue
            }
            let time = transaction.now + (pool["warnDays"].integerValue ?? 0) * PoolDay.length
            let after = round.after
            let found = try round.window.timed { window in
                (size: window, candidates: try walk.candidates(after: after, window: window, by: time))
            }
            for (index, candidate) in found.candidates.enumerated() {
                guard index == 0 || chunk.hasTime else { return .more }
                if candidate.takenAt <= transaction.now {
                    try take(candidate, walk, transaction)
                    round.taken += 1
                } else if candidate.warning == nil {
                    try warn(candidate, walk, transaction)
                    round.warned += 1
                }
                round.after = candidate.record
                chunk.done += 1
            }
            round.after = after + found.size
        } while chunk.hasTime
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

/// How far the job is, kept in its position.
private struct Round {
    /// The numbers that are looked at at once, where that has not taken long.
    private static let window: Int64 = 500

    private(set) var pool: Int64
    var after: Int64
    var window: MassWindow
    var taken: Int64
    var warned: Int64

    init(_ position: JSONObject) {
        pool = position["pool"]?.integerValue ?? 0
        after = position["after"]?.integerValue ?? 0
        window = MassWindow(position, atFirst: Round.window)
        taken = position["taken"]?.integerValue ?? 0
        warned = position["warned"]?.integerValue ?? 0
    }

    /// Another pool than the one before begins with its first record.
    mutating func begin(_ pool: Int64) {
        if pool != self.pool { after = 0 }
        self.pool = pool
    }

    mutating func end() {
        pool += 1
        after = 0
    }

    var position: JSONObject {
        [
            "pool": .integer(pool), "after": .integer(after), "window": .integer(window.size),
            "taken": .integer(taken), "warned": .integer(warned),
        ]
    }

    var result: JSONObject { ["recycled": .integer(taken), "warned": .integer(warned)] }
}
