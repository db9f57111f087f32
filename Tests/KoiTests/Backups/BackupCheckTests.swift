import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct BackupCheckTests {
    @Test func `a sound database has no faults, in use or closed`() throws {
        let koi = try TestApp()
        for name in ["Acme", "重庆机械", "Müller & Söhne"] { try koi.addCustomer(name) }
        try koi.request(.delete, "/v1/customers/2")
        #expect(try koi.app.check() == [])
        koi.close()
        #expect(try Check.run(koi.app.folder) == [])
    }

    @Test(arguments: [
        (
            "UPDATE events SET type = 'forged' WHERE sequence = 2",
            "events: row 2 does not match its hash"
        ),
        (
            "UPDATE event_payloads SET payload = '{}' WHERE sequence = 3",
            "event_payloads: row 3 does not match its digest"
        ),
        (
            "DELETE FROM event_payloads WHERE sequence = 3",
            "event_payloads: row 3 is missing, and no erasure says why"
        ),
        (
            "INSERT INTO customers_search (rowid, terms) VALUES (99, 'astray')",
            "customers_search does not agree with customers"
        ),
        (
            #"UPDATE customers SET "searchTerms" = 'other' WHERE id = 1"#,
            "customers_search does not agree with customers"
        ),
    ])
    func `what was changed behind Koi's back shows`(_ sql: String, _ fault: String) throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        _ = try koi.app.perform { try $0.connection.run(sql) }
        let faults = try koi.app.check()
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix(fault) == true)
    }

    @Test func `a reference to nothing shows`() throws {
        let koi = try TestApp()
        try koi.app.database.writer.exclusive { connection in
            try connection.execute(
                """
                PRAGMA foreign_keys = OFF;
                UPDATE keys SET "user" = 99;
                PRAGMA foreign_keys = ON;
                """
            )
        }
        #expect(
            try koi.app.check() == ["row 1 of keys refers to a row of users that is missing"]
        )
    }

    @Test func `a folder whose process was killed can be checked`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        let copy = try TemporaryFolder()
        for name in ["koi.db", "koi.db-wal"] {
            try FileTree.copy(koi.folder.path + "/" + name, to: copy.path + "/" + name)
        }
        #expect(try FileTree.bytes(of: copy.path + "/koi.db-wal") > 0)
        #expect(try Check.run(DataFolder(copy.path)) == [])
        let connection = try Connection(path: copy.path + "/koi.db", mode: .readOnly)
        #expect(try connection.first("SELECT name FROM customers") { $0.text(0) } == "Acme")
    }
}
