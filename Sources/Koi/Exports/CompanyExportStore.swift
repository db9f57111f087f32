import KoiSQLite

/// The rows of `exports`.
///
/// No rules.
struct CompanyExportStore {
    private static let source = "exports AS x LEFT JOIN jobs AS j ON j.id = x.job"

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func find(_ id: Int64) throws -> CompanyExport? {
        try connection.first(
            "SELECT \(CompanyExport.selection) FROM \(Self.source) WHERE x.id = ?",
            [.integer(id)]
        ) { CompanyExport($0) }
    }

    /// The newest first.
    func list(before id: Int64? = nil, limit: Int) throws -> [CompanyExport] {
        try connection.rows(
            "SELECT \(CompanyExport.selection) FROM \(Self.source) WHERE x.id < ? ORDER BY x.id DESC LIMIT ?",
            [.integer(id ?? .max), .integer(Int64(limit))]
        ) { CompanyExport($0) }
    }

    func insert(user: Int64?, now: Int64) throws -> Int64 {
        try connection.run(
            #"INSERT INTO exports ("user", job, "createdAt") VALUES (?, 0, ?)"#,
            [.nullable(user), .integer(now)]
        )
        return connection.lastInsertedID
    }

    func set(job: Int64, of id: Int64) throws {
        try connection.run("UPDATE exports SET job = ? WHERE id = ?", [.integer(job), .integer(id)])
    }

    /// From here on what is written is as of now.
    func begin(_ id: Int64) throws {
        try connection.run(#"UPDATE exports SET "isOutdated" = 0 WHERE id = ?"#, [.integer(id)])
    }

    /// - Returns: false where it is outdated or was deleted, and nothing is stored.
    func finish(_ id: Int64, _ made: CompanyExportFile, now: Int64, expiresAt: Int64) throws -> Bool {
        try connection.run(
            """
            UPDATE exports SET file = ?, size = ?, lines = ?, position = ?, digest = ?, "finishedAt" = ?, "expiresAt" = ?
            WHERE id = ? AND "isOutdated" = 0
                AND NOT EXISTS (SELECT 1 FROM jobs AS j WHERE j.id = exports.job AND j."cancelRequested" = 1)
            """,
            [
                .text(made.name), .integer(made.size), .integer(made.lines), .text(made.position),
                .text(made.digest),
                .integer(now), .integer(expiresAt), .integer(id),
            ]
        ) == 1
    }

    /// Those that have a file: all, or those that have expired by a time.
    func holding(expiredBy time: Int64 = .max) throws -> [CompanyExport] {
        try connection.rows(
            """
            SELECT \(CompanyExport.selection) FROM \(Self.source) WHERE x.file IS NOT NULL AND x."expiresAt" <= ? ORDER BY x.id
            """,
            [.integer(time)]
        ) { CompanyExport($0) }
    }

    /// Has those that are being written begun anew.
    func outdate() throws {
        try connection.run(#"UPDATE exports SET "isOutdated" = 1 WHERE file IS NULL"#)
    }

    func empty(_ id: Int64) throws {
        try connection.run("UPDATE exports SET file = NULL, digest = NULL WHERE id = ?", [.integer(id)])
    }

    /// The names of all files that exports have.
    func files() throws -> Set<String> {
        Set(try connection.rows("SELECT file FROM exports WHERE file IS NOT NULL") { $0.text(0) })
    }

    /// Forgets what has no file any more.
    ///
    /// - Returns: how many.
    func trim(before time: Int64, limit: Int64) throws -> Int {
        try connection.run(
            """
            DELETE FROM exports WHERE id IN (
                SELECT x.id FROM \(Self.source) WHERE x."createdAt" < ? AND x.file IS NULL
                    AND coalesce(j.state, 'done') NOT IN ('waiting', 'running') LIMIT ?)
            """,
            [.integer(time), .integer(limit)]
        )
    }
}
