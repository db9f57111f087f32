import KoiJSON
import KoiSQLite

/// A person who works with Koi.
package enum User {
    package static let resource = Resource(
        "users",
        singular: "user",
        Text("user", "用户"),
        plural: Text("users", "用户"),
        verbs: [.create, .change],
        rules: UserRules(),
        fields: [
            .text("name", "Name", "姓名", max: 200).required().example("王芳"),
            .choice(
                "language",
                "Language",
                "语言",
                [Choice("zh", "Chinese", "中文"), Choice("en", "English", "英文")]
            ).fallback("zh"),
            .text("timeZone", "Time zone", "时区", max: 64, .timeZone)
                .fallback("Asia/Shanghai").example("Asia/Shanghai"),
            .boolean("active", "Active", "在用").fallback(true),
        ]
    )
}

/// A change of a user changes what the user's keys stand for.
package struct UserRules: RecordRules {
    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        guard before?["active"] == true, record["active"] == false else { return }
        let other = try transaction.connection.first(
            "SELECT 1 FROM users WHERE active = 1 AND id <> ? LIMIT 1",
            [.integer(record.id)]
        ) { _ in true }
        guard other == nil else { return }
        throw Problem.conflict(
            "last_user",
            Text(
                "This is the last active user; without one every key is refused. Activate another first.",
                "这是最后一位在用用户，停用后所有密钥都会失效。请先启用其他用户。"
            )
        )
    }

    package func saved(
        _ record: Record,
        before: Record?,
        in transaction: Transaction
    ) throws {
        let keys = transaction.catalog.keys
        transaction.whenCommitted { keys.forget() }
    }
}
