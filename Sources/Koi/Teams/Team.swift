import KoiJSON
import KoiSQLite

/// A team; teams form a tree.
package enum Team {
    /// The most teams one above the other.
    static let maximumDepth = 20

    package static let resource = Resource(
        "teams",
        singular: "team",
        Text("team", "团队"),
        plural: Text("teams", "团队"),
        rules: TeamRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("华东销售"),
            .reference("parent", "Above it", "上级团队", to: "teams"),
            .reference("lead", "Lead", "负责人", to: "users"),
        ]
    )
}

/// Teams stay a tree, and who is in one has rights by it.
package struct TeamRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        try transaction.rememberOrganisation()
        guard record["parent"] != before?["parent"] || before?.isRemoved == true else { return }
        var above = record["parent"].integerValue
        var depth = try before.map { try height(of: $0.id, transaction) } ?? 1
        while let team = above {
            guard team != before?.id else {
                let refusal = ValueRefusal("circle", "A team cannot stand below itself.", "团队不能位于自己之下。")
                return issues.append(refusal.issue(field: "parent"))
            }
            depth += 1
            guard depth <= Team.maximumDepth else {
                let refusal = ValueRefusal(
                    "too_deep",
                    "At most \(Team.maximumDepth) teams can stand one above the other.",
                    "团队层级最多 \(Team.maximumDepth) 层。"
                )
                return issues.append(refusal.issue(field: "parent"))
            }
            above =
                try transaction.connection.first("SELECT parent FROM teams WHERE id = ?", [.integer(team)]) {
                    $0.intOrNil(0)
                } ?? nil
        }
    }

    /// How many teams stand one above the other from this one downwards.
    private func height(of team: Int64, _ transaction: Transaction) throws -> Int {
        let sql = """
            WITH RECURSIVE below (id, depth) AS (
                SELECT ?1, 1
                UNION ALL
                SELECT t.id, b.depth + 1 FROM teams AS t JOIN below AS b ON t.parent = b.id
                WHERE b.depth < \(Team.maximumDepth) AND t."removedAt" IS NULL
            )
            SELECT max(depth) FROM below
            """
        return Int(try transaction.connection.first(sql, [.integer(team)]) { $0.int(0) } ?? 1)
    }

    package func removing(_ record: Record, in transaction: Transaction) throws {
        try transaction.rememberOrganisation()
        let holder = try transaction.connection.first(
            """
            SELECT 1 FROM users WHERE team = ?1
            UNION ALL SELECT 1 FROM teams WHERE parent = ?1 AND "removedAt" IS NULL LIMIT 1
            """,
            [.integer(record.id)]
        ) { _ in true }
        guard holder == nil else {
            throw Problem.conflict(
                "team_in_use",
                Text("The team has members or teams below it. Move them first.", "该团队仍有成员或下级团队，请先移走。")
            )
        }
    }

    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try Widening(transaction).refuse()
        try transaction.renewAccess()
    }
}
