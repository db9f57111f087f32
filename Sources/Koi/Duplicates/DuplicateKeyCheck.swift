import KoiSQLite

/// Compares the keys and pairs by which duplicates are found with the living records.
enum DuplicateKeyCheck {
    private static let page: Int64 = 200

    /// Keys with their records: how many, and the sum of their fingerprints, which needs neither order nor memory.
    private struct Sum: Equatable {
        var count: Int64 = 0
        var fingerprints: UInt64 = 0

        mutating func add(_ mark: Int64, _ record: Int64) {
            var print = Fingerprint()
            print.add(String(mark))
            print.add(String(record))
            count += 1
            fingerprints &+= print.value
        }
    }

    static func faults(_ resources: ResourceList, _ connection: Connection) throws -> [String] {
        let rules = try connection.first("SELECT rules FROM duplicate_rules") { $0.int(0) }
        // A job is about to make them.
        guard rules == DuplicateKey.rules else { return [] }
        var kept = Sum()
        try connection.query("SELECT \"key\", record FROM duplicate_keys") { kept.add($0.int(0), $0.int(1)) }
        var wanted = Sum()
        var faults: [String] = []
        for resource in resources.all where resource.findsDuplicates {
            let (expected, found) = try compare(resource, connection, &wanted)
            let pairs = try connection.first(
                "SELECT count(*) FROM duplicate_pairs WHERE resource = ?",
                [.text(resource.name)]
            ) { $0.int(0) }
            if expected != found || pairs != expected {
                faults.append(
                    """
                    duplicate_pairs does not agree with \(resource.name): it has \(pairs ?? 0) pairs, \(found) of them right, \
                    where \(expected) are expected
                    """
                )
            }
        }
        guard kept != wanted else { return faults }
        return [
            "duplicate_keys does not agree with the records: it has \(kept.count) keys where \(wanted.count) are expected"
        ]
            + faults
    }

    /// - Returns: the pairs that the keys of the records make, and how many of them are stored as they should be.
    private static func compare(
        _ resource: Resource,
        _ connection: Connection,
        _ sum: inout Sum
    ) throws -> (expected: Int64, found: Int64) {
        let index = DuplicateIndex(resource, connection)
        var (expected, found): (Int64, Int64) = (0, 0)
        var last: Int64 = 0
        while true {
            let records = try living(resource, after: last, connection)
            for record in records {
                let likeness = try index.likeness(of: record)
                for key in likeness.keys { sum.add(key.mark, record.id) }
                let later = likeness.shared.filter { $0.key > record.id }.mapValues { Duplicate.score(of: $0) }
                expected += Int64(later.count)
                guard !later.isEmpty else { continue }
                try connection.query(
                    "SELECT high, score FROM duplicate_pairs WHERE resource = ? AND low = ?",
                    [.text(resource.name), .integer(record.id)]
                ) { if later[$0.int(0)] == $0.int(1) { found += 1 } }
            }
            guard let end = records.last else { return (expected, found) }
            last = end.id
        }
    }

    private static func living(_ resource: Resource, after last: Int64, _ connection: Connection) throws -> [Record] {
        let store = RecordStore(resource, connection)
        return try connection.rows(
            """
            SELECT \(resource.encoder.selection) FROM \(Dialect.quoted(resource.name)) AS t
            WHERE t.id > ? AND t."removedAt" IS NULL ORDER BY t.id LIMIT ?
            """,
            [.integer(last), .integer(page)]
        ) { try store.record(from: $0) }
    }
}
