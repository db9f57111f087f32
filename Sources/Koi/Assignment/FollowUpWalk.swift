import KoiJSON
import KoiSQLite

/// Goes through the open records that their owners have not followed up for long, by their numbers, and says what is to be done
/// with each.
///
/// The preview and the job are this same walk.
struct FollowUpWalk {
    enum Step: String, CaseIterable {
        /// Its owner is to be warned.
        case warn
        /// Its owner was warned, and still has time.
        case warned
        /// It is to be taken away.
        case take
    }

    struct Item {
        let record: Record
        let owner: Int64
        let rule: StandingRule
        /// When it was last followed up, or was given to its owner.
        let since: Int64
        /// When it is taken away, as far as is known.
        let due: Int64
        let step: Step
    }

    private static let day: Int64 = 86_400_000
    /// Numbers that are looked at at once.
    private static let window: Int64 = 200

    private let resource: Resource
    private let assignable: Assignable
    private let owner: String
    private let transaction: Transaction
    private let now: Int64
    private let rules: [(rule: StandingRule, filter: RuleFilter, exempt: RuleFilter?)]

    /// Nil where no rule takes anything away.
    ///
    /// - Parameter transaction: of Koi itself.
    init?(_ resource: Resource, _ transaction: Transaction, at now: Int64? = nil) throws {
        guard let assignable = Assignable.of(resource), let owner = resource.ownerField else { return nil }
        self.resource = resource
        self.assignable = assignable
        self.owner = owner
        self.transaction = transaction
        self.now = now ?? transaction.now
        rules = try StandingRule.all(of: resource.name, transaction.connection).compactMap { rule in
            // With a filter that cannot be used, nobody knows what is exempt: then nothing is taken away.
            guard rule.followUpDays != nil, let filter = try RuleFilter(rule.filter, resource, transaction),
                let exempt = try RuleFilter(rule.exempt, resource, transaction)
            else { return nil }
            return (rule, filter, rule.exempt.isEmpty ? nil : exempt)
        }
        guard !rules.isEmpty else { return nil }
    }

    /// What is to be done with the records of the next numbers, as many as are looked at in a few milliseconds.
    ///
    /// - Returns: the last number that was looked at as well; nil at the end.
    func next(after record: Int64) throws -> (items: [Item], last: Int64?) {
        let items = try rows(after: record).compactMap { try item($0.record, since: $0.since) }
        let last = FollowUpWalk.end(after: record)
        let table = Dialect.quoted(resource.name)
        let isEnd = try transaction.connection.first("SELECT 1 FROM \(table) WHERE id > ? LIMIT 1", [.integer(last)]) {
            _ in true
        }
        return (items, isEnd == nil ? nil : last)
    }

    /// The last number of a step; the one that it begins behind may come from outside.
    private static func end(after record: Int64) -> Int64 { min(record, .max - window) + window }

    /// Records with which anything at all might have to be done.
    ///
    /// Whether they are open is asked in a way that no index serves, or each step would go through all that are.
    private func rows(after record: Int64) throws -> [(record: Int64, since: Int64)] {
        let soonest = rules.map { ($0.rule.followUpDays ?? 0) - $0.rule.followUpWarning }.min() ?? 0
        return try transaction.connection.rows(
            """
            SELECT id, since FROM (
                SELECT t.id AS id, max(
                    t."createdAt", \(assignable.followed),
                    coalesce((SELECT max(at) FROM ownerships AS o WHERE o.resource = ? AND o.record = t.id), 0)
                ) AS since
                FROM \(Dialect.quoted(resource.name)) AS t
                WHERE t.id > ? AND t.id <= ? AND t."removedAt" IS NULL
                    AND t.\(Dialect.quoted(owner)) IS NOT NULL AND CASE WHEN \(assignable.open) THEN 1 ELSE 0 END = 1
            ) WHERE since <= ? ORDER BY id
            """,
            [
                .text(resource.name), .integer(record), .integer(FollowUpWalk.end(after: record)),
                .integer(now - max(soonest, 0) * FollowUpWalk.day),
            ]
        ) { ($0.int(0), $0.int(1)) }
    }

    private func item(_ id: Int64, since: Int64) throws -> Item? {
        guard let record = try RecordStore(resource, transaction.connection).find(id, .all),
            let owner = record[owner].integerValue, let rule = try rule(for: record)
        else { return nil }
        let due = since + (rule.followUpDays ?? 0) * FollowUpWalk.day
        let notice = rule.followUpWarning * FollowUpWalk.day
        func item(_ step: Step, due: Int64) -> Item {
            Item(record: record, owner: owner, rule: rule, since: since, due: due, step: step)
        }
        guard let warning = try FollowUpWarnings(transaction.connection).find(id, resource.name, since: since) else {
            if notice == 0 { return now >= due ? item(.take, due: due) : nil }
            return now >= due - notice ? item(.warn, due: max(due, now + notice)) : nil
        }
        let taken = max(due, warning.warnedAt + notice, (warning.triedAt ?? 0) + FollowUpWalk.day)
        return item(now >= taken ? .take : .warned, due: taken)
    }

    /// The first that takes such records away; nil where it exempts this one.
    private func rule(for record: Record) throws -> StandingRule? {
        let facts = ConditionFacts(record, transaction)
        guard let found = try rules.first(where: { try $0.filter.unmet(by: facts).isEmpty }) else { return nil }
        if let exempt = found.exempt, try exempt.unmet(by: facts).isEmpty { return nil }
        return found.rule
    }
}

/// The rows of `follow_up_warnings`.
struct FollowUpWarnings {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The warning of a record that was not followed up since; one from before does not count any more.
    func find(_ record: Int64, _ resource: String, since: Int64) throws -> (warnedAt: Int64, triedAt: Int64?)? {
        try connection.first(
            """
            SELECT "warnedAt", "triedAt" FROM follow_up_warnings
            WHERE resource = ? AND record = ? AND since = ?
            """,
            [.text(resource), .integer(record), .integer(since)]
        ) { ($0.int(0), $0.intOrNil(1)) }
    }

    func add(_ item: FollowUpWalk.Item, at now: Int64) throws {
        try connection.run(
            """
            INSERT INTO follow_up_warnings (resource, record, since, "warnedAt") VALUES (?, ?, ?, ?)
            ON CONFLICT (resource, record) DO UPDATE SET
                since = excluded.since, "warnedAt" = excluded."warnedAt", "triedAt" = NULL
            """,
            [.text(item.record.resource.name), .integer(item.record.id), .integer(item.since), .integer(now)]
        )
    }

    /// Notes that nobody else could be found.
    ///
    /// One that was never warned of counts as warned of now.
    func setTried(_ item: FollowUpWalk.Item, at now: Int64) throws {
        try connection.run(
            """
            INSERT INTO follow_up_warnings (resource, record, since, "warnedAt", "triedAt") VALUES (?1, ?2, ?3, ?4, ?4)
            ON CONFLICT (resource, record) DO UPDATE SET since = excluded.since, "triedAt" = excluded."triedAt"
            """,
            [.text(item.record.resource.name), .integer(item.record.id), .integer(item.since), .integer(now)]
        )
    }

    func remove(_ item: FollowUpWalk.Item) throws {
        try connection.run(
            "DELETE FROM follow_up_warnings WHERE resource = ? AND record = ?",
            [.text(item.record.resource.name), .integer(item.record.id)]
        )
    }
}
