package import KoiJSON
package import KoiSQLite

/// The record that an event is about, or in whose timeline it also belongs.
package struct EventSubject: Sendable, Hashable {
    /// In place of an id, for an event about a resource or feature as a whole.
    package static let noRecord: Int64 = 0

    package let resource: String
    package let id: Int64

    package init(resource: String, id: Int64) {
        self.resource = resource
        self.id = id
    }
}

/// An event about to be written.
package struct Event: Sendable {
    package let type: String
    package let subject: EventSubject
    /// What changed: members `before` and `after`, each with the changed fields only.
    package let payload: JSONObject
    /// Other records in whose timeline this belongs.
    package let related: [EventSubject]
    /// Whether it tells neither who nor when beyond the day.
    package let isAnonymous: Bool

    package init(
        type: String,
        subject: EventSubject,
        payload: JSONObject,
        related: [EventSubject] = [],
        isAnonymous: Bool = false
    ) {
        self.type = type
        self.subject = subject
        self.payload = payload
        self.related = related
        self.isAnonymous = isAnonymous
    }
}

/// The append-only log of every change: one row in `events`, chained by hashes, its payload apart in `event_payloads`,
/// so that personal data can be erased without breaking the chain.
package struct EventLog {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// Appends an event within the transaction of its change and returns its sequence number, which leaves no gaps.
    @discardableResult
    package func append(_ event: Event, in transaction: Transaction) throws -> Int64 {
        let head = try EventLog.head(connection)
        let payload = JSONValue.object(event.payload).text
        let salt = transaction.randomness.bytes(16)
        let header = EventHeader(
            event,
            in: transaction,
            sequence: head.sequence + 1,
            payloadDigest: EventChain.digest(salt: salt, payload: payload)
        )
        let hash = EventChain.hash(after: head.hash, header)
        try insert(header, hash: hash)
        try connection.run(
            "INSERT INTO event_payloads (sequence, salt, payload) VALUES (?, ?, ?)",
            [.integer(header.sequence), .blob(salt), .text(payload)]
        )
        for subject in event.related {
            try connection.run(
                "INSERT INTO event_relations (resource, record, sequence) VALUES (?, ?, ?)",
                [.text(subject.resource), .integer(subject.id), .integer(header.sequence)]
            )
        }
        let (keeper, hub) = (transaction.catalog.headKeeper, transaction.catalog.eventHub)
        transaction.tellWhenCommitted {
            keeper.move(to: header.sequence, hash)
            hub.move(to: header.sequence)
        }
        return header.sequence
    }

    private func insert(_ header: EventHeader, hash: [UInt8]) throws {
        try connection.run(
            """
            INSERT INTO events (sequence, at, "actorKind", actor, "user", request, type, resource, record,
                related, "payloadDigest", hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(header.sequence), .integer(header.at), .text(header.actorKind),
                header.actor.map(SQLValue.integer) ?? .null,
                header.user.map(SQLValue.integer) ?? .null,
                header.request.map(SQLValue.text) ?? .null, .text(header.type),
                .text(header.subject.resource), .integer(header.subject.id), .text(header.related),
                .blob(header.payloadDigest), .blob(hash),
            ]
        )
    }

    /// The newest event's number and hash; number 0 and no hash in an empty log.
    package static func head(_ connection: Connection) throws -> (sequence: Int64, hash: [UInt8]) {
        try connection.first("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1") {
            ($0.int(0), $0.blob(1))
        } ?? (0, [])
    }
}

/// What the hash of an event covers.
package struct EventHeader: Sendable {
    let sequence: Int64
    let at: Int64
    let actorKind: String
    let actor: Int64?
    let user: Int64?
    let request: String?
    let type: String
    let subject: EventSubject
    /// Written as `customers/2 contacts/5`.
    let related: String
    let payloadDigest: [UInt8]
}

extension EventHeader {
    fileprivate init(
        _ event: Event,
        in transaction: Transaction,
        sequence: Int64,
        payloadDigest: [UInt8]
    ) {
        let actor = event.isAnonymous ? nil : transaction.actor
        let day: Int64 = 86_400_000
        self.init(
            sequence: sequence,
            at: event.isAnonymous ? transaction.now.flooredQuotient(day) * day : transaction.now,
            actorKind: actor?.kind.rawValue ?? "anonymous",
            actor: actor?.id,
            user: actor?.user,
            request: event.isAnonymous ? nil : transaction.requestID,
            type: event.type,
            subject: event.subject,
            related: event.related.map { $0.resource + "/" + String($0.id) }.joined(separator: " "),
            payloadDigest: payloadDigest
        )
    }
}

/// How events are chained.
///
/// A row's hash covers the hash before it, its own header and a salted digest of its payload.
package enum EventChain {
    /// SHA-256 over the salt and the payload's text.
    ///
    /// The salt goes with the payload, so that an erased payload cannot be guessed from its digest.
    static func digest(salt: [UInt8], payload: String) -> [UInt8] {
        Digest.sha256(salt + Array(payload.utf8))
    }

    /// SHA-256 over the previous hash (empty for the first event) and the header, each part with its length in front.
    static func hash(after previous: [UInt8], _ header: EventHeader) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        func add(_ part: [UInt8]) {
            let count = UInt32(truncatingIfNeeded: part.count)
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
            bytes += part
        }
        add(previous)
        add(Array(String(header.sequence).utf8))
        add(Array(String(header.at).utf8))
        add(Array(header.actorKind.utf8))
        add(Array((header.actor.map(String.init) ?? "").utf8))
        add(Array((header.user.map(String.init) ?? "").utf8))
        add(Array((header.request ?? "").utf8))
        add(Array(header.type.utf8))
        add(Array(header.subject.resource.utf8))
        add(Array(String(header.subject.id).utf8))
        add(Array(header.related.utf8))
        add(header.payloadDigest)
        return Digest.sha256(bytes)
    }

    /// How the type of an event ends which says that those before it about the same record have lost their payloads.
    package static let erased = ".erased"

    /// Reads the whole log and says where it does not hold together, one sentence each, the first `maximum` of them.
    package static func verify(_ connection: Connection, maximum: Int = 20) throws -> [String] {
        var faults: [String] = []
        var previous: [UInt8] = []
        var expected: Int64 = 1
        var related: Int64 = 0
        var missing: [EventSubject: [Int64]] = [:]
        let sql = """
            SELECT e.sequence, e.at, e."actorKind", e.actor, e."user", e.request, e.type, e.resource,
                e.record, e.related, e."payloadDigest", e.hash, p.salt, p.payload
            FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            ORDER BY e.sequence
            """
        try connection.each(sql) { row in
            let header = EventHeader(
                sequence: row.int(0),
                at: row.int(1),
                actorKind: row.text(2),
                actor: row.intOrNil(3),
                user: row.intOrNil(4),
                request: row.textOrNil(5),
                type: row.text(6),
                subject: EventSubject(resource: row.text(7), id: row.int(8)),
                related: row.text(9),
                payloadDigest: row.blob(10)
            )
            if header.sequence != expected {
                faults.append("events: row \(expected) is missing before row \(header.sequence)")
            }
            // The hash takes an empty text for none, and Koi writes no empty ones.
            if row.blob(11) != hash(after: previous, header) || header.request?.isEmpty == true {
                faults.append("events: row \(header.sequence) does not match its hash")
            }
            if row.isNull(13) {
                missing[header.subject, default: []].append(header.sequence)
            } else if digest(salt: row.blob(12), payload: row.text(13)) != row.blob(10) {
                faults.append("event_payloads: row \(header.sequence) does not match its digest")
            }
            if header.type.hasSuffix(erased) { missing[header.subject] = nil }
            let relations = header.related.split(separator: " ")
            related += Int64(relations.count)
            if try !relations.allSatisfy({ try isIndexed($0, header.sequence, connection) }) {
                faults.append("event_relations: event \(header.sequence) is not indexed as it says")
            }
            previous = row.blob(11)
            expected = header.sequence + 1
            return faults.count < maximum
        }
        for sequence in missing.values.joined().sorted().prefix(max(maximum - faults.count, 0)) {
            faults.append("event_payloads: row \(sequence) is missing, and no erasure says why")
        }
        let indexed = try connection.first("SELECT count(*) FROM event_relations") { $0.int(0) }
        if faults.isEmpty, indexed != related {
            faults.append("event_relations: there are rows that no event speaks of")
        }
        return faults
    }

    /// Whether a relation such as `customers/2` of an event has its row in the index.
    private static func isIndexed(
        _ relation: Substring,
        _ sequence: Int64,
        _ connection: Connection
    ) throws -> Bool {
        let parts = relation.split(separator: "/")
        guard parts.count == 2, let record = Digits.integer(String(parts[1])) else { return false }
        let sql = "SELECT 1 FROM event_relations WHERE resource = ? AND record = ? AND sequence = ?"
        return try connection.first(
            sql,
            [.text(String(parts[0])), .integer(record), .integer(sequence)]
        ) { _ in true } ?? false
    }
}
