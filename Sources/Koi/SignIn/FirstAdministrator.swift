import KoiJSON
import KoiSQLite

/// How the first person gets in: by a link that is good for a day and once, shown to whoever starts Koi.
package enum FirstAdministrator {
    /// Makes the link, in place of those before it.
    ///
    /// - Returns: its token; nil where somebody can sign in, or users were made who only need an invitation.
    package static func makeLink(in transaction: Transaction) throws -> String? {
        guard try isMissing(transaction), try !hasStaff(transaction) else { return nil }
        let links = Links(transaction)
        try links.revokeAll(.firstAdministrator)
        return try links.make(.firstAdministrator)
    }

    /// Whether nobody can sign in.
    package static func isMissing(_ transaction: Transaction) throws -> Bool {
        let sql = """
            SELECT 1 FROM credentials AS c JOIN users AS u ON u.id = c."user"
            WHERE u.active = 1 AND u.email IS NOT NULL LIMIT 1
            """
        return try transaction.connection.first(sql) { _ in true } == nil
    }

    /// Whether there are users beyond the one that Koi makes for the first key.
    private static func hasStaff(_ transaction: Transaction) throws -> Bool {
        try transaction.connection.first("SELECT count(*) > 1 OR count(email) > 0 FROM users") { $0.bool(0) } ?? false
    }

    /// Makes somebody the first administrator.
    ///
    /// Where Koi made a user for the first key, it is that one.
    static func appoint(name: String, email: String, _ language: Language, in transaction: Transaction) throws -> Int64
    {
        guard try isMissing(transaction) else { throw Problem.linkInvalid }
        let users = RecordService(User.resource, transaction)
        let fields: JSONObject = [
            "name": .string(name), "email": .string(email), "language": .string(language.rawValue),
        ]
        let unnamed = try transaction.connection.first(
            "SELECT id FROM users WHERE active = 1 AND role = ? AND email IS NULL ORDER BY id LIMIT 1",
            [.integer(Role.administratorID)]
        ) { $0.int(0) }
        if let unnamed { return try users.change(unnamed, fields).id }
        var new = fields
        new["role"] = .integer(Role.administratorID)
        return try users.add(new).id
    }
}
