import Testing

@testable import KoiSQLite

@Suite struct MigratorTests {
    let folder: TemporaryFolder
    let connection: Connection
    let second = Migration(
        number: 2,
        name: "colour",
        sql: "ALTER TABLE items ADD COLUMN colour TEXT"
    )

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.database, mode: .readWrite)
    }

    @Test func `migrations are applied once, in order, whatever order they are listed in`() throws {
        #expect(try Migrator.pending(connection, [second, .items]) == [.items, second])
        #expect(try Migrator.migrate(connection, [second, .items], now: 5) == [.items, second])
        #expect(try Migrator.migrate(connection, [.items, second], now: 6) == [])
        let rows = try connection.rows(
            "SELECT number, name, checksum, appliedAt FROM schema_migrations ORDER BY number"
        ) { "\($0.int(0)) \($0.text(1)) \($0.text(2)) \($0.int(3))" }
        #expect(rows == ["1 items 5242982f0df157c2 5", "2 colour 6dd56eb183b5382d 5"])
    }

    @Test func `an edited migration is refused`() throws {
        try Migrator.migrate(connection, [.items], now: 0)
        let edited = Migration(number: 1, name: "items", sql: Migration.items.sql + " ")
        let error = #expect(throws: MigrationError.self) {
            try Migrator.migrate(connection, [edited, second], now: 0)
        }
        guard case .changed(number: 1)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try Migrator.pending(connection, [.items, second]) == [second])
    }

    @Test func `a newer database is refused with a sentence that says what to do`() throws {
        try Migrator.migrate(connection, [.items, second], now: 0)
        let error = #expect(throws: MigrationError.self) {
            try Migrator.migrate(connection, [.items], now: 0)
        }
        let text = try #require(error).description
        #expect(text.contains("at schema 2") && text.contains("up to 1"))
        #expect(text.contains("start the newer program"))
    }

    @Test func `a missing, a late and a doubled number are refused`() throws {
        let third = Migration(
            number: 3,
            name: "third",
            sql: "CREATE TABLE third (id INTEGER) STRICT"
        )
        try Migrator.migrate(connection, [.items, third], now: 0)
        #expect(throws: MigrationError.self) {
            try Migrator.pending(connection, [.items, second, third])
        }
        #expect(throws: MigrationError.self) { try Migrator.pending(connection, [third]) }
        #expect(throws: MigrationError.self) { try Migrator.pending(connection, [.items, .items]) }
        #expect(throws: MigrationError.self) {
            try Migrator.pending(connection, [Migration(number: 0, name: "", sql: "")])
        }
    }

    @Test(arguments: [
        "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1)",
        "CREATE TABLE half (id INTEGER); ROLLBACK",
        """
        CREATE TABLE half (id INTEGER, item INTEGER REFERENCES items (id));
        INSERT INTO half VALUES (1, 99)
        """,
    ])
    func `a failing migration leaves nothing, and those before it stay`(_ sql: String) throws {
        let broken = Migration(number: 2, name: "broken", sql: sql)
        let error = #expect(throws: MigrationError.self) {
            try Migrator.migrate(connection, [.items, broken], now: 0)
        }
        guard case .failed(number: 2, error: _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(throws: SQLiteError.self) { try connection.run("SELECT * FROM half") }
        #expect(try Migrator.pending(connection, [.items, broken]) == [broken])
        #expect(try connection.first("PRAGMA foreign_keys") { $0.int(0) } == 1)
    }
}
