import Dispatch
import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Synchronization
import Testing

@testable import Koi

@Suite struct BackupTests {
    @Test func `a backup taken while customers are added restores to one moment of them`() throws {
        let koi = try TestApp()
        let writers = DispatchGroup()
        let isMade = Atomic(false)
        for writer in 1...4 {
            DispatchQueue(label: "test.writer").async(group: writers) {
                var number = 0
                while !isMade.load(ordering: .relaxed) {
                    number += 1
                    try? koi.addCustomer("\(writer)-\(number)")
                }
            }
        }
        let made = try koi.request(.post, "/v1/backups")
        isMade.store(true, ordering: .relaxed)
        writers.wait()
        try koi.addCustomer("after")
        #expect(made.status == .created)
        let count = try koi.customers().count
        koi.close()

        let report = try Restore.run(
            made["name"].stringValue ?? "",
            into: koi.app.folder,
            now: koi.clock.now
        )
        #expect(try Check.run(koi.app.folder) == [])
        let restored = try TestApp(in: koi.folder, clock: koi.clock)
        let customers = try restored.customers()
        #expect(customers.count < count)
        #expect(!customers.contains("after"))
        #expect(try restored.events(of: "customers").count == customers.count)
        #expect(report.backup.head.sequence == made["events"]["sequence"].integerValue)
    }

    @Test func `a backup says what it holds and is found where its answer says`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        try koi.write("content", to: "files/ab/abcdef")
        let made = try koi.request(.post, "/v1/backups")
        #expect(made["name"] == "2026-11-22T09-00-00Z")
        #expect(made["createdAt"] == "2026-11-22T09:00:00.000Z")
        #expect(made["files"] == ["count": 1, "bytes": 7])
        #expect(made["events"]["sequence"] == 3)
        #expect(made.fields["Location"] == "/v1/backups/2026-11-22T09-00-00Z")
        #expect(try koi.request(.get, "/v1/backups/2026-11-22T09-00-00Z").json == made.json)
        #expect(try koi.request(.get, "/v1/backups/2026-11-22T09-00-00Z-1").status == .notFound)
        #expect(try koi.request(.get, "/v1/backups").items == [made.json])
        #expect(
            try koi.folder.names(in: "backups/2026-11-22T09-00-00Z")
                == ["files", "koi.db", "manifest.json"]
        )
    }

    @Test(arguments: [
        "x", "..", "%2e%2e%2fkoi.db", "2026-11-22T09-00-00Z", "2026-11-22T09-00-00Z-0",
        "2026-11-22T09-00-00Z-01",
    ])
    func `a backup that is not there is not found`(_ name: String) throws {
        let answer = try TestApp().request(.get, "/v1/backups/" + name)
        #expect(answer.status == .notFound)
    }

    @Test func `only the newest are kept, and what is not a whole backup is left alone`() throws {
        let koi = try TestApp()
        try koi.write("mine", to: "backups/notes/todo.txt")
        try koi.write("half", to: "backups/2020-01-01T00-00-00Z/koi.db")
        try koi.write("cut off", to: "backups/.making-2026-11-22T08-00-00Z/koi.db")
        for _ in 1...5 {
            try koi.request(.post, "/v1/backups")
            koi.clock.advance(by: .seconds(1))
        }
        #expect(
            try koi.folder.names(in: "backups") == [
                "2020-01-01T00-00-00Z", "2026-11-22T09-00-02Z", "2026-11-22T09-00-03Z",
                "2026-11-22T09-00-04Z", "notes",
            ]
        )
        #expect(try koi.request(.get, "/v1/backups").items.count == 3)
    }

    @Test func `two backups of one second have two names, in order`() throws {
        let koi = try TestApp()
        for _ in 1...2 { try koi.request(.post, "/v1/backups") }
        let names = try koi.request(.get, "/v1/backups").items.map { $0["name"] }
        #expect(names == ["2026-11-22T09-00-00Z-2", "2026-11-22T09-00-00Z"])
        #expect(
            try #require(BackupName("2026-11-22T09-00-00Z-10"))
                > BackupName(koi.clock.now, number: 9)
        )
    }

    @Test func `the backup just made is kept, be it the sixth of its second or the clock set back`()
        throws
    {
        let koi = try TestApp()
        for number in 1...6 {
            let made = try koi.request(.post, "/v1/backups")
            #expect(made["name"].stringValue?.hasSuffix(number == 1 ? "Z" : "Z-\(number)") == true)
            #expect(try koi.request(.get, made.fields["Location"] ?? "").json == made.json)
        }
        koi.clock.advance(by: .seconds(-60))
        let made = try koi.request(.post, "/v1/backups")
        #expect(try koi.request(.get, made.fields["Location"] ?? "").json == made.json)
        #expect(try koi.request(.get, "/v1/backups").items.count == 3)
    }

    @Test func `a backup that is broken off leaves nothing behind`() throws {
        let koi = try TestApp()
        #expect(throws: JobInterruption.self) {
            try Backups(koi.app).make { throw JobInterruption.stopping }
        }
        #expect(try koi.folder.names(in: "backups") == [])
    }

    @Test func `a database that does not pass its check makes no backup`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        _ = try koi.app.perform { transaction in
            try transaction.connection.run("UPDATE events SET type = 'forged' WHERE sequence = 2")
        }
        #expect(try koi.request(.post, "/v1/backups").code == "backup_failed")
        #expect(try koi.folder.names(in: "backups") == [])
    }

    @Test func `a backup is made every night, and at start where the newest is older than a day`()
        throws
    {
        let koi = try TestApp()
        try koi.worker(BackupJob.kind(isDaily: true)).runDue()
        #expect(try Backups(koi.app).list().count == 1)
        #expect(try koi.job(named: "backup")?.due == Timestamp.read("2026-11-23T02:00:00.000Z"))

        koi.clock.advance(by: .seconds(17 * 3_600))
        try koi.worker(BackupJob.kind(isDaily: true)).runDue()
        #expect(try Backups(koi.app).list().count == 2)

        koi.clock.advance(by: .seconds(1))
        let worker = try koi.worker(BackupJob.kind(isDaily: true))
        try worker.runDue()
        #expect(try Backups(koi.app).list().count == 2)
        let job = try koi.request(.get, "/v1/jobs?state=done&limit=1").items.first ?? .null
        #expect(job["result"]["name"] == "2026-11-23T02-00-00Z")
    }

    @Test func `no backup is made by itself where that is switched off`() throws {
        let koi = try TestApp()
        try koi.worker(BackupJob.kind(isDaily: false)).runDue()
        #expect(try Backups(koi.app).list() == [])
        #expect(try koi.job(named: "backup") == nil)
    }
}
