import CSQLite
import Koi

/// A full-text table as the search index has, in memory, for records given by their values.
final class SearchProbe {
    struct Found: Equatable {
        let record: Int
        let match: SearchMatch
    }

    struct Failure: Error {
        let message: String
    }

    private var database: OpaquePointer?
    private let records: [[FieldText]]

    init(_ records: [[FieldText]]) throws {
        self.records = records
        guard sqlite3_open(":memory:", &database) == SQLITE_OK else { throw failure }
        try run(
            """
            CREATE VIRTUAL TABLE search USING fts5(
                tokens, content='', detail=none, columnsize=0, tokenize='ascii')
            """
        )
        for (index, record) in records.enumerated() {
            _ = try rows(
                "INSERT INTO search (rowid, tokens) VALUES (\(index), ?)",
                record.terms.tokens
            )
        }
    }

    deinit {
        sqlite3_close(database)
    }

    /// The matching records, the best kind first and the newest first within a kind.
    func search(_ text: String) throws -> [Found] {
        guard let query = SearchQuery(text) else { return [] }
        var found: [Found] = []
        for tier in query.tiers {
            let candidates = try rows(
                "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC",
                tier.match
            )
            for record in candidates where !found.contains(where: { $0.record == record }) {
                guard let match = query.verify(records[record]), match.kind <= tier.kind else {
                    continue
                }
                found.append(Found(record: record, match: match))
            }
        }
        return found
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    private func rows(_ sql: String, _ text: String) throws -> [Int] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else {
            throw failure
        }
        defer { sqlite3_finalize(statement) }
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        sqlite3_bind_text(statement, 1, text, Int32(text.utf8.count), copied)
        var rows: [Int] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(Int(sqlite3_column_int64(statement, 0)))
            case SQLITE_DONE: return rows
            default: throw failure
            }
        }
    }

    private var failure: Failure {
        Failure(message: String(cString: sqlite3_errmsg(database)))
    }
}

extension [FieldText] {
    var terms: SearchTerms {
        var terms = SearchTerms()
        for field in self {
            switch field.kind {
            case .name: terms.add(name: field.value)
            case .text: terms.add(text: field.value)
            case .phone: terms.add(phone: field.value)
            case .email: terms.add(email: field.value)
            case .web: terms.add(web: field.value)
            case .code: terms.add(code: field.value)
            }
        }
        return terms
    }
}

extension FieldText {
    static func name(_ value: String) -> FieldText {
        .init(field: "name", kind: .name, value: value)
    }
    static func text(_ value: String) -> FieldText {
        .init(field: "notes", kind: .text, value: value)
    }
    static func phone(_ value: String) -> FieldText {
        .init(field: "phone", kind: .phone, value: value)
    }
    static func email(_ value: String) -> FieldText {
        .init(field: "email", kind: .email, value: value)
    }
    static func web(_ value: String) -> FieldText {
        .init(field: "website", kind: .web, value: value)
    }
    static func code(_ value: String) -> FieldText {
        .init(field: "number", kind: .code, value: value)
    }
}
