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

    /// The terms under which a record is found, with its owner among them, so that visibility is part of the look-up.
    static func terms(of record: Record) -> String {
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
        if let owner = record.resource.ownerField, let user = record[owner].integerValue {
            return terms.tokens + " " + ownerTerm(user)
        }
        return terms.tokens
    }

    /// The term that every record of a user has.
    static func ownerTerm(_ user: Int64) -> String {
        SearchToken.owner.text(String(user).unicodeScalars)
    }
}
