import KoiJSON
import KoiSQLite

/// Brings customers to the stages that follow from the time that has passed, or from other criteria.
enum LifecycleJob {
    /// Every day, those whose stages can follow from the time: who has needs, deals, referrals, or a stage set by hand.
    static let daily = JobKind("renewStages", recurrence: .daily(minute: 1_090)) { chunk in
        try walk(&chunk, next: touched)
    }

    /// All of them, once the criteria were changed.
    static let complete = JobKind(completeName) { chunk in
        try walk(&chunk, next: anybody)
    }

    private static let completeName = "restageCustomers"

    static var job: NewJob { NewJob(completeName) }

    private static func walk(_ chunk: inout JobChunk, next: (Int64, Connection) throws -> Int64?) throws -> JobStep {
        let stages = CustomerStages(chunk.transaction)
        while chunk.hasTime {
            let position = chunk.position["customer"]?.integerValue ?? 0
            guard let customer = try next(position, chunk.transaction.connection) else {
                return .done(["customers": .integer(chunk.done)])
            }
            try stages.renew(customer, because: nil)
            chunk.position["customer"] = .integer(customer)
            chunk.done += 1
        }
        return .more
    }

    private static func touched(_ after: Int64, _ connection: Connection) throws -> Int64? {
        try connection.first(
            """
            SELECT min(c) FROM (
                SELECT min(customer) AS c FROM deals WHERE customer > ?1
                UNION ALL SELECT min(customer) FROM needs WHERE customer > ?1
                UNION ALL SELECT min("referrerCustomer") FROM leads WHERE "referrerCustomer" > ?1
                UNION ALL SELECT min("referrerCustomer") FROM customers WHERE "referrerCustomer" > ?1
                UNION ALL SELECT min(customer) FROM stage_overrides WHERE customer > ?1
            ) AS n
            """,
            [.integer(after)]
        ) { $0.intOrNil(0) } ?? nil
    }

    private static func anybody(_ after: Int64, _ connection: Connection) throws -> Int64? {
        try connection.first(
            "SELECT min(id) FROM customers WHERE id > ?",
            [.integer(after)]
        ) { $0.intOrNil(0) } ?? nil
    }
}
