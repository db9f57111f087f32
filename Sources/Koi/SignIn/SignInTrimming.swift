import KoiJSON
import KoiSQLite

/// Deletes sessions, links and devices that nobody has used for long, every night.
enum SignInTrimming {
    /// How long what has ended is kept: by it an address is known from which somebody has signed in.
    static let keptFor: Int64 = 30 * 86_400_000

    static let kind = JobKind("trimSessions", recurrence: .daily(minute: 185)) { chunk in
        let now = chunk.transaction.now
        let steps = [
            ("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE \"expiresAt\" < ? LIMIT 100)", keptFor),
            ("DELETE FROM links WHERE id IN (SELECT id FROM links WHERE \"expiresAt\" < ? LIMIT 100)", keptFor),
            (
                "DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE \"lastUsedAt\" < ? LIMIT 100)",
                DeviceStore.lifetime
            ),
        ]
        for (sql, age) in steps {
            while true {
                guard chunk.hasTime else { return .more }
                let count = try chunk.transaction.connection.run(sql, [.integer(now - age)])
                chunk.done += Int64(count)
                if count == 0 { break }
            }
        }
        return .done(["trimmed": .integer(chunk.done)])
    }
}
