import Glibc
import Testing

@testable import KoiSQLite

@Suite struct ResidueTests {
    /// Rows whose index pages have split and moved again and again, of which all but every tenth are emptied at the end.
    private func moved(count: Int = 2_000) throws -> TestDatabase {
        let made = try TestDatabase()
        try made.writer.exclusive { connection in
            try connection.execute(
                """
                CREATE TABLE people (id INTEGER PRIMARY KEY, "key" TEXT, note TEXT) STRICT;
                CREATE INDEX people_key ON people ("key");
                """
            )
        }
        var random = UInt64(1)
        func next(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        for first in stride(from: 0, to: count, by: 50) {
            let values = (first..<first + 50).map { ($0, "\(next(900_000))-person-\($0)-", Int(next(2_000))) }
            let grown = (0..<20).map { _ in (Int(next(UInt64(first + 50))), Int(next(3_000))) }
            try made.writer.sync { connection in
                for (id, key, length) in values {
                    try connection.run(
                        "INSERT INTO people (id, \"key\", note) VALUES (?, ?, ?)",
                        [.integer(Int64(id)), .text(key), .text(key + String(repeating: "n", count: length))]
                    )
                }
                for (id, length) in grown {
                    try connection.run(
                        "UPDATE people SET note = \"key\" || ? WHERE id = ?",
                        [.text(String(repeating: "m", count: length)), .integer(Int64(id))]
                    )
                }
            }
        }
        _ = try made.writer.sync { connection in
            try connection.run("UPDATE people SET \"key\" = '', note = NULL WHERE id % 10 <> 0")
        }
        return made
    }

    private func occurrences(in database: Database, count: Int = 2_000) throws -> Int {
        let values = (0..<count).filter { $0 % 10 != 0 }.map { Array("-person-\($0)-".utf8) }
        return try #require(try Residue(database).occurrences(of: values)).reduce(0, +)
    }

    private func clear(_ database: Database) throws -> Int {
        let residue = try Residue(database)
        let pages = try #require(try residue.pages())
        var rest = pages[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(try #require(try residue.clear(rest, within: .milliseconds(1))))
        }
        try residue.synchronize()
        return pages.count
    }

    @Test func `what pages left behind when they were split is overwritten, and nothing else`() throws {
        let made = try moved()
        let rows = try made.database.read(on: 0) { try $0.rows("SELECT * FROM people") { ($0.int(0), $0.text(1)) } }
        made.database.settle(on: 0, isResting: true)
        #expect(try occurrences(in: made.database) > 0)

        #expect(try clear(made.database) > 0)

        #expect(try occurrences(in: made.database) == 0)
        #expect(try Residue(made.database).pages() == [])
        #expect(try made.writer.exclusive { try $0.rows("PRAGMA integrity_check") { $0.text(0) } } == ["ok"])
        let after = try made.database.read(on: 0) { try $0.rows("SELECT * FROM people") { ($0.int(0), $0.text(1)) } }
        #expect(rows.elementsEqual(after, by: ==))
    }

    @Test func `the writer does not bring back what it remembers of a page`() throws {
        let made = try moved()
        _ = try clear(made.database)
        _ = try made.writer.sync { connection in
            try connection.run("UPDATE people SET note = \"key\" WHERE id % 7 = 1")
        }
        #expect(try occurrences(in: made.database) == 0)
    }

    @Test func `free pages that were not overwritten when they became free are`() throws {
        let made = try TestDatabase()
        try made.writer.exclusive { connection in
            try connection.execute("PRAGMA secure_delete = OFF; CREATE TABLE old (text TEXT) STRICT")
            for number in 0..<200 {
                let text = "-person-1-" + String(repeating: "x", count: 3_000) + String(number)
                try connection.run("INSERT INTO old VALUES (?)", [.text(text)])
            }
            try connection.execute("DROP TABLE old; PRAGMA secure_delete = ON")
        }
        #expect(try occurrences(in: made.database) > 0)
        #expect(try clear(made.database) > 0)
        #expect(try occurrences(in: made.database) == 0)
        #expect(try Backup.verify(made.folder.database) == [])
    }

    @Test func `a reader with an older snapshot is waited for`() throws {
        let made = try TestDatabase()
        try made.add("A")
        let reader = try Connection(path: made.folder.database, mode: .readOnly)
        try reader.control(.begin)
        _ = try reader.names()
        try made.add("B")
        let residue = try Residue(made.database)
        #expect(try residue.pages() == nil)
        #expect(try residue.clear([1], within: .milliseconds(1)) == nil)
        try reader.control(.rollback)
        #expect(try residue.pages() != nil)
        #expect(made.folder.size(of: "koi.db-wal") == 0)
        reader.close()
    }

    @Test func `bytes that are no page of a tree are left alone`() {
        for first in [UInt8(0), 1, 3, 4, 0x0b, 0x0e, 0xff] {
            let page = [first] + [UInt8](repeating: 7, count: 4_095)
            page.withUnsafeBytes { #expect(!PageSpace.isDirty($0, header: 0)) }
        }
        // More cells than the page has room for; cells that begin behind its end; a free block that points backwards.
        for header: [UInt8] in [[13, 0, 0, 255, 255, 1, 0], [13, 0, 0, 0, 1, 255, 255], [13, 0, 1, 0, 0, 16, 0]] {
            var page = [UInt8](repeating: 0, count: 4_096)
            page.replaceSubrange(0..<header.count, with: header)
            page[100] = 9
            var cleared = page
            cleared.withUnsafeMutableBytes { PageSpace.clear($0, header: 0) }
            if header[3] == 255 || header[5] == 255 { #expect(cleared == page) }
        }
    }
}
