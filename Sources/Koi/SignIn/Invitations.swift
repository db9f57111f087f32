import KoiHTTP
import KoiJSON
import KoiSQLite

/// Links by which users choose a password.
struct Invitations {
    private let transaction: Transaction
    private let links: Links

    init(_ transaction: Transaction) {
        self.transaction = transaction
        links = Links(transaction)
    }

    /// Where the page is on which a link is used; the token stands behind the `#`, which browsers send to nobody.
    static func path(of token: String) -> String {
        "/welcome.html#" + token
    }

    /// Makes a link for a user whom the actor may change and who reaches no more than the actor, in place of those before.
    ///
    /// - Returns: its path, which cannot be shown again, its purpose, and when it ends.
    func make(for user: Int64) throws -> (path: String, link: Link) {
        let record = try RecordService(User.resource, transaction).find(user)
        try RecordPermission(User.resource, transaction).check(.change, record)
        try UserRules.refuseTakeover(of: user, transaction)
        guard transaction.actor.user != user else { throw Invitations.own }
        try refuseBoundKey()
        guard record["active"] == true, !record["email"].isNull else { throw Invitations.noAddress }
        let hasPassword = try CredentialStore(transaction.connection).find(user) != nil
        try links.revokeAll(for: user)
        let token = try links.make(hasPassword ? .passwordReset : .invitation, user: user)
        guard let link = try links.find(token) else { throw Problem.unforeseen }
        return (Invitations.path(of: token), link)
    }

    /// A link lets somebody in for good and from anywhere; a key that ends, or is bound to addresses, may not go that far.
    private func refuseBoundKey() throws {
        guard let key = transaction.actor.key else { return }
        let isBound = try transaction.connection.first(
            "SELECT \"expiresAt\" IS NOT NULL OR addresses <> '[]' FROM keys WHERE id = ?",
            [.integer(key)]
        ) { $0.bool(0) }
        guard isBound != false else { return }
        throw Problem.forbidden(
            "wider_than_own",
            "You work with a key that ends or is bound to addresses; it invites nobody. Sign in, or use another key.",
            "您使用的密钥有到期时间或地址限制，不能邀请他人。请登录或使用其他密钥。"
        )
    }

    /// What whoever has a link is shown.
    ///
    /// - Throws: `Problem` 404 where the link lets nobody in.
    func look(at token: String) throws -> JSONValue {
        let (link, user) = try find(token)
        return [
            "purpose": .string(link.purpose.rawValue),
            "name": user.map { .string($0.name) } ?? .null,
            "email": user.map { .string($0.email) } ?? .null,
            "expiresAt": .string(Timestamp.text(link.expiresAt)),
        ]
    }

    /// - Throws: `Problem` 404 where the link lets nobody in.
    func find(_ token: String) throws -> (link: Link, user: (name: String, email: String)?) {
        guard let link = try links.find(token) else { throw Problem.linkInvalid }
        guard let id = link.user else {
            guard link.purpose == .firstAdministrator, try FirstAdministrator.isMissing(transaction) else {
                throw Problem.linkInvalid
            }
            return (link, nil)
        }
        let sql = "SELECT name, email FROM users WHERE id = ? AND active = 1 AND email IS NOT NULL"
        guard let user = try transaction.connection.first(sql, [.integer(id)], { ($0.text(0), $0.text(1)) }) else {
            throw Problem.linkInvalid
        }
        return (link, (name: user.0, email: user.1))
    }

    private static let own = Problem.conflict(
        "own_password",
        Text(
            "Nobody invites themselves. Change your password with PUT /v1/me/password.",
            "不能邀请自己。请通过 PUT /v1/me/password 修改密码。"
        )
    )
    private static let noAddress = Problem.conflict(
        "cannot_sign_in",
        Text(
            "Only an active user with an e-mail address can sign in. Give the user one first.",
            "只有设置了邮箱的在用用户才能登录。请先为该用户设置邮箱。"
        )
    )
}

extension Problem {
    static let linkInvalid = Problem(
        .notFound,
        "link_invalid",
        Text(
            "This link was used already, has expired, or was replaced by another. Ask for a new one.",
            "此链接已使用、已过期或已被新链接取代。请重新获取。"
        )
    )
}
