import KoiJSON
import KoiSQLite

/// A public pool: records that belong to nobody, from which its members take some.
package enum Pool {
    /// What lies in pools.
    static let pooled: Set<String> = ["customers", "leads"]

    package static let resource = Resource(
        "pools",
        singular: "pool",
        Text("pool", "公海"),
        plural: Text("pools", "公海"),
        rules: PoolRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("华东公海"),
            .choice("resource", "Resource", "对象", choices).fallback("customers").fixed(),
            .links(
                "users",
                "Members",
                "成员",
                LinkTable(
                    table: "pool_users",
                    holder: "pool",
                    target: "user",
                    maximum: 500,
                    fields: [
                        .reference("user", "User", "用户", to: "users").required()
                    ]
                )
            ),
            .links(
                "teams",
                "Teams",
                "团队",
                LinkTable(
                    table: "pool_teams",
                    holder: "pool",
                    target: "team",
                    maximum: 100,
                    fields: [
                        .reference("team", "Team", "团队", to: "teams").required()
                    ]
                )
            ).noted(
                "Who is in these teams or one below them is a member. Without users and teams everybody is who sees the pool.",
                "这些团队及其下级团队的人员均为成员；未指定成员和团队时，所有可查看此公海的人都是成员。"
            ),
            .integer("dailyClaims", "Claims a day", "每日领取上限", 0...1_000_000)
                .noted("What one member may take on a day; null for any number.", "每人每天可领取的数量；为空表示不限。"),
            .integer("dailyViews", "Views a day", "每日查看上限", 0...1_000_000)
                .noted(
                    "At how many of its records one member may look on a day; null for any number.",
                    "每人每天可查看的记录数；为空表示不限。"
                ),
            .integer("holding", "Holding", "持有上限", 0...10_000_000)
                .noted("Who owns as many records takes no more; null for any number.", "名下记录达到此数量后不能再领取；为空表示不限。"),
            .integer("cooldownDays", "Cool-down", "冷却天数", 0...3_650).fallback(0)
                .noted("For how many days who had a record cannot take it again.", "原负责人在此天数内不能再次领取。"),
            Field("filter", .object, Text("Takes back", "回收范围")).fallback(.object([:])).unfiltered()
                .noted(
                    "Which records it takes back: parameters of a list. Each record goes by the first pool that it fits.",
                    "回收哪些记录：列表筛选参数。每条记录按编号最小的符合条件的公海处理。"
                )
                .example(.object(["region": "上海"])),
            .facts("rules", "Rules", "回收规则", max: 20, of: RecyclingRule.fields)
                .noted(
                    "A record is taken back once all that a rule says has come, by whichever rule of its tier comes first; rules without a tier are for tiers without a rule.",
                    "规则中的条件全部满足时回收；同一等级有多条规则时取最早者；未指定等级的规则适用于没有专属规则的等级。"
                )
                .example([["tier": "general", "noContactDays": 30]]),
            .integer("warnDays", "Warning", "提前提醒天数", 0...365).fallback(7)
                .noted(
                    "How many days before a record is taken back its owner is told, without which nothing is taken; 0 to tell nobody.",
                    "回收前多少天提醒负责人，未提醒的记录不会被回收；为 0 时不提醒。"
                ),
            .list("exemptTags", "Exempt tags", "豁免标签", max: 50, of: TextRule(maximum: 50))
                .noted("A record with one of these is never taken back.", "带有任一标签的记录不会被回收。"),
            .boolean("recycles", "Takes records back", "启用回收").fallback(false)
                .noted("GET …/recycling shows what it would take before.", "启用前可用 GET …/recycling 预览。"),
        ]
    )

    private static let choices = [Choice("leads", "Leads", "线索"), Choice("customers", "Customers", "客户")]

    /// The fields of a record that lie in a pool.
    static let fields: [Field] = [
        .reference("pool", "Pool", "公海", to: "pools").derived()
            .noted("Where it lies, owned by nobody.", "所在公海；此时没有负责人。")
    ]

    /// Who owns a record has taken it out of its pool, whatever gave it to them; what is closed is nobody's work any more.
    static func leave(_ record: inout Record) {
        if !record["owner"].isNull || !takes(record) { record["pool"] = .null }
    }

    /// Whether a record may lie in a pool: a lead that was converted or is worth nothing may not.
    static func takes(_ record: Record) -> Bool {
        Assignable.of(record.resource)?.isOpen(record) ?? true
    }

    /// The same on the table under alias `t`.
    static func condition(_ resource: Resource) -> SQLFragment {
        SQLFragment(Assignable.of(resource)?.open ?? "1 = 1")
    }

    // MARK: Back to a pool

    /// What comes back as it was lies in no pool that has gone since.
    static func leaveGone(_ record: inout Record, _ connection: Connection) throws {
        guard pooled.contains(record.resource.name), !record["pool"].isNull else { return }
        if try !isThere(record["pool"], connection) { record["pool"] = .null }
    }

    /// Lays a record that nobody has again into the pool from which it was taken, where that is still there.
    static func putBack(_ before: Record, into pool: JSONValue, in transaction: Transaction) throws {
        guard pooled.contains(before.resource.name), before["owner"].isNull, before["pool"].isNull,
            try isThere(pool, transaction.connection)
        else { return }
        var record = before
        record["pool"] = pool
        _ = try RecordService(before.resource, transaction).save(record, before: before)
    }

    private static func isThere(_ pool: JSONValue, _ connection: Connection) throws -> Bool {
        guard let id = pool.integerValue else { return false }
        return try RecordStore(resource, connection).find(id, .all) != nil
    }
}

