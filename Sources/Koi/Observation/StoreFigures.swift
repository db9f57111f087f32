import KoiSQLite

/// What metrics say of the rows in the database: each number is found by an index.
struct StoreFigures {
    let eventsHead: Int64
    let jobsWaiting: Int64
    let jobsRunning: Int64
    let jobsDue: Int64
    /// Milliseconds by which the longest due one is late.
    let jobsLate: Int64
    let jobsFailed: Int64
    let outboxWaiting: Int64
    let outboxFailed: Int64
    let outboxLate: Int64

    /// - Parameter now: milliseconds since 1970.
    init(_ connection: Connection, at now: Int64) throws {
        func number(_ sql: String, _ values: [SQLValue] = []) throws -> Int64 {
            try connection.first(sql, values) { $0.intOrNil(0) }.flatMap(\.self) ?? 0
        }
        func late(_ due: Int64) -> Int64 { due > 0 && due < now ? now - due : 0 }
        eventsHead = try number("SELECT max(sequence) FROM events")
        let jobs = "SELECT count(*) FROM jobs WHERE state = "
        jobsWaiting = try number(jobs + "'waiting'")
        jobsRunning = try number(jobs + "'running'")
        jobsFailed = try number(jobs + "'failed'")
        jobsDue = try number(
            "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'running') AND due <= ?",
            [.integer(now)]
        )
        jobsLate = late(
            try number("SELECT due FROM jobs WHERE state IN ('waiting', 'running') ORDER BY due, id LIMIT 1")
        )
        outboxWaiting = try number("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")
        outboxFailed = try number(
            #"SELECT count(*) FROM outbox WHERE state = 'failed' AND "finishedAt" IS NOT NULL"#
        )
        outboxLate = late(
            try number("SELECT due FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY due, id LIMIT 1")
        )
    }
}
