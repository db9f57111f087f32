import KoiSQLite

/// The tables `duplicate_keys`, by which records of the same thing are found without looking at others, and
/// `duplicate_pairs`, which remembers those that were.
///
/// Written by `RecordStore` alone, together with the record. What lies in the bin has no keys and is in no pair.
struct DuplicateIndex {
    private let resource: Resource
    private let connection: Connection

    init(_ resource: Resource, _ connection: Connection) {
        self.resource = resource
        self.connection = connection
    }

    /// What a record has in common with living ones, but for what so many have that it tells nothing.
    func likeness(of record: Record) throws -> Likeness {
        let keys = DuplicateKey.all(of: record)
        guard !keys.isEmpty else { return Likeness(keys: keys, shared: [:]) }
        var holders: [Int64: [Int64]] = [:]
        try connection.query(
            DuplicateIndex.holdersSQL[min(keys.count, DuplicateKey.maximum)],
            keys.map { .integer($0.mark) }
        ) { row in
            holders[row.int(0), default: []].append(row.int(1))
        }
        guard !holders.isEmpty else { return Likeness(keys: keys, shared: [:]) }
        var shared: [Int64: [Duplicate.Reason.Kind]] = [:]
        for key in keys {
            guard let found = holders[key.mark], found.count <= Duplicate.common else { continue }
            for other in found where other != record.id { shared[other, default: []].append(key.kind) }
        }
        return Likeness(keys: keys, shared: shared)
    }

    /// Adds a living record.
    func add(_ id: Int64, _ likeness: Likeness?) throws {
        guard let likeness, !likeness.keys.isEmpty else { return }
        try connection.run(
            DuplicateIndex.insertSQL[min(likeness.keys.count, DuplicateKey.maximum)],
            likeness.keys.flatMap { [.integer($0.mark), .integer(id)] }
        )
        try addPairs(id, likeness)
    }

    /// Takes a record out, by its values as they were.
    func remove(_ before: Record) throws {
        try remove(DuplicateKey.all(of: before), of: before.id)
        try removePairs(of: before.id)
    }

    /// Brings the keys and pairs of a living record to what they should be, where its values have changed.
    func replace(_ before: Record, by record: Record) throws {
        let old = DuplicateKey.all(of: before)
        let likeness = try likeness(of: record)
        guard old != likeness.keys else { return }
        try remove(old.filter { !likeness.keys.contains($0) }, of: record.id)
        try removePairs(of: record.id)
        try add(record.id, likeness)
    }

    private func remove(_ keys: [DuplicateKey], of id: Int64) throws {
        for key in keys {
            try connection.run(
                "DELETE FROM duplicate_keys WHERE \"key\" = ? AND record = ?",
                [.integer(key.mark), .integer(id)]
            )
        }
    }

    // MARK: Pairs

    private func addPairs(_ id: Int64, _ likeness: Likeness) throws {
        for (other, kinds) in likeness.shared {
            let named = kinds.contains(.name) ? kinds.filter { $0 != .pinyin } : kinds
            try connection.run(
                """
                INSERT INTO duplicate_pairs (resource, low, high, score) VALUES (?, ?, ?, ?)
                ON CONFLICT (resource, low, high) DO UPDATE SET score = excluded.score
                """,
                [
                    .text(resource.name), .integer(min(id, other)), .integer(max(id, other)),
                    .integer(Duplicate.score(of: named)),
                ]
            )
        }
    }

    private func removePairs(of id: Int64) throws {
        for column in ["low", "high"] {
            try connection.run(
                "DELETE FROM duplicate_pairs WHERE resource = ? AND \(column) = ?",
                [.text(resource.name), .integer(id)]
            )
        }
    }

    // MARK: Statements, by the number of keys

    /// One more of each key than tells something, so that it shows.
    private static let holdersSQL: [String] = (0...DuplicateKey.maximum).map { count in
        Array(
            repeating: """
                SELECT * FROM (SELECT "key", record FROM duplicate_keys WHERE "key" = ? LIMIT \(Duplicate.common + 1))
                """,
            count: count
        ).joined(separator: " UNION ALL ")
    }

    /// A job may have come first.
    private static let insertSQL: [String] = (0...DuplicateKey.maximum).map { count in
        """
        INSERT OR IGNORE INTO duplicate_keys ("key", record) VALUES \
        \(Array(repeating: "(?, ?)", count: count).joined(separator: ", "))
        """
    }
}