/// What a pool must keep to beyond its field list.
struct PoolRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        try checkFilter(record, before, &issues, transaction)
        checkRules(record, before, &issues, transaction)
        let isIdle = record["recycles"] == true && (record["rules"].arrayValue ?? []).isEmpty
        if isIdle { issues.append(PoolRules.ruleless.issue(field: "rules")) }
    }

    /// One that cannot be used any more stands in the way of no other change, but of taking records back.
    private func checkFilter(
        _ record: Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        let begins = record["recycles"] == true && before?["recycles"] != true
        guard begins || record["filter"] != before?["filter"], let name = record["resource"].stringValue else { return }
        issues += try FilterCheck.issues(ofRule: record["filter"], on: name, in: "filter", transaction)
    }

    private func checkRules(
        _ record: Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) {
        let hasTiers =
            record["resource"].stringValue.flatMap { transaction.catalog.resources[$0] }?.field("tier") != nil
        for (index, rule) in RecyclingRule.all(record["rules"]).enumerated() {
            if rule.isEmpty { issues.append(PoolRules.empty.issue(field: "rules[\(index)]")) }
            guard rule.tier != nil, !hasTiers, record["rules"] != before?["rules"] else { continue }
            issues.append(PoolRules.tierless.issue(field: "rules[\(index)].tier"))
        }
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        guard let name = record["resource"].stringValue, Pool.pooled.contains(name) else { return }
        let held = try transaction.connection.first(
            """
            SELECT 1 FROM \(Dialect.quoted(name)) AS t WHERE t.pool = ? AND NOT EXISTS (
                SELECT 1 FROM merges AS m WHERE m.resource = ? AND m.loser = t.id AND m."undoneAt" IS NULL) LIMIT 1
            """,
            [.integer(record.id), .text(name)]
        ) { _ in true }
        guard held == nil else {
            throw Problem.conflict(
                "pool_not_empty",
                Text(
                    "Records lie in this pool, be it in the bin. Give them to somebody first.",
                    "此公海中仍有记录（含回收站中的），请先分配。"
                )
            )
        }
    }

    private static let empty = ValueRefusal(
        "empty_rule",
        "Say after how many days: noContactDays, noDealDays or contractEndedDays.",
        "请至少填写一项天数：noContactDays、noDealDays 或 contractEndedDays。"
    )
    private static let tierless = ValueRefusal("no_tier", "Leads have no tier; leave it out.", "线索没有等级，请勿填写。")
    private static let ruleless = ValueRefusal(
        "required",
        "A pool that takes records back needs a rule.",
        "启用回收的公海至少需要一条规则。"
    )
}
