import Glibc
import Synchronization
import Testing

@testable import KoiSQLite

@Suite struct BackupTests {
    @Test func `a copy holds one moment of a database that is being written to`() throws {
        let test = try TestDatabase()
        try test.add("a")
        try test.add(String(repeating: "x", count: 10_000_000))
        let path = test.folder.path + "/copy.db"
        var calls = 0
        try Backup.copy(from: test.database.reader(0), to: path) { copied, total in
            calls += 1
            #expect(copied <= total)
            try test.add("during \(calls)")
        }
        #expect(calls > 2)
        #expect(try Backup.verify(path) == [])
        #expect(!test.folder.contains("copy.db-wal"))
        #expect(!test.folder.contains("copy.db.partial"))
        let copy = try Connection(path: path, mode: .readOnly)
        #expect(try copy.first("SELECT count(*) FROM items") { $0.int(0) } == 2)
        #expect(try test.names().count == 2 + calls)
    }

    @Test func `a copy that is given up leaves no file`() throws {
        let test = try TestDatabase()
        let path = test.folder.path + "/copy.db"
        #expect(throws: Refusal.self) {
            try Backup.copy(from: test.database.reader(0), to: path) { _, _ in throw Refusal() }
        }
        #expect(!test.folder.contains("copy.db"))
        #expect(!test.folder.contains("copy.db.partial"))
        try Backup.copy(from: test.database.reader(0), to: path)
        #expect(throws: BackupError.exists(path)) {
            try Backup.copy(from: test.database.reader(0), to: path)
        }
    }

    @Test func `a damaged copy does not pass the check`() throws {
        let test = try TestDatabase()
        for number in 0..<500 { try test.add("name \(number)") }
        let path = test.folder.path + "/copy.db"
        try Backup.copy(from: test.database.reader(0), to: path)
        let file = open(path, O_WRONLY)
        let rubbish = [UInt8](repeating: 0xee, count: 4096)
        #expect(pwrite(file, rubbish, rubbish.count, 8192) == rubbish.count)
        close(file)
        #expect(try Backup.verify(path) != [])
    }

    @Test func `a copy with rows that refer to nothing does not pass the check`() throws {
        let test = try TestDatabase()
        try test.writer.exclusive { connection in
            try connection.execute(
                """
                CREATE TABLE parts (item INTEGER REFERENCES items (id)) STRICT;
                PRAGMA foreign_keys = OFF;
                INSERT INTO parts VALUES (99);
                """
            )
        }
        let path = test.folder.path + "/copy.db"
        try Backup.copy(from: test.database.reader(0), to: path)
        #expect(
            try Backup.verify(path) == ["row 1 of parts refers to a row of items that is missing"]
        )
    }

    @Test func `a text file does not pass the check`() throws {
        let folder = try TemporaryFolder()
        let file = open(folder.database, O_WRONLY | O_CREAT, 0o600)
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: 8192)
        #expect(pwrite(file, text, text.count, 0) == text.count)
        close(file)
        #expect(try Backup.verify(folder.database) != [])
    }
}
