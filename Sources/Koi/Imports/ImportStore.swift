import KoiFormats
import KoiJSON
import KoiSQLite

/// The rows of `imports` and `import_problems`.
///
/// No rules.
struct ImportStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    private static let source = """
        imports AS i LEFT JOIN jobs AS j ON j.id = i.job LEFT JOIN jobs AS u ON u.id = i."undoJob"
        """

    func find(_ id: Int64) throws -> Import? {
        try connection.first(
            "SELECT \(Import.selection) FROM \(ImportStore.source) WHERE i.id = ?",
            [.integer(id)]
        ) { Import($0) }
    }

    /// The newest first.
    ///
    /// - Parameter user: whose; nil for everybody's.
    func list(of user: Int64?, before id: Int64?, limit: Int) throws -> [Import] {
        var conditions = SQLFragment("1 = 1")
        if let user { conditions.append(#" AND i."user" = ?"#, [.integer(user)]) }
        if let id { conditions.append(" AND i.id < ?", [.integer(id)]) }
        return try connection.rows(
            """
            SELECT \(Import.selection) FROM \(ImportStore.source)
            WHERE \(conditions.sql) ORDER BY i.id DESC LIMIT ?
            """,
            conditions.values + [.integer(Int64(limit))]
        ) { Import($0) }
    }

    /// What is known of a file before anything was done with it.
    struct New {
        let resource: String
        let name: String?
        let format: ImportFormat
        let encoding: FileEncoding
        let dialect: CSVDialect?
        let file: String
        let size: Int
        let start: Place
        let columns: [ImportColumn]
        let settings: ImportSettings
    }

    func insert(_ new: New, user: Int64?, now: Int64, expiresAt: Int64) throws -> Int64 {
        func letter(_ byte: UInt8?) -> SQLValue { .nullable(byte.map { String(decoding: [$0], as: UTF8.self) }) }
        try connection.run(
            """
            INSERT INTO imports (resource, "user", name, format, encoding, delimiter, quote, file, size, columns, settings,
                preview, state, "firstOffset", "firstLine", "offset", line, "createdAt", "expiresAt")
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, '{}', 'ready', ?12, ?13, ?12, ?13, ?14, ?15)
            """,
            [
                .text(new.resource), .nullable(user), .nullable(new.name), .text(new.format.rawValue),
                .text(new.encoding.rawValue), letter(new.dialect?.delimiter), letter(new.dialect?.quote),
                .text(new.file), .integer(Int64(new.size)),
                .text(JSONValue.array(new.columns.map { .object($0.json) }).text),
                .text(JSONValue.object(new.settings.json).text), .integer(Int64(new.start.offset)),
                .integer(Int64(new.start.line)), .integer(now), .integer(expiresAt),
            ]
        )
        return connection.lastInsertedID
    }

    func set(_ settings: ImportSettings, preview: JSONObject, of id: Int64) throws {
        try connection.run(
            "UPDATE imports SET settings = ?, preview = ? WHERE id = ?",
            [.text(JSONValue.object(settings.json).text), .text(JSONValue.object(preview).text), .integer(id)]
        )
    }

    /// Has it begin, from its first row on.
    func begin(_ id: Int64, job: Int64, from place: Place, event: Int64, now: Int64) throws {
        try connection.run("DELETE FROM import_problems WHERE import = ?", [.integer(id)])
        try connection.run(
            """
            UPDATE imports SET state = 'running', job = ?, "offset" = ?, line = ?, "rows" = 0, created = 0, changed = 0,
                unchanged = 0, refused = 0, "firstEvent" = ?, "lastEvent" = NULL, "startedAt" = ?, "finishedAt" = NULL
            WHERE id = ?
            """,
            [
                .integer(job), .integer(Int64(place.offset)), .integer(Int64(place.line)), .integer(event),
                .integer(now), .integer(id),
            ]
        )
    }

    /// Stores how far it got.
    ///
    /// - Parameter state: where it has ended.
    func progress(
        _ id: Int64,
        _ place: Place,
        _ counts: Import.Counts,
        event: Int64,
        _ state: Import.State?,
        now: Int64
    ) throws {
        try connection.run(
            """
            UPDATE imports SET "offset" = ?, line = ?, "rows" = ?, created = ?, changed = ?, unchanged = ?, refused = ?,
                "lastEvent" = ?, state = ?, "finishedAt" = ?
            WHERE id = ?
            """,
            [
                .integer(Int64(place.offset)), .integer(Int64(place.line)), .integer(counts.rows),
                .integer(counts.created), .integer(counts.changed), .integer(counts.unchanged),
                .integer(counts.refused),
                .integer(event), .text((state ?? .running).rawValue), state == nil ? .null : .integer(now),
                .integer(id),
            ]
        )
    }

    func beginUndo(_ id: Int64, job: Int64) throws {
        try connection.run(
            #"UPDATE imports SET state = 'undoing', "undoJob" = ?, undo = NULL WHERE id = ?"#,
            [.integer(job), .integer(id)]
        )
    }

    func endUndo(_ id: Int64, _ result: JSONObject) throws {
        try connection.run(
            "UPDATE imports SET state = 'undone', undo = ? WHERE id = ?",
            [.text(JSONValue.object(result).text), .integer(id)]
        )
    }

    // MARK: Problems

    func add(_ row: TableRow, _ issues: [Problem.Issue], of id: Int64) throws {
        let texts = issues.prefix(ImportStore.maximumIssues).map { issue -> JSONValue in
            [
                "field": .string(issue.field), "code": .string(issue.code), "en": .string(issue.message.en),
                "zh": .string(issue.message.zh),
            ]
        }
        try connection.run(
            """
            INSERT INTO import_problems (import, "offset", line, length, issues) VALUES (?, ?, ?, ?, ?)
            """,
            [
                .integer(id), .integer(Int64(row.place.offset)), .integer(Int64(row.place.line)),
                .integer(Int64(row.length)), .text(JSONValue.array(texts).text),
            ]
        )
    }

    /// Of one row.
    private static let maximumIssues = 20

    func problems(of id: Int64, after offset: Int?, limit: Int) throws -> [ImportProblem] {
        try connection.rows(
            """
            SELECT "offset", line, length, issues FROM import_problems
            WHERE import = ? AND "offset" > ? ORDER BY "offset" LIMIT ?
            """,
            [.integer(id), .integer(Int64(offset ?? -1)), .integer(Int64(limit))]
        ) { ImportProblem($0) }
    }

    // MARK: The end of the file

    /// Takes away what an import holds of others: the name of its file, samples, and rows that were refused.
    func empty(_ id: Int64) throws {
        try connection.run("DELETE FROM import_problems WHERE import = ?", [.integer(id)])
        let columns = try find(id)?.columns ?? []
        try connection.run(
            "UPDATE imports SET file = NULL, name = NULL, preview = '{}', columns = ? WHERE id = ?",
            [
                .text(JSONValue.array(columns.map { .object(ImportColumn(heading: $0.heading).json) }).text),
                .integer(id),
            ]
        )
    }

    func remove(_ id: Int64) throws {
        try connection.run("DELETE FROM imports WHERE id = ?", [.integer(id)])
    }

    /// Those that have a file: all, or those that have expired by a time, the longest first.
    func holding(expiredBy time: Int64 = .max, resource: String? = nil, limit: Int64) throws -> [Import] {
        var conditions = SQLFragment(#"i.file IS NOT NULL AND i."expiresAt" <= ?"#, [.integer(time)])
        if let resource { conditions.append(" AND i.resource = ?", [.text(resource)]) }
        return try connection.rows(
            """
            SELECT \(Import.selection) FROM \(ImportStore.source)
            WHERE \(conditions.sql) ORDER BY i."expiresAt", i.id LIMIT ?
            """,
            conditions.values + [.integer(limit)]
        ) { Import($0) }
    }

    /// Has the file of an import that is at work removed as soon as it has ended.
    func expire(_ id: Int64, at time: Int64) throws {
        try connection.run(#"UPDATE imports SET "expiresAt" = ? WHERE id = ?"#, [.integer(time), .integer(id)])
    }

    /// The names of all files that imports have.
    func files() throws -> Set<String> {
        Set(try connection.rows("SELECT file FROM imports WHERE file IS NOT NULL") { $0.text(0) })
    }
}

/// A row that was not taken.
struct ImportProblem: Sendable {
    let place: Place
    let length: Int
    let issues: [Problem.Issue]

    init(_ row: Row) {
        place = Place(offset: Int(row.int(0)), line: Int(row.int(1)))
        length = Int(row.int(2))
        issues = (Import.value(row.text(3)).arrayValue ?? []).map { value in
            Problem.Issue(
                field: value["field"]?.stringValue ?? "",
                code: value["code"]?.stringValue ?? "",
                message: Text(value["en"]?.stringValue ?? "", value["zh"]?.stringValue ?? "")
            )
        }
    }

    /// All that is wrong with it, in a line.
    func text(_ language: Language) -> String {
        issues.map { issue in
            let field = issue.field.isEmpty ? "" : issue.field + ": "
            return field + issue.message(language)
        }.joined(separator: " ")
    }
}
