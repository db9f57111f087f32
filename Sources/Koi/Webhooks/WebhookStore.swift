import KoiJSON
import KoiSQLite

/// How far webhooks have come: the rows of `webhook_states` and `webhook_deliveries`.
///
/// No rules.
struct WebhookStore {
    /// A webhook at work.
    struct State: Sendable {
        let webhook: Int64
        let position: Int64
        let replay: ClosedRange<Int64>?
        let failures: Int64
        let failingSince: Int64?
    }

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: How far it has come

    func begin(_ webhook: Int64, after position: Int64) throws {
        try connection.run(
            "INSERT INTO webhook_states (webhook, position) VALUES (?, ?)",
            [.integer(webhook), .integer(position)]
        )
    }

    /// Of those that are active.
    func states() throws -> [State] {
        try connection.rows(
            """
            SELECT s.webhook, s.position, s."replayPosition", s."replayTo", s.failures, s."failingSince"
            FROM webhook_states AS s JOIN webhooks AS w ON w.id = s.webhook
            WHERE w.active = 1 AND w."removedAt" IS NULL ORDER BY s.webhook
            """
        ) { row in
            let replay = row.intOrNil(2).flatMap { first in row.intOrNil(3).map { (first, $0) } }
            return State(
                webhook: row.int(0),
                position: row.int(1),
                replay: replay.flatMap { $0.0 <= $0.1 ? $0.0...$0.1 : nil },
                failures: row.int(4),
                failingSince: row.intOrNil(5)
            )
        }
    }

    func setPosition(of webhook: Int64, to position: Int64) throws {
        try connection.run(
            "UPDATE webhook_states SET position = ? WHERE webhook = ? AND position < ?",
            [.integer(position), .integer(webhook), .integer(position)]
        )
    }

    /// Has the events after one number and up to another told once more; nil for no more of it.
    func setReplay(of webhook: Int64, to replay: ClosedRange<Int64>?) throws {
        try connection.run(
            "UPDATE webhook_states SET \"replayPosition\" = ?, \"replayTo\" = ? WHERE webhook = ?",
            [.nullable(replay?.lowerBound), .nullable(replay?.upperBound), .integer(webhook)]
        )
    }

    /// Moves a replay on, or ends it, where it is still the one that was under way.
    func advanceReplay(of webhook: Int64, from replay: ClosedRange<Int64>, to position: Int64?) throws {
        try connection.run(
            """
            UPDATE webhook_states SET "replayPosition" = ?, "replayTo" = ?
            WHERE webhook = ? AND "replayPosition" = ? AND "replayTo" = ?
            """,
            [
                .nullable(position), position == nil ? .null : .integer(replay.upperBound), .integer(webhook),
                .integer(replay.lowerBound), .integer(replay.upperBound),
            ]
        )
    }

    /// Attempts in a row that failed, and since when; nil where there is no such webhook.
    func failures(of webhook: Int64) throws -> (count: Int64, since: Int64?)? {
        try connection.first(
            "SELECT failures, \"failingSince\" FROM webhook_states WHERE webhook = ?",
            [.integer(webhook)]
        ) { ($0.int(0), $0.intOrNil(1)) }
    }

    /// Why Koi has paused it; nil where it has not.
    func setPause(of webhook: Int64, _ reason: String?) throws {
        try connection.run(
            "UPDATE webhooks SET pause = ? WHERE id = ? AND pause IS NOT ?",
            [.nullable(reason), .integer(webhook), .nullable(reason)]
        )
    }

    func setFailures(of webhook: Int64, _ failures: Int64, since: Int64?) throws {
        try connection.run(
            "UPDATE webhook_states SET failures = ?, \"failingSince\" = ? WHERE webhook = ?",
            [.integer(failures), .nullable(since), .integer(webhook)]
        )
    }

    func setPreviousSecret(of webhook: Int64, until end: Int64) throws {
        try connection.run(
            "UPDATE webhook_states SET \"previousUntil\" = ? WHERE webhook = ?",
            [.integer(end), .integer(webhook)]
        )
    }

    func previousSecretEnd(of webhook: Int64) throws -> Int64? {
        try connection.first(
            "SELECT \"previousUntil\" FROM webhook_states WHERE webhook = ?",
            [.integer(webhook)]
        ) { $0.intOrNil(0) } ?? nil
    }

    // MARK: Deliveries

