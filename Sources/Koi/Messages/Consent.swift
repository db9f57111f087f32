import KoiJSON
import KoiSQLite

/// What a person has said of messages for a purpose on a channel.
struct Consent: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        case given
        case withdrawn

        static let choices = [Choice("given", "Given", "已同意"), Choice("withdrawn", "Withdrawn", "已撤回")]
    }

    let channel: MessageChannel
    let purpose: MessagePurpose
    var state: State
    /// Where it was said: a form, a call, a link.
    var source: String?
    /// What proves it.
    var evidence: String?
    /// When it was said, in milliseconds since 1970.
    var at: Int64
    var by: Int64?

    /// As clients see it.
    var document: JSONObject {
        var document = terms
        document["by"] = by.map(JSONValue.integer) ?? .null
        return document
    }

    /// As events have it.
    var terms: JSONObject {
        [
            "channel": .string(channel.rawValue), "purpose": .string(purpose.rawValue),
            "state": .string(state.rawValue), "source": source.map(JSONValue.string) ?? .null,
            "evidence": evidence.map(JSONValue.string) ?? .null, "at": .string(Timestamp.text(at)),
        ]
    }
}

/// The rows of `consents`.
///
/// No rules.
struct ConsentStore {
    private static let columns = "channel, purpose, state, source, evidence, at, \"by\""

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func list(of record: EventSubject) throws -> [Consent] {
        try connection.rows(
            "SELECT \(Self.columns) FROM consents WHERE resource = ? AND record = ? ORDER BY channel, purpose",
            [.text(record.resource), .integer(record.id)]
        ) { Consent($0) }.compactMap { $0 }
    }

    func find(_ channel: MessageChannel, _ purpose: MessagePurpose, of record: EventSubject) throws -> Consent? {
        try connection.first(
            """
            SELECT \(Self.columns) FROM consents WHERE resource = ? AND record = ? AND channel = ? AND purpose = ?
            """,
            [.text(record.resource), .integer(record.id), .text(channel.rawValue), .text(purpose.rawValue)]
        ) { Consent($0) } ?? nil
    }

    func put(_ consent: Consent, of record: EventSubject) throws {
        try connection.run(
            """
            INSERT INTO consents (resource, record, channel, purpose, state, source, evidence, at, "by")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (resource, record, channel, purpose) DO UPDATE SET state = excluded.state,
                source = excluded.source, evidence = excluded.evidence, at = excluded.at, "by" = excluded."by"
            """,
            [
                .text(record.resource), .integer(record.id), .text(consent.channel.rawValue),
                .text(consent.purpose.rawValue), .text(consent.state.rawValue), SQLValue(consent.source),
                SQLValue(consent.evidence), .integer(consent.at), SQLValue(consent.by),
            ]
        )
    }

    func remove(_ consent: Consent, of record: EventSubject) throws {
        try connection.run(
            "DELETE FROM consents WHERE resource = ? AND record = ? AND channel = ? AND purpose = ?",
            [
                .text(record.resource), .integer(record.id), .text(consent.channel.rawValue),
                .text(consent.purpose.rawValue),
            ]
        )
    }

    /// Takes away all that a record said.
    func remove(of record: EventSubject) throws -> Int {
        try connection.run(
            "DELETE FROM consents WHERE resource = ? AND record = ?",
            [.text(record.resource), .integer(record.id)]
        )
    }
}

extension Consent {
    fileprivate init?(_ row: Row) {
        guard let channel = MessageChannel(rawValue: row.text(0)), let purpose = MessagePurpose(rawValue: row.text(1)),
            let state = State(rawValue: row.text(2))
        else { return nil }
        self.channel = channel
        self.purpose = purpose
        self.state = state
        source = row.textOrNil(3)
        evidence = row.textOrNil(4)
        at = row.int(5)
        by = row.intOrNil(6)
    }
}
