import Testing

@testable import KoiSQLite

@Suite struct ConnectionTests {
    let folder: TemporaryFolder
    let connection: Connection

    init() throws {
        folder = try TemporaryFolder()
        connection = try Connection(path: folder.database, mode: .readWrite, statements: 3)
        try connection.execute(Migration.items.sql)
    }

    @Test(arguments: [
        SQLValue.null, 0, 1, -1, .integer(.max), .integer(.min), 0.5, .real(-.infinity),
        .real(.greatestFiniteMagnitude), .real(.leastNonzeroMagnitude), "", "koi",
        "重庆机械 🐟 e\u{301}", "a\0b", "\0", .text(String(repeating: "鱼", count: 2_000)),
        .blob([]), .blob([0, 255, 0]), .blob(Array(repeating: 7, count: 300)),
    ])
    func `a value comes back as it was bound`(_ value: SQLValue) throws {
        try connection.execute("CREATE TABLE anything (value ANY) STRICT")
        try connection.run("INSERT INTO anything VALUES (?)", [value])
        #expect(try connection.first("SELECT value FROM anything") { $0.value(0) } == value)
    }

    @Test func `NULL reads as nil, and as zero and nothing where it is not asked about`() throws {
        try connection.query("SELECT NULL") { row in
            #expect(row.isNull(0))
            #expect(row.intOrNil(0) == nil)
            #expect(row.textOrNil(0) == nil)
            #expect(row.doubleOrNil(0) == nil)
            #expect(row.boolOrNil(0) == nil)
            #expect(row.blobOrNil(0) == nil)
            #expect(row.int(0) == 0)
            #expect(row.text(0) == "")
            #expect(row.withUTF8(0) { $0.count } == 0)
        }
    }

    @Test func `columns have a type, a name and a count, and none beyond it`() throws {
        try connection.query("SELECT 1 AS one, 'b' AS two, 1.5, x'00'") { row in
            #expect(row.count == 4)
            #expect(row.name(1) == "two")
            #expect((0...4).map { row.type($0) } == [.integer, .text, .real, .blob, .null])
            #expect(row.bool(0))
            #expect(row.int(-1) == 0)
            #expect(row.name(99) == "")
        }
    }

    @Test func `bytes of a text can be borrowed`() throws {
        let bytes = try connection.first("SELECT ?", ["重庆"]) { $0.withUTF8(0) { Array($0) } }
        #expect(bytes == Array("重庆".utf8))
    }

    @Test func `run says how many rows it changed`() throws {
        try connection.add("a")
        try connection.add("b")
        #expect(try connection.run("UPDATE items SET name = name || '!'") == 2)
        #expect(try connection.run("DELETE FROM items WHERE id > 99") == 0)
        #expect(try connection.run("CREATE INDEX byName ON items (name)") == 0)
        #expect(connection.lastInsertedID == 2)
    }

