import KoiJSON
import KoiSQLite

/// A person who works with Koi.
package enum User {
    package static let resource = Resource(
        "users",
        singular: "user",
        Text("user", "用户"),
        plural: Text("users", "用户"),
        operations: [.create, .change],
        owner: "id",
        rules: UserRules(),
        fields: [
            .text("name", "Name", "姓名", max: 200).required().example("王芳"),
            .text("email", "E-mail", "电子邮件", max: 254, .email)
                .noted("The address to sign in with; kept in small letters.", "用于登录，以小写保存。")
                .example("wang.fang@example.com"),
            .reference("role", "Role", "角色", to: "roles")
                .fallback(.integer(Role.viewerID))
                .noted("What the user may do; viewer where none is given.", "决定用户的权限，默认为只读角色。"),
            .reference("team", "Team", "团队", to: "teams"),
            .choice(
                "language",
                "Language",
                "语言",
                [Choice("zh", "Chinese", "中文"), Choice("en", "English", "英文")]
            ).fallback("zh")
                .noted("The company's where none is given.", "默认为公司的语言。"),
            .text("timeZone", "Time zone", "时区", max: 64, .timeZone)
                .fallback("Asia/Shanghai")
                .noted("The company's where none is given.", "默认为公司的时区。").example("Asia/Shanghai"),
            .reference("calendar", "Working calendar", "工作日历", to: "calendars")
                .noted("When the user works; as the company does where none is given.", "用户的工作时间，默认按公司日历。"),
            .boolean("active", "Active", "在用").fallback(true),
        ]
    )
}

