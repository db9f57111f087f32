import KoiJSON
import KoiSQLite

/// The full-text table of one resource: `<name>_search`, whose row id is the record's id.
///
/// Its text is the record's column `searchTerms`, so that a row can be taken out of it again exactly as it was put
/// in.
struct SearchIndex {
    private let table: String
    private let source: String
    private let connection: Connection

    init(_ resource: Resource, _ connection: Connection) {
        table = Dialect.quoted(resource.name + "_search")
        source = Dialect.quoted(resource.name)
        self.connection = connection
    }

    /// Makes a stored record findable.
    func add(_ id: Int64) throws {
        try connection.run(
            """
            INSERT INTO \(table) (rowid, terms)
            SELECT id, "searchTerms" FROM \(source) WHERE id = ?
            """,
            [.integer(id)]
        )
    }

    /// Takes a record out, by the terms that it still has in its row.
    func remove(_ id: Int64) throws {
        try connection.run(
            """
            INSERT INTO \(table) (\(table), rowid, terms)
            SELECT 'delete', id, "searchTerms" FROM \(source) WHERE id = ?
            """,
            [.integer(id)]
        )
    }

    /// Does a part of merging all of the index into one piece, which leaves out what was taken from it: until then a term that
    /// no record has any more still stands in an older piece.
    ///
    /// - Parameters:
    ///   - pages: how much is written at most.
    ///   - isFirst: whether this begins a merge; else one that was begun goes on.
    /// - Returns: whether something is left to do.
    func merge(pages: Int64, isFirst: Bool) throws -> Bool {
        let before = connection.totalChanges
        try connection.run(
            "INSERT INTO \(table) (\(table), rank) VALUES ('merge', ?)",
            [.integer(isFirst ? -pages : pages)]
        )
        // https://sqlite.org/fts5.html#the_merge_command: less than two where nothing was done.
        return connection.totalChanges - before >= 2
    }

    /// The terms under which a record is found, with its owner and its collaborators among them, so that visibility is part
    /// of the look-up.
    static func terms(of record: Record, sharedWith collaborators: [Int64]) -> String {
        var terms = SearchTerms()
        for field in record.resource.declared {
            guard let kind = field.search, let text = record[field.name].stringValue else { continue }
            switch kind {
            case .name: terms.add(name: text)
            case .text: terms.add(text: text)
            case .phone: terms.add(phone: text)
            case .email: terms.add(email: text)
            case .web: terms.add(web: text)
            case .code: terms.add(code: text)
            }
        }
        let owner = record.resource.ownerField.flatMap { record[$0].integerValue }
        let users = Set(collaborators + (owner.map { [$0] } ?? [])).sorted()
        return ([terms.tokens] + users.map(userTerm)).joined(separator: " ")
    }

    /// The term that every record has which a user owns or shares.
    static func userTerm(_ user: Int64) -> String {
        SearchToken.owner.text(String(user).unicodeScalars)
    }
}
