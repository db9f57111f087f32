import KoiJSON
import KoiSQLite

/// The rows of `notifications`.
///
/// No rules but that one sees one's own.
struct NotificationStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Reading

    /// - Parameter isShown: whether one that is there for its mail alone counts as not there.
    func find(_ id: Int64, of user: Int64, _ visible: SQLFragment, isShown: Bool = true) throws -> Notification? {
        var sql = SQLFragment(
            """
            SELECT \(Notification.columns) FROM notifications AS n
            WHERE n.id = ? AND n."user" = ?\(isShown ? " AND n.shown = 1" : "") AND
            """,
            [.integer(id), .integer(user)]
        )
        sql.append(visible)
        return try connection.first(sql.sql, sql.values) { Notification($0) }
    }

    /// The newest first.
    func list(of user: Int64, _ conditions: SQLFragment, limit: Int) throws -> [Notification] {
        let sql = SQLFragment.list(of: user, "SELECT \(Notification.columns)", conditions)
        return try connection.rows(
            sql.sql + " ORDER BY n.id DESC LIMIT ?",
            sql.values + [.integer(Int64(limit))]
        ) { Notification($0) }
    }

    func count(of user: Int64, _ conditions: SQLFragment) throws -> Int64 {
        let sql = SQLFragment.list(of: user, "SELECT count(*)", conditions)
        return try connection.first(sql.sql, sql.values) { $0.int(0) } ?? 0
    }

    func unread(_ kind: NotificationKind, about subject: EventSubject?, of user: Int64) throws -> Int64? {
        try connection.first(
            """
            SELECT id FROM notifications
            WHERE "user" = ? AND kind = ? AND coalesce(resource, '') = ? AND coalesce(record, 0) = ? AND "readAt" IS NULL
            """,
            [.integer(user), .text(kind.rawValue), .text(subject?.resource ?? ""), .integer(subject?.id ?? 0)]
        ) { $0.int(0) }
    }

    // MARK: Writing

    /// - Parameter isShown: whether it is there for its mail alone, and so never unread.
    func insert(_ news: NewNotification, by maker: Int64?, isShown: Bool, now: Int64) throws -> Int64 {
        try connection.run(
            """
            INSERT INTO notifications ("user", kind, resource, record, "by", parameters, shown, "createdAt", "readAt")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(news.user), .text(news.kind.rawValue), SQLValue(news.subject?.resource),
                SQLValue(news.subject?.id), SQLValue(maker), .text(JSONValue.object(news.parameters).text),
                SQLValue(isShown), .integer(now), isShown ? .null : .integer(now),
            ]
        )
        return connection.lastInsertedID
    }

    /// Says again what is still unread, under a new number, so that who reads all up to a number has seen it.
    ///
    /// - Returns: the new number.
    func renew(_ id: Int64, _ news: NewNotification, by maker: Int64?, now: Int64) throws -> Int64 {
        let new = try connection.first("SELECT max(id) + 1 FROM notifications") { $0.int(0) } ?? id
        try connection.run(
            #"UPDATE notifications SET id = ?, "by" = ?, parameters = ?, "createdAt" = ? WHERE id = ?"#,
            [
                .integer(new), SQLValue(maker), .text(JSONValue.object(news.parameters).text), .integer(now),
                .integer(id),
            ]
        )
        return new
    }

    func setRead(_ id: Int64, at now: Int64) throws {
        try connection.run(
            #"UPDATE notifications SET "readAt" = ? WHERE id = ? AND "readAt" IS NULL"#,
            [.integer(now), .integer(id)]
        )
    }

    /// - Returns: how many became read.
    func setAllRead(of user: Int64, upTo id: Int64, at now: Int64) throws -> Int {
        try connection.run(
            #"UPDATE notifications SET "readAt" = ? WHERE "user" = ? AND id <= ? AND "readAt" IS NULL"#,
            [.integer(now), .integer(user), .integer(id)]
        )
    }

    func remove(_ id: Int64) throws {
        try connection.run("DELETE FROM notifications WHERE id = ?", [.integer(id)])
    }

    /// Deletes what was read, or was left unread, before a time each.
    ///
    /// - Returns: how many.
    func trim(readBefore: Int64, unreadBefore: Int64, limit: Int64) throws -> Int {
        let read = try connection.run(
            """
            DELETE FROM notifications WHERE id IN (
                SELECT id FROM notifications WHERE "readAt" IS NOT NULL AND "readAt" < ? ORDER BY "readAt", id LIMIT ?)
            """,
            [.integer(readBefore), .integer(limit)]
        )
        let unread = try connection.run(
            """
            DELETE FROM notifications WHERE id IN (
                SELECT id FROM notifications WHERE "createdAt" < ? ORDER BY "createdAt", id LIMIT ?)
            """,
            [.integer(unreadBefore), .integer(limit)]
        )
        return read + unread
    }
}

extension SQLFragment {
    fileprivate static func list(of user: Int64, _ selection: String, _ conditions: SQLFragment) -> SQLFragment {
        var sql = SQLFragment(
            "\(selection) FROM notifications AS n WHERE n.\"user\" = ? AND n.shown = 1 AND ",
            [.integer(user)]
        )
        sql.append(conditions)
        return sql
    }
}
