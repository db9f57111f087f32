/// The prepared statements of one connection by their SQL text: the least recently used one goes
/// when there are too many.
struct StatementCache {
    private var statements: [SQLText: Statement] = [:]
    private var clock: UInt64 = 0
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { statements.count }

    /// The cached statement, marked as in use.
    ///
    /// A statement whose rows somebody is still reading is not given out twice: the second caller
    /// gets one of its own, which dies with its use.
    mutating func take(_ sql: String, prepare: () throws -> Statement) rethrows -> Statement {
        clock &+= 1
        let key = SQLText(sql)
        if let statement = statements[key] {
            guard !statement.isInUse else { return try prepare() }
            statement.isInUse = true
            statement.lastUse = clock
            return statement
        }
        let statement = try prepare()
        statement.isInUse = true
        statement.lastUse = clock
        if statements.count >= capacity { removeOldest() }
        statements[key] = statement
        return statement
    }

    mutating func removeAll() {
        statements.removeAll()
    }

    /// A scan, because it comes only with a statement to be prepared, which costs far more.
    private mutating func removeOldest() {
        let idle = statements.lazy.filter { !$0.value.isInUse }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        statements.removeValue(forKey: oldest.key)
    }
}

/// SQL as a dictionary key.
///
/// `String` hashes with SipHash over its normalised form, which for a statement of 300 bytes costs
/// more than SQLite's own work on it; this reads the bytes eight at a time. The texts are the
/// program's own, so nobody can choose them to collide.
private struct SQLText: Hashable {
    let text: String
    let fingerprint: UInt64

    init(_ text: String) {
        self.text = text
        fingerprint =
            text.utf8.withContiguousStorageIfAvailable {
                Self.fingerprint(UnsafeRawBufferPointer($0))
            }
            ?? Array(text.utf8).withUnsafeBytes(Self.fingerprint)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(fingerprint)
    }

    static func == (a: SQLText, b: SQLText) -> Bool {
        a.fingerprint == b.fingerprint && a.text == b.text
    }

    private static func fingerprint(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count)
        var offset = 0
        while offset &+ 8 <= bytes.count {
            hash = mix(hash, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset &+= 1
        }
        return mix(hash, rest)
    }

    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ (product >> 32)
    }
}
