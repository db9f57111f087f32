import KoiSQLite

/// The tables `duplicate_keys`, by which records of the same thing are found without looking at others, and
/// `duplicate_pairs`, which remembers those that were.
///
/// Written by `RecordStore` alone, together with the record. What lies in the bin has no keys and is in no pair. A key that more
/// than `Duplicate.common` have makes no pairs: they go as the first too many comes, and come back as it goes.
struct DuplicateIndex {
    private let resource: Resource
    private let connection: Connection
    private let pairs: DuplicatePairs

    init(_ resource: Resource, _ connection: Connection) {
        self.resource = resource
        self.connection = connection
        pairs = DuplicatePairs(resource, connection)
    }

    /// What a record has in common with living ones, but for what so many have that it tells nothing.
    func likeness(of record: Record) throws -> Likeness {
        try likeness(of: record.id, by: DuplicateKey.all(of: record))
    }

    private func likeness(of id: Int64, by keys: [DuplicateKey]) throws -> Likeness {
        var likeness = Likeness(keys: keys)
        for (key, holders) in zip(keys, try DuplicateHolders(connection).find(of: keys)) {
            let others = holders.filter { $0.record != id }
            if others.count == Duplicate.common, others.count == holders.count {
                likeness.saturated.append(others.map(\.record))
            }
            guard others.count < Duplicate.common else { continue }
            for other in others { likeness.shared[other.record, default: []].append(key.kind(beside: other.mark)) }
        }
        return likeness
    }

    /// Adds a living record.
    func add(_ id: Int64, _ likeness: Likeness?) throws {
        guard let likeness, !likeness.keys.isEmpty else { return }
        try connection.run(
            DuplicateIndex.insertSQL[min(likeness.keys.count, DuplicateKey.maximum)],
            likeness.keys.flatMap { [.integer($0.mark), .integer(id)] }
        )
        try pairs.add(id, likeness.shared)
        for group in likeness.saturated { try pairs.renew(among: group) }
    }

    /// Takes a record out, by its values as they were.
    func remove(_ before: Record) throws {
        let keys = DuplicateKey.all(of: before)
        try remove(keys, of: before.id)
        try pairs.remove(of: before.id)
        try renewPairs(without: keys)
    }

    /// Brings the keys and pairs of a living record to what they should be, where its values have changed.
    func replace(_ before: Record, by record: Record) throws {
        let (old, new) = (DuplicateKey.all(of: before), DuplicateKey.all(of: record))
        guard old != new else { return }
        let gone = old.filter { !new.contains($0) }
        try remove(gone, of: record.id)
        try pairs.remove(of: record.id)
        try add(record.id, likeness(of: record.id, by: new))
        try renewPairs(without: gone)
    }

    private func remove(_ keys: [DuplicateKey], of id: Int64) throws {
        for key in keys {
            try connection.run(
                "DELETE FROM duplicate_keys WHERE \"key\" = ? AND record = ?",
                [.integer(key.mark), .integer(id)]
            )
        }
    }

    /// Of keys that a record has no more.
    private func renewPairs(without keys: [DuplicateKey]) throws {
        for holders in try DuplicateHolders(connection).find(of: keys) where holders.count == Duplicate.common {
            try pairs.renew(among: holders.map(\.record))
        }
    }

    /// By the number of keys; a job may have come first.
    private static let insertSQL: [String] = (0...DuplicateKey.maximum).map { count in
        """
        INSERT OR IGNORE INTO duplicate_keys ("key", record) VALUES \
        \(Array(repeating: "(?, ?)", count: count).joined(separator: ", "))
        """
    }
}

/// The rows of `duplicate_keys` that a few keys lead to.
struct DuplicateHolders {
    struct Holder {
        let mark: Int64
        let record: Int64
    }

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// - Returns: of each of at most `DuplicateKey.maximum` keys its holders, and of those that tell nothing any longer one more
    ///   than tell something.
    func find(of keys: [DuplicateKey]) throws -> [[Holder]] {
        var found = [[Holder]](repeating: [], count: keys.count)
        guard !keys.isEmpty else { return found }
        try connection.query(
            DuplicateHolders.sql[min(keys.count, DuplicateKey.maximum)],
            keys.prefix(DuplicateKey.maximum)
                .flatMap { [.integer($0.alike.lowerBound), .integer($0.alike.upperBound)] }
        ) { row in
            let index = Int(row.int(0))
            if found.indices.contains(index) { found[index].append(Holder(mark: row.int(1), record: row.int(2))) }
        }
        return found
    }

    private static let sql: [String] = (0...DuplicateKey.maximum).map { count in
        (0..<count).map { index in
            """
            SELECT * FROM (SELECT \(index), "key", record FROM duplicate_keys WHERE "key" BETWEEN ? AND ? \
            LIMIT \(Duplicate.common + 1))
            """
        }.joined(separator: " UNION ALL ")
    }
}
