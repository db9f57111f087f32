import KoiJSON
import KoiSQLite

/// The rows of `outbox`.
///
/// No rules.
struct OutboxStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Reading

    func find(_ id: Int64) throws -> OutboxMessage? {
        try connection.first("SELECT \(OutboxMessage.columns) FROM outbox WHERE id = ?", [.integer(id)]) {
            OutboxMessage($0)
        }
    }

    /// The channels with anything that waits.
    func channels() throws -> [OutboxMessage.Channel] {
        var channels: [OutboxMessage.Channel] = []
        var last = ""
        while let name = try channel(after: last) {
            last = name
            if let channel = OutboxMessage.Channel(stored: name) { channels.append(channel) }
        }
        return channels
    }

    /// One step along the index, whatever waits in each channel.
    private func channel(after name: String) throws -> String? {
        try connection.first(
            """
            SELECT channel FROM outbox WHERE state IN ('waiting', 'sending') AND channel > ?
            ORDER BY channel LIMIT 1
            """,
            [.text(name)]
        ) { $0.text(0) }
    }

    /// What is due on a channel with its lane, the longest due first.
    ///
    /// - Parameter lanes: those to be left out.
    func due(
        on channel: OutboxMessage.Channel,
        at now: Int64,
        besides lanes: [String],
        limit: Int64
    ) throws -> [(id: Int64, lane: String)] {
        let names = lanes.map(SQLValue.text)
        let others = names.isEmpty ? "" : "AND lane NOT IN (\(Dialect.marks(names)))"
        return try connection.rows(
            """
            SELECT id, lane FROM outbox
            WHERE state IN ('waiting', 'sending') AND channel = ? AND due <= ? \(others)
            ORDER BY due, id LIMIT ?
            """,
            [.text(channel.stored), .integer(now)] + names + [.integer(limit)]
        ) { (id: $0.int(0), lane: $0.text(1)) }
    }

    /// When something of a channel becomes due that is not due by now.
    func nextDue(on channel: OutboxMessage.Channel, after now: Int64) throws -> Int64? {
        try connection.first(
            """
            SELECT due FROM outbox WHERE state IN ('waiting', 'sending') AND channel = ? AND due > ?
            ORDER BY due, id LIMIT 1
            """,
            [.text(channel.stored), .integer(now)]
        ) { $0.int(0) }
    }

    // MARK: Writing

    func insert(_ message: NewOutboxMessage, token: String, now: Int64) throws -> Int64 {
        let (user, address): (Int64?, String?) =
            switch message.recipient {
            case .user(let user): (user, nil)
            case .address(let address): (nil, address)
            case .named: (nil, nil)
            }
        try connection.run(
            """
            INSERT INTO outbox (channel, lane, "user", recipient, template, parameters, token, "maximumAttempts", due,
                "createdAt")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(message.channel.stored), .text(message.lane), SQLValue(user), SQLValue(address),
                .text(message.template),
                .text(JSONValue.object(message.parameters).text), .text(token), .integer(message.maximumAttempts),
                .integer(now), .integer(now),
            ]
        )
        return connection.lastInsertedID
    }

    /// Counts an attempt before it is made.
    func begin(_ message: OutboxMessage) throws {
        try connection.run(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ?",
            [.integer(message.id)]
        )
    }

    /// Puts one back, to be tried at `due`.
    func wait(_ id: Int64, attempts: Int64, until due: Int64, _ failure: DeliveryFailure?) throws {
        try connection.run(
            "UPDATE outbox SET state = 'waiting', attempts = ?, due = ?, error = ? WHERE id = ?",
            [.integer(attempts), .integer(due), SQLValue(failure?.stored.text), .integer(id)]
        )
    }

    func finish(_ id: Int64, _ state: OutboxMessage.State, _ failure: DeliveryFailure?, now: Int64) throws {
        try connection.run(
            #"UPDATE outbox SET state = ?, error = ?, "finishedAt" = ? WHERE id = ?"#,
            [.text(state.rawValue), SQLValue(failure?.stored.text), .integer(now), .integer(id)]
        )
    }

    /// Has what waits say something else.
    func replace(_ parameters: JSONObject, of template: String, to user: Int64, with new: JSONObject) throws {
        try connection.run(
            """
            UPDATE outbox SET parameters = ?
            WHERE state IN ('waiting', 'sending') AND template = ? AND "user" = ? AND parameters = ?
            """,
            [
                .text(JSONValue.object(new).text), .text(template), .integer(user),
                .text(JSONValue.object(parameters).text),
            ]
        )
    }

    func remove(_ id: Int64) throws {
        try connection.run("DELETE FROM outbox WHERE id = ?", [.integer(id)])
    }

    /// Lets all that waits of a channel be tried at once.
    func hurry(_ channel: OutboxMessage.Channel, now: Int64) throws {
        try connection.run(
            "UPDATE outbox SET due = ? WHERE state = 'waiting' AND channel = ? AND due > ?",
            [.integer(now), .text(channel.stored), .integer(now)]
        )
    }

    /// Deletes what ended before a time, the oldest first.
    ///
    /// - Returns: how many.
    func trim(before time: Int64, limit: Int64) throws -> Int {
        try connection.run(
            """
            DELETE FROM outbox WHERE id IN (
                SELECT id FROM outbox WHERE "finishedAt" IS NOT NULL AND "finishedAt" < ?
                ORDER BY "finishedAt", id LIMIT ?)
            """,
            [.integer(time), .integer(limit)]
        )
    }
}
