import KoiSQLite

/// Compares the full-text table of a resource with the terms in its living records.
///
/// The table keeps no copy of its text, so it cannot be read back; but it can be listed term by term. Both sides are
/// summed up, each pair of term and record by its fingerprint, which needs neither order nor memory.
enum SearchCheck {
    /// Terms that are longer are cut by SQLite.
    private static let longestTerm = 32_768

    /// Pairs of term and record: how many, and the sum of their fingerprints.
    private struct Sum: Equatable {
        var count = 0
        var fingerprints: UInt64 = 0

        mutating func add(_ term: [UInt8], _ record: Int64) {
            var print = Fingerprint()
            print.add(term)
            print.add([0])
            for shift: Int64 in [0, 8, 16, 24, 32, 40, 48, 56] {
                print.add([UInt8(truncatingIfNeeded: record >> shift)])
            }
            count += 1
            fingerprints &+= print.value
        }
    }

    /// Names the lists of terms.
    ///
    /// They are temporary tables of the connection, whose file stays read-only.
    static func prepare(_ connection: Connection, _ resources: ResourceList) throws {
        try connection.execute("PRAGMA query_only = OFF")
        for resource in resources.all where resource.isSearchable {
            let table = resource.name + "_search"
            try connection.execute(
                """
                CREATE VIRTUAL TABLE temp.\(Dialect.quoted(terms(resource)))
                USING fts5vocab('main', '\(table)', 'instance')
                """
            )
        }
        try connection.execute("PRAGMA query_only = ON")
    }

    private static func terms(_ resource: Resource) -> String { resource.name + "_terms" }

    /// - Returns: nil where both sides agree.
    static func fault(of resource: Resource, _ connection: Connection) throws -> String? {
        var indexed = Sum()
        try connection.query("SELECT term, doc FROM temp.\(Dialect.quoted(terms(resource)))") {
            indexed.add(Array($0.text(0).utf8), $0.int(1))
        }
        var expected = Sum()
        let sql = """
            SELECT id, "searchTerms" FROM \(Dialect.quoted(resource.name)) WHERE "removedAt" IS NULL
            """
        try connection.query(sql) { row in
            for term in Set(tokens(row.text(1))) { expected.add(Array(term), row.int(0)) }
        }
        guard indexed != expected else { return try unsharedTerms(of: resource, connection) }
        return """
            \(resource.name)_search does not agree with \(resource.name): it has \(indexed.count) \
            terms where \(expected.count) are expected
            """
    }

    /// Whether some record lacks the term of a user with whom it is shared, who would then not find it.
    private static func unsharedTerms(of resource: Resource, _ connection: Connection) throws -> String? {
        let sql = """
            SELECT t.id, t."searchTerms", s."user" FROM collaborators AS s \
            JOIN \(Dialect.quoted(resource.name)) AS t ON t.id = s.record WHERE s.resource = ?
            """
        var fault: String?
        try connection.each(sql, [.text(resource.name)]) { row in
            let user = row.int(2)
            guard !tokens(row.text(1)).contains(Array(SearchIndex.userTerm(user).utf8)) else { return true }
            fault = "\(resource.name)_search does not lead user \(user) to record \(row.int(0)), which is shared"
            return false
        }
        return fault
    }

    /// As the tokenizer `ascii` of FTS5 takes a text apart: letters and digits of ASCII, in small letters, and all beyond
    /// ASCII.
    private static func tokens(_ text: String) -> [[UInt8]] {
        text.utf8.split { !isPart($0) }.map { part in
            part.prefix(longestTerm).map { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            }
        }
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xff:
            true
        default: false
        }
    }
}
