import KoiJSON
import KoiSQLite

/// How far targets are reached: of each target that the actor sees, what its holder has come to within its days, as far as the actor
/// sees that.
struct Attainment {
    struct Line {
        let target: Target
        let reached: Int128
        /// Whether the actor sees all that could count.
        let isComplete: Bool
    }

    /// A row of `targets`.
    struct Target {
        let id: Int64
        let user: Int64?
        let team: Int64?
        let measure: TargetMeasure
        let value: Int64
        let currency: String?
        let period: String?
        let from: String
        let to: String

        init?(_ row: Row) {
            guard let measure = TargetMeasure(rawValue: row.text(3)) else { return nil }
            id = row.int(0)
            user = row.intOrNil(1)
            team = row.intOrNil(2)
            self.measure = measure
            value = row.int(4)
            currency = row.textOrNil(5)
            period = row.textOrNil(6)
            from = row.text(7)
            to = row.text(8)
        }
    }

    /// That are told at once.
    static let mostTargets: Int64 = 1_000

    private let transaction: Transaction
    private let organisation: Organisation

    init(_ transaction: Transaction) {
        self.transaction = transaction
        organisation = transaction.catalog.organisation.current
    }

    /// Those with a day within these, both of them included, and which the conditions let through.
    ///
    /// - Throws: `Problem` 400 where there are too many; 403 where what counts is held back from the actor.
    func lines(from: CalendarDate, to: CalendarDate, _ conditions: [SQLFragment]) throws -> [Line] {
        let targets = try targets(from, to, conditions)
        guard targets.count <= Attainment.mostTargets else {
            throw Problem.badParameter(
                "from",
                Text(
                    "There are more than \(Attainment.mostTargets) targets; ask for fewer days, one measure or one user.",
                    "目标超过 \(Attainment.mostTargets) 个；请缩小日期范围，或只查询一个指标或一名用户。"
                )
            )
        }
        var counted: [Counting: [Int64?: Int128]] = [:]
        return try targets.map { target in
            let counting = Counting(target.measure, target.currency, target.from, target.to)
            let sums = try counted[counting] ?? TargetCount(counting, transaction).byOwner()
            counted[counting] = sums
            return Line(
                target: target,
                reached: reached(by: target, sums),
                isComplete: isComplete(target, TargetCount.resource(of: target.measure))
            )
        }
    }

    private func targets(_ from: CalendarDate, _ to: CalendarDate, _ conditions: [SQLFragment]) throws -> [Target] {
        var sql = SQLFragment(
            """
            SELECT t.id, t."user", t.team, t.measure, t.value, t.currency, t.period, t."from", t."to" FROM targets AS t
            WHERE t."removedAt" IS NULL AND t."from" <= ? AND t."to" >= ?
            """,
            [.text(to.text), .text(from.text)]
        )
        for condition in [transaction.visibility(of: SalesTarget.resource).condition].compactMap({ $0 }) + conditions {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" ORDER BY t.\"from\", t.\"to\", t.id LIMIT ?", [.integer(Attainment.mostTargets + 1)])
        return try transaction.connection.rows(sql.sql, sql.values, Target.init).compactMap { $0 }
    }

    // MARK: Holders

    private func reached(by target: Target, _ sums: [Int64?: Int128]) -> Int128 {
        if let user = target.user { return sums[user] ?? 0 }
        guard let team = target.team else { return sums.values.reduce(0, +) }
        return organisation.members(of: team).reduce(0) { $0 + (sums[$1] ?? 0) }
    }

    private func isComplete(_ target: Target, _ resource: Resource) -> Bool {
        let access = transaction.actor.access
        guard let seen = access.users(within: access.scope(.read, on: resource.name)) else { return true }
        if let user = target.user { return seen.contains(user) }
        guard let team = target.team else { return false }
        return organisation.members(of: team).allSatisfy(seen.contains)
    }

    /// What is counted once for all targets alike.
    struct Counting: Hashable {
        let measure: TargetMeasure
        let currency: String?
        let from: String
        let to: String

        init(_ measure: TargetMeasure, _ currency: String?, _ from: String, _ to: String) {
            self.measure = measure
            self.currency = currency
            self.from = from
            self.to = to
        }
    }
}
