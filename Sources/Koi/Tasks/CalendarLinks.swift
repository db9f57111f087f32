import KoiJSON
import KoiSQLite

/// The link by which calendars elsewhere follow what a user has to do: one for each user, until it is revoked.
struct CalendarLinks {
    static let path = "/calendar/"
    /// Calendars ask every hour or so for as long as the link is good.
    private static let uses: Int64 = 1_000_000_000

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Makes a link, and revokes the one before it.
    ///
    /// - Returns: what is shown of it this once.
    func make() throws -> JSONValue {
        let user = try user()
        try revoke()
        let token = try Links(transaction).make(.calendar, subject: maker, user: user, uses: CalendarLinks.uses)
        let start = transaction.catalog.settings.current.publicURL ?? ""
        guard var document = try find() else { throw Problem.unforeseen }
        document["url"] = .string(start + CalendarLinks.path + token)
        return .object(document)
    }

    /// Since when there is a link, and until when; never the link itself.
    ///
    /// - Throws: `Problem.notFound` where there is none.
    func show() throws -> JSONValue {
        guard let document = try find() else { throw Problem.notFound(Text("calendar link", "日历链接")) }
        return .object(document)
    }

    /// To revoke none changes nothing.
    func revoke() throws {
        try Links(transaction).revokeAll(.calendar, for: user())
    }

    /// The calendar behind a link, with the rights that its user has by now; nil where there is none.
    func bytes(of token: String, _ form: TaskCalendar.Form) throws -> [UInt8]? {
        guard let link = try Links(transaction).find(token), link.purpose == .calendar, let user = link.user,
            try isGood(link.subject),
            let actor = try Actor.user(user, kind: .link, in: transaction.catalog, transaction.connection)
        else { return nil }
        return try transaction.acting(as: actor) { try TaskCalendar($0, form).bytes() }
    }

    private func find() throws -> JSONObject? {
        try transaction.connection.first(
            """
            SELECT "createdAt", "expiresAt", resource, record FROM links
            WHERE "user" = ? AND purpose = ? AND "revokedAt" IS NULL AND "expiresAt" > ? ORDER BY id DESC LIMIT 1
            """,
            [.integer(try user()), .text(LinkPurpose.calendar.rawValue), .integer(transaction.now)]
        ) { row -> JSONObject? in
            let subject = row.textOrNil(2).map { EventSubject(resource: $0, id: row.int(3)) }
            guard try isGood(subject) else { return nil }
            return [
                "createdAt": .string(Timestamp.text(row.int(0))), "expiresAt": .string(Timestamp.text(row.int(1))),
            ]
        } ?? nil
    }

    /// The key by which it is made; nil for a person.
    private var maker: EventSubject? {
        transaction.actor.key.map { EventSubject(resource: APIKey.resource.name, id: $0) }
    }

    /// A link is good for no longer, and no further, than the key that made it.
    private func isGood(_ maker: EventSubject?) throws -> Bool {
        guard let maker else { return true }
        return try APIKey.isUnlimited(maker.id, transaction.connection)
    }

    /// Whoever has less than the user cannot make a link that has as much: one that ends or is bound to addresses included.
    private func user() throws -> Int64 {
        guard let user = transaction.actor.user, !transaction.actor.access.isNarrowed, try isGood(maker) else {
            throw Problem.forbidden(
                "narrowed_key",
                "This takes a person, or a key without an end that may do all that its user may, from anywhere.",
                "此操作需要本人登录，或使用未限制权限、期限和地址的 API 密钥。"
            )
        }
        return user
    }
}
