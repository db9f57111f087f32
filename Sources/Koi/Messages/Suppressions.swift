import KoiSQLite

/// The addresses that are not written to, whoever has them: by their digests, so that they tell nothing by themselves and
/// stay known when a person is erased.
struct Suppressions {
    enum Reason: String, Sendable, CaseIterable {
        /// Somebody has opted out of what goes with being a customer.
        case service
        case marketing
        /// There is no such address.
        case undeliverable

        init?(_ purpose: MessagePurpose) {
            switch purpose {
            case .transactional: return nil
            case .service: self = .service
            case .marketing: self = .marketing
            }
        }

        /// What it keeps back; nil for an address that there is not.
        var purpose: MessagePurpose? {
            switch self {
            case .service: .service
            case .marketing: .marketing
            case .undeliverable: nil
            }
        }
    }

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func reasons(_ digest: [UInt8], on channel: MessageChannel) throws -> Set<Reason> {
        Set(
            try connection.rows(
                "SELECT reason FROM suppressions WHERE channel = ? AND digest = ?",
                [.text(channel.rawValue), .blob(digest)]
            ) { Reason(rawValue: $0.text(0)) }.compactMap { $0 }
        )
    }

    /// What keeps an address from being written to, and since when.
    func blocks(_ digest: [UInt8], on channel: MessageChannel) throws -> [(reason: Reason, at: Int64)] {
        try connection.rows(
            "SELECT reason, at FROM suppressions WHERE channel = ? AND digest = ? ORDER BY reason",
            [.text(channel.rawValue), .blob(digest)]
        ) { row in Reason(rawValue: row.text(0)).map { (reason: $0, at: row.int(1)) } }.compactMap { $0 }
    }

    /// Whether there is any.
    var isEmpty: Bool {
        get throws { try connection.first("SELECT 1 FROM suppressions LIMIT 1") { _ in true } == nil }
    }

    /// What is said again counts as said last, and nothing older lifts it.
    func add(_ reason: Reason, _ digest: [UInt8], on channel: MessageChannel) throws {
        try connection.run(
            """
            INSERT INTO suppressions (channel, digest, reason, at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET at = max(at, excluded.at)
            """,
            [.text(channel.rawValue), .blob(digest), .text(reason.rawValue), .integer(transaction.now)]
        )
    }

    /// - Parameter time: what was added after it stays.
    func remove(_ reason: Reason, _ digest: [UInt8], on channel: MessageChannel, until time: Int64) throws {
        try connection.run(
            "DELETE FROM suppressions WHERE channel = ? AND digest = ? AND reason = ? AND at <= ?",
            [.text(channel.rawValue), .blob(digest), .text(reason.rawValue), .integer(time)]
        )
    }
}
