import KoiSQLite

/// Who is told where something goes wrong that those concerned cannot mend: the leads of their teams, or else the company's
/// steward, or else the administrators.
struct Managers {
    private static let maximum: Int64 = 10

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Of a user, or of nobody.
    func of(_ user: Int64?) throws -> [Int64] {
        guard let user else { return try others() }
        let leads = try leads("SELECT team FROM users WHERE id = ?", [.integer(user)], but: user)
        return leads.isEmpty ? try others() : leads
    }

    /// Step by step: who leads a user's team, then who leads those above it, each once; whoever steps in where nobody does.
    func chain(above user: Int64?) throws -> [[Int64]] {
        let leads = try user.map(leadsUpwards) ?? []
        return leads.isEmpty ? [try others().filter { $0 != user }] : leads.map { [$0] }
    }

    private func leadsUpwards(of user: Int64) throws -> [Int64] {
        try transaction.connection.rows(
            """
            WITH RECURSIVE above (id, depth) AS (
                SELECT t.id, 0 FROM users AS u JOIN teams AS t ON t.id = u.team WHERE u.id = ?1 AND t."removedAt" IS NULL
                UNION ALL SELECT t.parent, a.depth + 1 FROM above AS a JOIN teams AS t ON t.id = a.id
                WHERE a.depth < \(Team.maximumDepth) AND t.parent IS NOT NULL
            )
            SELECT t.lead FROM above AS a JOIN teams AS t ON t.id = a.id
            JOIN users AS u ON u.id = t.lead AND u.active = 1 AND u.id <> ?1 WHERE t."removedAt" IS NULL
            GROUP BY t.lead ORDER BY min(a.depth), t.lead LIMIT ?2
            """,
            [.integer(user), .integer(Managers.maximum)]
        ) { $0.int(0) }
    }

    /// Of those whom rules name.
    func ofRules(_ rules: [Int64]) throws -> [Int64] {
        guard !rules.isEmpty else { return try others() }
        let marks = Dialect.marks(rules.map(SQLValue.integer))
        let leads = try leads(
            """
            SELECT team FROM "assignment-rules" WHERE id IN (\(marks))
            UNION SELECT u.team FROM assignment_rule_users AS l JOIN users AS u ON u.id = l."user" WHERE l.rule IN (\(marks))
            """,
            (rules + rules).map(SQLValue.integer)
        )
        return leads.isEmpty ? try others() : leads
    }

    /// Of each of these teams the nearest lead who works here, from the team itself upwards.
    private func leads(_ teams: String, _ values: [SQLValue], but other: Int64 = 0) throws -> [Int64] {
        try transaction.connection.rows(
            """
            WITH RECURSIVE above (id, start, depth) AS (
                SELECT id, id, 0 FROM teams WHERE id IN (\(teams)) AND "removedAt" IS NULL
                UNION ALL SELECT t.parent, a.start, a.depth + 1 FROM above AS a JOIN teams AS t ON t.id = a.id
                WHERE a.depth < \(Team.maximumDepth) AND t.parent IS NOT NULL
            ), led (lead, start, depth) AS (
                SELECT t.lead, a.start, a.depth FROM above AS a JOIN teams AS t ON t.id = a.id
                JOIN users AS u ON u.id = t.lead AND u.active = 1 AND u.id <> ? WHERE t."removedAt" IS NULL
            )
            SELECT DISTINCT lead FROM led AS l
            WHERE depth = (SELECT min(depth) FROM led AS o WHERE o.start = l.start) ORDER BY lead LIMIT ?
            """,
            values + [.integer(other), .integer(Managers.maximum)]
        ) { $0.int(0) }
    }

    private func others() throws -> [Int64] {
        if let steward = transaction.catalog.settings.current.steward { return [steward] }
        return try transaction.connection.rows(
            "SELECT id FROM users WHERE role = ? AND active = 1 ORDER BY id LIMIT ?",
            [.integer(Role.administratorID), .integer(Managers.maximum)]
        ) { $0.int(0) }
    }
}
