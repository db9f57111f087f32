/// Brings a database to the schema of the program, step by step.
package enum Migrator {
    /// Applies what has not been applied yet, each migration in a transaction of its own.
    ///
    /// Foreign keys are not enforced inside a migration, as a table can only be rebuilt with them
    /// off, but all of them are checked before it is committed.
    /// - Parameters:
    ///   - connection: opened for writing, with no transaction open.
    ///   - migrations: all that the program knows, in any order.
    ///   - now: milliseconds since 1970, stored as the time of application.
    /// - Returns: those that were applied, in order.
    /// - Throws: `MigrationError`; the migrations before the one that failed stay applied.
    ///   `SQLiteError` when the database cannot be read or written.
    @discardableResult
    package static func migrate(
        _ connection: Connection,
        _ migrations: [Migration],
        now: Int64
    ) throws -> [Migration] {
        let pending = try pending(connection, migrations)
        guard !pending.isEmpty else { return [] }
        guard !connection.isInTransaction else {
            throw SQLiteError.misuse("a migration needs a transaction of its own")
        }
        try connection.run("PRAGMA foreign_keys = OFF")
        let result = Result {
            for migration in pending { try applyAlone(migration, connection, now) }
        }
        try connection.run("PRAGMA foreign_keys = ON")
        try result.get()
        return pending
    }

    /// What `migrate` would apply.
    ///
    /// Changes nothing, so a read-only connection will do.
    ///
    /// - Throws: `MigrationError`, `SQLiteError`
    package static func pending(
        _ connection: Connection,
        _ migrations: [Migration]
    ) throws -> [Migration] {
        let migrations = try sorted(migrations)
        let applied = try applied(connection)
        let known = migrations.last?.number ?? 0
        let newest = applied.keys.max() ?? 0
        guard newest <= known else {
            throw MigrationError.newerDatabase(found: newest, known: known)
        }
        let numbers = Set(migrations.map(\.number))
        if let stranger = applied.keys.filter({ !numbers.contains($0) }).min() {
            throw MigrationError.missing(number: stranger)
        }
        var pending: [Migration] = []
        for migration in migrations {
            if let checksum = applied[migration.number] {
                guard checksum == migration.checksum else {
                    throw MigrationError.changed(number: migration.number)
                }
            } else if migration.number < newest {
                throw MigrationError.outOfOrder(number: migration.number)
            } else {
                pending.append(migration)
            }
        }
        return pending
    }

    private static func sorted(_ migrations: [Migration]) throws -> [Migration] {
        let sorted = migrations.sorted { $0.number < $1.number }
        var last = 0
        for migration in sorted {
            guard migration.number > last else {
                throw MigrationError.badNumber(number: migration.number)
            }
            last = migration.number
        }
        return sorted
    }

    /// The checksums of the applied migrations by number.
    private static func applied(_ connection: Connection) throws -> [Int: String] {
        let hasTable = try connection.first(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"
        ) { _ in true }
        guard hasTable == true else { return [:] }
        let rows = try connection.rows("SELECT number, checksum FROM schema_migrations") {
            (Int($0.int(0)), $0.text(1))
        }
        return Dictionary(rows) { first, _ in first }
    }

    private static func applyAlone(
        _ migration: Migration,
        _ connection: Connection,
        _ now: Int64
    ) throws {
        do {
            try connection.transaction { try apply(migration, connection, now) }
        } catch {
            throw MigrationError.failed(number: migration.number, error: error)
        }
    }

    private static func apply(_ migration: Migration, _ connection: Connection, _ now: Int64) throws {
        try connection.run(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL,
                checksum TEXT NOT NULL,
                appliedAt INTEGER NOT NULL
            ) STRICT
            """
        )
        try connection.execute(migration.sql)
        guard connection.isInTransaction else {
            throw SQLiteError.misuse("it ended the transaction that it runs in")
        }
        try connection.run(
            "INSERT INTO schema_migrations (number, name, checksum, appliedAt) VALUES (?, ?, ?, ?)",
            [
                .integer(Int64(migration.number)), .text(migration.name),
                .text(migration.checksum), .integer(now),
            ]
        )
        let orphan = try connection.first("PRAGMA foreign_key_check") { $0.text(0) }
        if let orphan {
            throw SQLiteError.misuse("it leaves rows of \(orphan) that refer to missing rows")
        }
    }
}