/// Nobody raises themselves, nobody touches who may do more, and there is always an administrator.
package struct UserRules: RecordRules {
    package func begin(_ record: inout Record, in transaction: Transaction) {
        let settings = transaction.catalog.settings.current
        record["language"] = .string(settings.language.rawValue)
        record["timeZone"] = .string(settings.timeZone)
    }

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        try transaction.rememberOrganisation()
        if let email = record["email"].stringValue {
            record["email"] = .string(email.lowercased())
            try checkFree(record, &issues, transaction)
        }
        try checkRole(record, before, transaction)
        try keepAdministrator(record, before, transaction)
        if before?["active"] == true, record["active"] == false {
            try OwnedRecords(transaction).refuseLeaving(record.id)
        }
    }

    private func checkFree(
        _ record: Record,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        let other = try transaction.connection.first(
            "SELECT 1 FROM users WHERE email = ? AND id <> ?",
            [SQLValue(record["email"].stringValue), .integer(record.id)]
        ) { _ in true }
        guard other != nil else { return }
        let refusal = ValueRefusal("taken", "Another user has this address.", "其他用户已使用此邮箱。")
        issues.append(refusal.issue(field: "email"))
    }

    /// What goes beyond the actor's own rights can neither be given nor be touched: whoever could change the address of
    /// an administrator could sign in as one.
    private func checkRole(_ record: Record, _ before: Record?, _ transaction: Transaction) throws {
        if let before {
            if before.id == transaction.actor.user, record["role"] != before["role"] {
                throw Problem.forbidden(
                    "own_role",
                    "You cannot change your own role. Ask another administrator.",
                    "不能更改自己的角色，请联系其他管理员。"
                )
            }
            if before.id == transaction.actor.user, record["team"] != before["team"], !transaction.actor.access.isFull {
                throw Problem.forbidden(
                    "own_team",
                    "You cannot move yourself to another team, since a team gives rights. Ask an administrator.",
                    "团队决定权限，不能更改自己所属的团队，请联系管理员。"
                )
            }
            try refuseOwnAccount(record, before, transaction)
            if before.id != transaction.actor.user { try refuseExcess(before, transaction) }
            if record["email"] != before["email"] { try UserRules.refuseTakeover(of: before.id, transaction) }
        }
        if record["role"] != before?["role"] { try refuseExcess(record, transaction) }
    }

    /// - Throws: `Problem` 403 where whoever could act as this user would reach more than the actor does.
    static func refuseTakeover(of user: Int64, _ transaction: Transaction) throws {
        guard let excess = try UserRules.excess(of: user, transaction) else { return }
        throw Problem.forbidden(
            "wider_than_own",
            "Whoever changes how this user signs in could act as this user, who reaches more than you (\(excess)). Ask an administrator.",
            "更改登录方式即可冒用该用户，而其权限超出您自己的权限（\(excess)），请联系管理员。"
        )
    }

    /// Whether a user reaches what the actor does not, if only the user's own records.
    static func isWider(_ user: Int64, _ transaction: Transaction) throws -> Bool {
        try excess(of: user, transaction) != nil
    }

    private static func excess(of user: Int64, _ transaction: Transaction) throws -> String? {
        guard !transaction.actor.access.isFull else { return nil }
        return try Access.of(user, transaction)
            .excess(inNameOver: transaction.actor.access, of: transaction.catalog.resources.all)
    }

    /// The address by which one signs in is given by others: else whoever finds a key, or a browser left open, takes over.
    private func refuseOwnAccount(_ record: Record, _ before: Record, _ transaction: Transaction) throws {
        guard before.id == transaction.actor.user,
            transaction.actor.access.scope(.change, on: User.resource.name) < .all,
            record["email"] != before["email"] || record["active"] != before["active"]
        else { return }
        throw Problem.forbidden(
            "own_account",
            "You cannot change your own sign-in address or deactivate yourself. Ask an administrator.",
            "不能更改自己的登录邮箱或停用自己，请联系管理员。"
        )
    }

    private func refuseExcess(_ record: Record, _ transaction: Transaction) throws {
        let role = try Role.grants(of: record["role"].integerValue, transaction)
        try Role.refuseExcess(of: role.grants, what: role.name, transaction)
    }

    private func keepAdministrator(_ record: Record, _ before: Record?, _ transaction: Transaction) throws {
        guard let before, UserRules.isAdministrator(before) else { return }
        let signsIn = try UserRules.canSignIn(before, transaction)
        let remains = UserRules.isAdministrator(record) && (!signsIn || !record["email"].isNull)
        guard !remains else { return }
        // The user of a key is no help to people at a sign-in page; where nobody signs in, keys are all there is.
        let condition = signsIn ? "AND email IS NOT NULL AND id IN (SELECT \"user\" FROM credentials)" : ""
        let other = try transaction.connection.first(
            "SELECT 1 FROM users WHERE active = 1 AND role = ? AND id <> ? \(condition) LIMIT 1",
            [.integer(Role.administratorID), .integer(record.id)]
        ) { _ in true }
        guard other != nil else {
            throw Problem.conflict(
                "last_administrator",
                Text(
                    "This is the last active administrator, or the last who can sign in; without one nobody could let anyone in. Make another first.",
                    "这是最后一位在用（或可登录）的管理员。请先设置另一位管理员。"
                )
            )
        }
    }

    private static func canSignIn(_ user: Record, _ transaction: Transaction) throws -> Bool {
        guard !user["email"].isNull else { return false }
        let credential = try transaction.connection.first(
            "SELECT 1 FROM credentials WHERE \"user\" = ?",
            [.integer(user.id)]
        ) { _ in true }
        return credential != nil
    }

    private static func isAdministrator(_ user: Record) -> Bool {
        user["active"] == true && user["role"] == .integer(Role.administratorID)
    }

    package func saved(
        _ record: Record,
        before: Record?,
        in transaction: Transaction
    ) throws {
        if before?["active"] == true, record["active"] == false {
            try SessionService(transaction).endAll(of: record.id)
        }
        // A link was sent to the address before, or to somebody who is to come in no more.
        if let before, record["email"] != before["email"] || record["active"] == false {
            try Links(transaction).revokeAll(for: record.id)
        }
        try Widening(transaction).refuse()
        try transaction.renewAccess()
    }
}
