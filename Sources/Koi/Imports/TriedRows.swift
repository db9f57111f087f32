import KoiJSON
import KoiSQLite

/// By what the rows that were only tried would be known, had they been taken in: so that later rows of the file meet them.
///
/// Those of a dry run lie in `import_marks`, since it may have a million rows and go on after a crash; those of a preview in memory.
final class TriedRows {
    private let job: Int64?
    private let connection: Connection
    private var lines: [Int64: Int64] = [:]

    /// - Parameter job: that of a dry run; nil for a preview.
    init(_ job: Int64?, _ connection: Connection) {
        self.job = job
        self.connection = connection
    }

    /// The row that would have made a record with this mark; nil where none would.
    func line(of mark: Int64) throws -> Int64? {
        guard let job else { return lines[mark] }
        return try connection.first(
            "SELECT line FROM import_marks WHERE job = ? AND mark = ?",
            [.integer(job), .integer(mark)]
        ) { $0.int(0) }
    }

    /// To be called once what the row did is undone.
    func add(_ marks: [Int64], line: Int64) throws {
        for mark in marks {
            guard let job else {
                lines[mark] = line
                continue
            }
            try connection.run(
                "INSERT OR IGNORE INTO import_marks (job, mark, line) VALUES (?, ?, ?)",
                [.integer(job), .integer(mark), .integer(line)]
            )
        }
    }

    // MARK: What rows are known by

    /// Of the value by which a row's record is known that is there already.
    static func mark(ofKey value: String, _ kind: FieldText.Kind?) -> Int64 {
        mark(["key", kind.map { ImportLookup.normal(value, $0) } ?? value])
    }

    private static func mark(_ external: ExternalID) -> Int64 { mark(["external", external.system, external.key]) }

    private static func mark(_ parts: [String]) -> Int64 {
        var mark = Fingerprint()
        for part in parts { mark.add(part) }
        return Int64(bitPattern: mark.value)
    }

    /// - Parameter record: as the row has just made it.
    /// - Returns: the marks of what no other row may have.
    /// - Throws: `Problem` where an earlier row has made the like.
    func marks(of record: Record, refusing wish: DuplicatePolicy, in transaction: Transaction) throws -> [Int64] {
        let resource = record.resource
        let externals = ExternalID.list(record[SystemField.externalIDs.name]).map(TriedRows.mark)
        for mark in externals {
            if let line = try line(of: mark) { throw TriedRows.taken(line).problem(SystemField.externalIDs.name) }
        }
        let policy = transaction.catalog.settings.current.duplicates.within(wish)
        guard resource.findsDuplicates, policy != .off else { return externals }
        let keys = DuplicateKey.all(of: record).filter(\.kind.refuses)
        for key in keys {
            guard let line = try line(of: key.mark), try tells(key) else { continue }
            throw TriedRows.duplicate(resource, line)
        }
        let visibility = transaction.visibility(of: resource)
        let isSeen = try RecordStore(resource, connection).find(record.id, visibility) != nil
        return externals + (isSeen || policy == .all ? keys.map(\.mark) : [])
    }

    /// Whether a key is not one that very many have.
    private func tells(_ key: DuplicateKey) throws -> Bool {
        try DuplicateHolders(connection).find(of: [key]).allSatisfy { $0.count <= Duplicate.common }
    }

    private static func taken(_ line: Int64) -> ValueRefusal {
        ValueRefusal("taken", "Line \(line) of the file has this key, too.", "文件第 \(line) 行也使用此键。")
    }

    private static func duplicate(_ resource: Resource, _ line: Int64) -> Problem {
        let one = resource.label
        return .conflict(
            "possible_duplicate",
            Text("This may be the same \(one.en) as in line \(line).", "可能与第 \(line) 行是相同的\(one.zh)。")
        )
    }

    // MARK: Tidying up

    /// Takes away the marks of dry runs that have ended.
    ///
    /// - Returns: whether some may be left.
    static func trim(_ connection: Connection, limit: Int64) throws -> Bool {
        let ended = try connection.first(
            """
            SELECT m.job FROM import_marks AS m LEFT JOIN jobs AS j ON j.id = m.job
            WHERE j.state IS NULL OR j.state NOT IN ('waiting', 'running') LIMIT 1
            """
        ) { $0.int(0) }
        guard let ended else { return false }
        try connection.run(
            """
            DELETE FROM import_marks WHERE job = ? AND mark IN (SELECT mark FROM import_marks WHERE job = ? LIMIT ?)
            """,
            [.integer(ended), .integer(ended), .integer(limit)]
        )
        return true
    }
}

extension ValueRefusal {
    fileprivate func problem(_ field: String) -> Problem { .invalid([issue(field: field)]) }
}
