import KoiJSON
import KoiSQLite

/// `GET /v1/reports/repurchase`: customers who have bought and may buy again, since they need something or have been silent for long.
enum RepurchaseReport {
    private static let day: Int64 = 86_400_000

    static let report = Report(
        path: "repurchase",
        operation: "reportRepurchase",
        summary:
            "Which customers that have bought may buy again: those with open needs, then those that have been silent the longest",
        sources: [
            (Customer.resource, ["owner", "purchases", "lastPurchaseAt", "lastCareAt"]),
            (Need.resource, ["customer", "status", "when"]), (Deal.resource, ["customer", "state"]),
        ],
        parameters: [
            .number(
                "silentDays",
                1...3_650,
                usual: 180,
                "After how many days without a purchase, a word or an open deal a customer counts as silent."
            ),
            .filter("owner", .reference(User.resource.name), "Of these owners only."),
            .filter("tier", .choice(Customer.tiers), "Of these tiers only."),
            .limit(100),
        ],
        head: [
            ReportColumn("total", "Total", "总数", .count).noted("How many there are, be they among the rows or not.")
        ],
        shape: .list("customers"),
        columns: [
            ReportColumn("customer", "Customer", "客户", .id).leftOutOfTables(),
            ReportColumn("name", "Customer", "客户", .text).nullable(),
            ReportColumn("owner", "Owner", "负责人", .id).nullable().leftOutOfTables(),
            ReportColumn("ownerName", "Owner", "负责人", .text).nullable(),
            ReportColumn("why", "Why", "原因", .choice(reasons)),
            ReportColumn("purchases", "Purchases", "成交次数", .count),
            ReportColumn("lastPurchaseAt", "Last purchase", "最近成交时间", .time),
            ReportColumn("lastCareAt", "Last care", "最近关怀时间", .time).nullable(),
            ReportColumn("silentDays", "Days of silence", "沉默天数", .count),
            ReportColumn("openNeeds", "Open needs", "未满足的需求", .count),
            ReportColumn("nextNeed", "Next need", "最近需求日期", .day).nullable(),
            ReportColumn("openDeals", "Open deals", "进行中的商机", .count),
        ],
        make: make
    )

    private static let reasons = [
        Choice("need", "Needs something", "有未满足的需求"), Choice("silence", "Silent for long", "长期沉默"),
        Choice("both", "Needs something, and silent for long", "有需求且长期沉默"),
    ]

    private struct Line {
        let customer: Int64
        let owner: Int64?
        let purchases: Int64
        let lastPurchaseAt: Int64
        let lastCareAt: Int64?
        let needs: Int64
        let nextNeed: String?
        let deals: Int64
        /// How many lines there are in all.
        let total: Int64

        init(_ row: Row) {
            customer = row.int(0)
            owner = row.intOrNil(1)
            purchases = row.int(2)
            lastPurchaseAt = row.int(3)
            lastCareAt = row.intOrNil(4)
            needs = row.int(5)
            nextNeed = row.textOrNil(6)
            deals = row.int(7)
            total = row.int(8)
        }

        var lastWord: Int64 { max(lastPurchaseAt, lastCareAt ?? .min) }
    }

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        let silent = transaction.now - (query.integer("silentDays") ?? 180) * day
        let potential = potential(query, silentBefore: silent, transaction)
        let lines = try transaction.connection.rows(
            potential.sql + " ORDER BY needs = 0, word, id LIMIT ?",
            potential.values + [.integer(query.integer("limit") ?? 100)],
            Line.init
        )
        for line in lines {
            transaction.saw(["purchases", "lastPurchaseAt", "lastCareAt"], of: line.customer, Customer.resource.name)
        }
        let customers = try ReportNames(Customer.resource, lines.map(\.customer), transaction)
        let owners = try ReportNames(User.resource, lines.compactMap(\.owner), transaction)
        return Report.Content(
            head: ["total": .integer(lines.first?.total ?? 0)],
            rows: lines.map { line in
                var row = row(line, silentBefore: silent, at: transaction.now)
                row["name"] = customers[line.customer]
                row["ownerName"] = line.owner.map { owners[$0] } ?? .null
                return row
            }
        )
    }

    private static func row(_ line: Line, silentBefore silent: Int64, at now: Int64) -> JSONObject {
        let isSilent = line.deals == 0 && line.lastWord < silent
        return [
            "customer": .integer(line.customer), "owner": line.owner.map(JSONValue.integer) ?? .null,
            "why": line.needs == 0 ? "silence" : isSilent ? "both" : "need",
            "purchases": .integer(line.purchases), "lastPurchaseAt": .string(Timestamp.text(line.lastPurchaseAt)),
            "lastCareAt": line.lastCareAt.map { .string(Timestamp.text($0)) } ?? .null,
            "silentDays": .integer(max(0, now - line.lastWord) / day), "openNeeds": .integer(line.needs),
            "nextNeed": line.nextNeed.map(JSONValue.string) ?? .null, "openDeals": .integer(line.deals),
        ]
    }

    /// A query of those who may buy again; of needs and deals only those that the actor sees count, once for each customer.
    private static func potential(
        _ query: ReportQuery,
        silentBefore silent: Int64,
        _ transaction: Transaction
    ) -> SQLFragment {
        let needs = transaction.visibility(of: Need.resource).condition
        let deals = transaction.visibility(of: Deal.resource).condition
        var sql = SQLFragment(
            """
            WITH p AS MATERIALIZED (
            SELECT c.id, c.owner, c.purchases, c."lastPurchaseAt", c."lastCareAt",
                CASE WHEN c."lastCareAt" > c."lastPurchaseAt" THEN c."lastCareAt" ELSE c."lastPurchaseAt" END AS word, 
            """
        )
        append("(SELECT count(*) FROM needs AS t WHERE \(openNeed)", needs, ") AS needs, ", to: &sql)
        append("(SELECT min(t.\"when\") FROM needs AS t WHERE \(openNeed)", needs, ") AS next, ", to: &sql)
        append(
            "(SELECT count(*) FROM deals AS t WHERE t.customer = c.id AND t.state = 'open' AND t.\"removedAt\" IS NULL",
            deals,
            ") AS deals FROM (",
            to: &sql
        )
        sql.append(
            """
            SELECT t.id, t.owner, t.purchases, t."lastPurchaseAt", t."lastCareAt" FROM customers AS t
            WHERE t."removedAt" IS NULL AND t.purchases > 0 AND t."lastPurchaseAt" IS NOT NULL
            """
        )
        let conditions = [
            transaction.visibility(of: Customer.resource).condition, query.condition("owner", "t.owner"),
            query.condition("tier", "t.tier"),
        ]
        for condition in conditions.compactMap({ $0 }) {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(
            """
            ) AS c) SELECT id, owner, purchases, "lastPurchaseAt", "lastCareAt", needs, next, deals, count(*) OVER ()
            FROM p WHERE needs > 0 OR (deals = 0 AND word < ?)
            """,
            [.integer(silent)]
        )
        return sql
    }

    private static let openNeed = """
        t.customer = c.id AND t.status IN ('open', 'matched') AND t."removedAt" IS NULL
        """

    private static func append(
        _ begin: String,
        _ condition: SQLFragment?,
        _ end: String,
        to sql: inout SQLFragment
    ) {
        sql.append(begin)
        if let condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(end)
    }
}