    func add(_ sequence: Int64?, _ subject: EventSubject?, for webhook: Int64, now: Int64) throws -> Int64 {
        try connection.run(
            """
            INSERT INTO webhook_deliveries (webhook, sequence, resource, record, due, "createdAt") VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(webhook), .nullable(sequence), .text(subject?.resource ?? ""), .integer(subject?.id ?? 0),
                .integer(now), .integer(now),
            ]
        )
        return connection.lastInsertedID
    }

    func find(_ id: Int64) throws -> WebhookDelivery? {
        try connection.first(
            "SELECT \(WebhookDelivery.columns) FROM webhook_deliveries AS d WHERE d.id = ?",
            [.integer(id)]
        ) { WebhookDelivery($0) }
    }

    func waitingCount(of webhook: Int64) throws -> Int64 {
        try connection.first(
            "SELECT count(*) FROM webhook_deliveries WHERE webhook = ? AND state = 'waiting'",
            [.integer(webhook)]
        ) { $0.int(0) } ?? 0
    }

    /// Those for which something waits, and which are told it: tests also where they are paused.
    func waitingWebhooks() throws -> [Int64] {
        try connection.rows(
            """
            SELECT DISTINCT d.webhook FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook
            WHERE d.state = 'waiting' AND (w.active = 1 OR d.sequence IS NULL) AND w."removedAt" IS NULL
            ORDER BY d.webhook
            """
        ) { $0.int(0) }
    }

    /// Those that may go out, the one due first in front: of each record the oldest that waits.
    func due(of webhook: Int64, at now: Int64, limit: Int64) throws -> [WebhookDelivery] {
        try connection.rows(
            """
            SELECT \(WebhookDelivery.columns)
            FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook
            WHERE d.webhook = ? AND d.state = 'waiting' AND d.due <= ? AND (w.active = 1 OR d.sequence IS NULL)
                AND (d.record = 0 OR NOT EXISTS (SELECT 1 FROM webhook_deliveries AS b
                    WHERE b.state = 'waiting' AND b.webhook = d.webhook AND b.resource = d.resource
                        AND b.record = d.record AND b.id < d.id))
            ORDER BY d.due, d.id LIMIT ?
            """,
            [.integer(webhook), .integer(now), .integer(limit)]
        ) { WebhookDelivery($0) }
    }

    /// The time at which the next of them is due; nil where none waits.
    func nextDue(after now: Int64) throws -> Int64? {
        try connection.first(
            """
            SELECT min(d.due) FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook
            WHERE d.state = 'waiting' AND d.due > ? AND w.active = 1 AND w."removedAt" IS NULL
            """,
            [.integer(now)]
        ) { $0.intOrNil(0) } ?? nil
    }

    /// Stores what came of an attempt, and how it goes on.
    ///
    /// - Parameter due: when the next attempt is made, where there is one.
    func settle(_ id: Int64, _ outcome: WebhookOutcome, _ state: WebhookDelivery.State, due: Int64?) throws {
        try connection.run(
            """
            UPDATE webhook_deliveries SET attempts = attempts + 1, state = ?, due = coalesce(?, due), "attemptedAt" = ?,
                duration = ?, status = ?, response = ?, error = ?, "finishedAt" = ?
            WHERE id = ? AND state = 'waiting'
            """,
            [
                .text(state.rawValue), .nullable(due), .integer(outcome.at), .integer(outcome.duration),
                .nullable(outcome.status), .nullable(outcome.response), .nullable(outcome.failure?.stored.text),
                .nullable(state == .waiting ? nil : outcome.at), .integer(id),
            ]
        )
    }

    func drop(_ id: Int64, now: Int64) throws {
        try connection.run(
            "UPDATE webhook_deliveries SET state = 'dropped', \"finishedAt\" = ? WHERE id = ? AND state = 'waiting'",
            [.integer(now), .integer(id)]
        )
    }

    func dropWaiting(of webhook: Int64, now: Int64) throws {
        try connection.run(
            "UPDATE webhook_deliveries SET state = 'dropped', \"finishedAt\" = ? WHERE webhook = ? AND state = 'waiting'",
            [.integer(now), .integer(webhook)]
        )
    }

    /// Has all that wait tried at once and as often as at first, and what failed before forgotten.
    func hurry(_ webhook: Int64, at now: Int64) throws {
        try connection.run(
            "UPDATE webhook_deliveries SET due = min(due, ?), attempts = 0 WHERE webhook = ? AND state = 'waiting'",
            [.integer(now), .integer(webhook)]
        )
        try setFailures(of: webhook, 0, since: nil)
    }

    /// - Returns: how many were deleted.
    func trim(before oldest: Int64, limit: Int64) throws -> Int {
        try connection.run(
            """
            DELETE FROM webhook_deliveries WHERE id IN (
                SELECT id FROM webhook_deliveries WHERE "finishedAt" < ? ORDER BY "finishedAt" LIMIT ?)
            """,
            [.integer(oldest), .integer(limit)]
        )
    }
}
