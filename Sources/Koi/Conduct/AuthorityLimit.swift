import KoiJSON
import KoiSQLite

/// What those of a role may grant a customer by themselves (F83).
package enum AuthorityLimit {
    package static let resource = Resource(
        "authority-limits",
        singular: "authorityLimit",
        Text("authority limit", "授权额度"),
        plural: Text("authority limits", "授权额度"),
        isMirrored: false,
        rules: AuthorityLimitRules(),
        fields: [
            .reference("role", "Role", "角色", to: "roles").required(),
            .choice("remedy", "Remedy", "补救类型", RemedyKind.choices).required().example("refund"),
            .integer("amount", "Amount", "单次额度", Money.range).required()
                .noted(
                    "Of one remedy, in the smallest unit of the currency.",
                    "单项补救的上限，以货币的最小单位计。"
                ).example(50_000),
            .choice("currency", "Currency", "货币", Currency.choices)
                .noted("The company's where none is given.", "未填写时使用公司的货币。"),
            .integer("perMonth", "Per month", "每月额度", Money.range)
                .noted(
                    "Of all remedies of the kind that one person grants in a month, by the company's time zone; null for no limit.",
                    "每人每月同类补救合计的上限，以公司时区为准；留空表示不限。"
                ).example(500_000),
            .text("notes", "Notes", "备注", max: 2_000, .multiline).unsorted(),
        ]
    )
}

/// There is one limit of a role for each kind of remedy and currency.
struct AuthorityLimitRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        Money.completeCurrency(of: &record, for: ["amount"], in: transaction)
        guard let role = record["role"].integerValue, let remedy = record["remedy"].stringValue,
            let currency = record["currency"].stringValue
        else { return }
        let other = try transaction.connection.first(
            """
            SELECT 1 FROM "authority-limits"
            WHERE role = ? AND remedy = ? AND currency = ? AND id <> ? AND "removedAt" IS NULL
            """,
            [.integer(role), .text(remedy), .text(currency), .integer(before?.id ?? 0)]
        ) { _ in true }
        if other == true { issues.append(AuthorityLimitRules.taken.issue(field: "remedy")) }
    }

    private static let taken = ValueRefusal(
        "taken",
        "There is a limit of this role for this remedy and currency already. Change that one.",
        "该角色已有此类补救和货币的额度，请修改原有额度。"
    )
}

/// What somebody may grant by the own role.
struct Authority {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Whether a user may grant a remedy, with all that this user has granted within the month.
    ///
    /// Administrators may grant whatever there is.
    func covers(_ remedy: Record, _ user: Int64) throws -> Bool {
        guard let role = try role(of: user) else { return false }
        guard role != Role.administratorID else { return true }
        guard let kind = remedy["kind"].stringValue, let amount = remedy["amount"].integerValue,
            let currency = remedy["currency"].stringValue
        else { return false }
        let limit = try transaction.connection.first(
            """
            SELECT amount, "perMonth" FROM "authority-limits"
            WHERE role = ? AND remedy = ? AND currency = ? AND "removedAt" IS NULL
            """,
            [.integer(role), .text(kind), .text(currency)]
        ) { (amount: $0.int(0), perMonth: $0.intOrNil(1)) }
        guard let limit, amount <= limit.amount else { return false }
        guard let most = limit.perMonth else { return true }
        return amount <= most - min(try granted(kind, currency, by: user), most)
    }

    private func role(of user: Int64) throws -> Int64? {
        try transaction.connection.first("SELECT role FROM users WHERE id = ? AND active = 1", [.integer(user)]) {
            $0.intOrNil(0)
        } ?? nil
    }

    /// What a user has granted since the month began, by the company's clocks; what customers declined was not spent.
    private func granted(_ kind: String, _ currency: String, by user: Int64) throws -> Int64 {
        try transaction.connection.first(
            """
            SELECT CAST(min(total(amount), 9e15) AS INTEGER) FROM "ticket-remedies"
            WHERE "decidedBy" = ? AND kind = ? AND "decidedAt" >= ? AND currency = ? AND "removedAt" IS NULL
                AND state IN ('approved', 'offered', 'consented', 'delivered')
            """,
            [.integer(user), .text(kind), .integer(monthBegan), .text(currency)]
        ) { $0.int(0) } ?? 0
    }

    private var monthBegan: Int64 {
        let zone = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        let today = CalendarDate(daysSince1970: zone.parts(transaction.now).day)
        let first = CalendarDate.first(ofMonth: today.year * 12 + today.month - 1)
        return zone.time(day: first.daysSince1970, rest: 0)
    }
}