    @Test func `each stops when told, and first takes one row`() throws {
        for name in ["a", "b", "c"] { try connection.add(name) }
        var seen: [String] = []
        try connection.each("SELECT name FROM items ORDER BY id") { row in
            seen.append(row.text(0))
            return seen.count < 2
        }
        #expect(seen == ["a", "b"])
        #expect(try connection.first("SELECT id FROM items WHERE id = 9") { $0.int(0) } == nil)
        #expect(
            try connection.first("INSERT INTO items (name) VALUES ('d') RETURNING id") { $0.int(0) }
                == 4
        )
        #expect(try connection.names().count == 4)
    }

    @Test func `a broken constraint is told apart and names no value`() throws {
        try connection.add("secret")
        let error = #expect(throws: SQLiteError.self) { try connection.add("secret") }
        #expect(error?.isConstraint == true)
        #expect(error?.isUniqueConstraint == true)
        #expect(error?.isForeignKeyConstraint == false)
        #expect(error?.message == "UNIQUE constraint failed: items.name")
        #expect("\(try #require(error))".contains("secret") == false)
    }

    @Test func `an error over bound values does not repeat them`() throws {
        try connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        let error = #expect(throws: SQLiteError.self) {
            try connection.run("SELECT * FROM words WHERE words MATCH ?", ["secret AND"])
        }
        #expect("\(try #require(error))".contains("secret") == false)
    }

    @Test(arguments: [
        "SELEC 1", "", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1\0", "SELECT \"x\"",
    ])
    func `SQL that is not one sound statement is refused`(_ sql: String) throws {
        #expect(throws: SQLiteError.self) { try connection.run(sql) }
    }

    @Test func `white space and comments may follow a statement`() throws {
        #expect(try connection.first("SELECT 1; -- one\n ") { $0.int(0) } == 1)
    }

    @Test(arguments: [[], [1, 2]] as [[SQLValue]])
    func `the values must be as many as the parameters`(_ values: [SQLValue]) throws {
        #expect(throws: SQLiteError.self) { try connection.run("SELECT ?", values) }
        #expect(try connection.first("SELECT ?", [7]) { $0.int(0) } == 7)
    }

    @Test func `a statement is prepared once, and the least used one goes`() throws {
        let sql = "SELECT id FROM items WHERE name = ?"
        try connection.run(sql, ["a"])
        let count = connection.cachedStatements
        try connection.run(sql, ["b"])
        #expect(connection.cachedStatements == count)
        for number in 0..<10 { try connection.run("SELECT \(number)") }
        #expect(connection.cachedStatements == 3)
    }

    @Test func `the same SQL can be used while its rows are being read`() throws {
        for name in ["a", "b"] { try connection.add(name) }
        var pairs: [String] = []
        let sql = "SELECT name FROM items ORDER BY id"
        try connection.query(sql) { outer in
            try connection.query(sql) { inner in pairs.append(outer.text(0) + inner.text(0)) }
        }
        #expect(pairs == ["aa", "ab", "ba", "bb"])
        #expect(try connection.names() == ["a", "b"])
    }

    @Test func `a statement can be used again after its row closure threw`() throws {
        try connection.add("a")
        let sql = "SELECT name FROM items"
        #expect(throws: Refusal.self) { try connection.query(sql) { _ in throw Refusal() } }
        #expect(try connection.rows(sql) { $0.text(0) } == ["a"])
        try connection.run("DROP TABLE items")
    }

    @Test func `a savepoint that throws undoes its own part only`() throws {
        try connection.savepoint {
            try connection.add("kept")
            #expect(throws: Refusal.self) {
                try connection.savepoint {
                    try connection.add("undone")
                    throw Refusal()
                }
            }
        }
        #expect(try connection.names() == ["kept"])
        #expect(!connection.isInTransaction)
    }

    @Test func `the recorder hears every statement with its values`() throws {
        var heard: [String] = []
        connection.recorder = { sql, values in heard.append("\(sql) \(values.count)") }
        try connection.run("SELECT ?", [1])
        try connection.execute("SELECT 2")
        #expect(heard == ["SELECT ? 1", "SELECT 2 0"])
    }

    @Test func `a closed connection throws`() throws {
        connection.close()
        #expect(throws: SQLiteError.self) { try connection.names() }
        #expect(throws: SQLiteError.self) { try connection.savepoint {} }
        #expect(!connection.isInTransaction)
    }

    @Test func `a read-only connection cannot write`() throws {
        let reader = try Connection(path: folder.database, mode: .readOnly)
        let error = #expect(throws: SQLiteError.self) { try reader.add("a") }
        #expect(error?.code == 8)
        #expect(throws: SQLiteError.self) { try reader.execute("PRAGMA user_version = 7") }
        #expect(try connection.names() == [])
    }

    @Test func `a file that is no database is refused`() throws {
        let backup = folder.path + "/missing/koi.db"
        #expect(throws: SQLiteError.self) { try Connection(path: backup, mode: .readWrite) }
        #expect(throws: SQLiteError.self) {
            try Connection(path: folder.path + "/none.db", mode: .readOnly)
        }
    }
}
