import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The chain of events` {
    /// Three customers, the second with its owner set, so that every column of event 5 holds something.
    private func koi() throws -> (koi: TestApp, event: Int64) {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme"])
        try koi.make("contacts", ["name": "Li", "customers": [["customer": 1]]])
        let event = try #require(
            try koi.request(.get, "/v1/events?resource=contacts").items.last?["sequence"].integerValue
        )
        try koi.make("customers", ["name": "Beta"])
        #expect(try koi.app.check() == [])
        return (koi, event)
    }

    /// Changes the store as nobody but a person with a tool of their own would.
    private func edit(_ koi: TestApp, _ sql: String) throws {
        try koi.app.database.writer.exclusive { connection in
            try connection.execute("PRAGMA foreign_keys = OFF; \(sql); PRAGMA foreign_keys = ON;")
        }
    }

    @Test(arguments: [
        "at = at + 1", "\"actorKind\" = 'link'", "actor = 9", "actor = NULL", "\"user\" = 9", "\"user\" = NULL",
        "request = request || 'x'", "request = NULL", "type = 'contact.changed'", "resource = 'customers'",
        "record = 9", "related = ''", "related = 'customers/3'", "\"payloadDigest\" = zeroblob(32)",
        "hash = zeroblob(32)", "sequence = 99",
    ])
    func `shows which event was edited, whatever was`(_ change: String) throws {
        let (koi, event) = try koi()
        try edit(koi, "UPDATE events SET \(change) WHERE sequence = \(event)")
        let faults = try koi.app.check()
        #expect(faults.contains { $0.hasPrefix("events: row \(event) ") }, "\(faults)")
    }

    @Test func `shows an empty text in place of none`() throws {
        let koi = try TestApp()
        try koi.app.perform { _ = try RecordService(Customer.resource, $0).add(["name": "Acme"]) }
        let last = try koi.app.perform { try EventLog.head($0.connection).sequence }
        try edit(koi, "UPDATE events SET request = '' WHERE sequence = \(last)")
        #expect(try koi.app.check() == ["events: row \(last) does not match its hash"])
    }

    @Test(arguments: ["salt = zeroblob(16)", "payload = replace(payload, 'Li', 'Lo')", "payload = payload || ' '"])
    func `shows which payload was edited`(_ change: String) throws {
        let (koi, event) = try koi()
        try edit(koi, "UPDATE event_payloads SET \(change) WHERE sequence = \(event)")
        #expect(try koi.app.check() == ["event_payloads: row \(event) does not match its digest"])
    }

    @Test func `shows a payload that was given to another event`() throws {
        let (koi, event) = try koi()
        try edit(koi, "DELETE FROM event_payloads WHERE sequence = \(event)")
        func missing(_ row: Int64) -> String { "event_payloads: row \(row) is missing, and no erasure says why" }
        #expect(try koi.app.check() == [missing(event)])
        try edit(koi, "UPDATE event_payloads SET sequence = \(event) WHERE sequence = \(event + 1)")
        #expect(
            try koi.app.check() == ["event_payloads: row \(event) does not match its digest", missing(event + 1)]
        )
    }

    @Test func `shows an event that is gone from its midst`() throws {
        let (koi, event) = try koi()
        try edit(
            koi,
            """
            DELETE FROM event_payloads WHERE sequence = \(event); DELETE FROM event_relations WHERE sequence = \(event);
            DELETE FROM events WHERE sequence = \(event)
            """
        )
        let faults = try koi.app.check()
        #expect(faults.contains("events: row \(event) is missing before row \(event + 1)"))
    }
}

struct `The file that names the newest event` {
    /// A closed folder whose log ends with this event.
    private func closed() throws -> (koi: TestApp, last: Int64) {
        let koi = try TestApp()
        for name in ["Acme", "Beta"] { try koi.addCustomer(name) }
        let last = try koi.app.perform { try EventLog.head($0.connection).sequence }
        koi.close()
        return (koi, last)
    }

    private func cut(_ koi: TestApp, after last: Int64) throws {
        let connection = try Connection(path: koi.app.folder.database, mode: .readWrite)
        defer { connection.close() }
        try connection.execute(
            """
            DELETE FROM event_payloads WHERE sequence > \(last); DELETE FROM event_relations WHERE sequence > \(last);
            DELETE FROM events WHERE sequence > \(last);
            """
        )
    }

    @Test func `is written when Koi stops, and agrees with the log`() throws {
        let (koi, last) = try closed()
        #expect(koi.text(of: "events.head")?.hasPrefix("\(last) ") == true)
        #expect(try Check.run(koi.app.folder) == [])
    }

    @Test func `shows that an end of the log was cut off, and goes on showing it`() throws {
        let (koi, last) = try closed()
        try cut(koi, after: last - 1)
        let fault = "events: row \(last) is missing, which events.head names: the end of the log was cut off"
        #expect(try Check.run(koi.app.folder) == [fault])
        let again = try TestApp(in: koi.folder)
        #expect(try again.app.check().first?.hasPrefix("events: row \(last) does not have the hash") == true)
        again.close()
        #expect(koi.text(of: "events.head")?.hasPrefix("\(last) ") == true)
    }

    @Test func `has positions refused of an end that was cut off, and those of the log that goes on taken`() throws {
        let (koi, last) = try closed()
        let seen = try #require(koi.position(last).stringValue)
        try cut(koi, after: last - 1)

        let again = try TestApp(in: koi.folder)
        try again.addCustomer("Gamma")
        let known = try #require(again.position(last).stringValue)
        #expect(try again.request(.get, "/v1/changes?after=\(seen)").code == "other_log")
        again.close()

        // The file still names what is missing, and the log is the same nevertheless.
        let third = try TestApp(in: koi.folder)
        #expect(try third.request(.get, "/v1/changes?after=\(known)").status == .ok)
        #expect(third.app.catalog.log != koi.app.catalog.log)
    }

    @Test func `shows an end that was written anew`() throws {
        let (koi, last) = try closed()
        try cut(koi, after: last - 1)
        try koi.write("1 00\n", to: "events.head")
        #expect(try Check.run(koi.app.folder) == ["events: row 1 does not have the hash that events.head names"])
        try koi.write("no head\n", to: "events.head")
        #expect(try Check.run(koi.app.folder) == ["events.head does not name an event"])
    }

    @Test func `is made where it is missing`() throws {
        let (koi, last) = try closed()
        try FileManager.default.removeItem(atPath: koi.app.folder.eventHead)
        #expect(try Check.run(koi.app.folder) == [])
        let again = try TestApp(in: koi.folder)
        again.close()
        let head = try #require(koi.text(of: "events.head")?.split(separator: " ").first.flatMap { Int64($0) })
        // The second TestApp makes a key of its own.
        #expect(head > last)
    }

    @Test func `is the backup's after a restore`() throws {
        let koi = try TestApp()
        try koi.addCustomer("kept")
        let backup = try koi.request(.post, "/v1/backups")["name"].stringValue ?? ""
        try koi.addCustomer("later")
        koi.close()
        let before = koi.text(of: "events.head")
        _ = try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        #expect(koi.text(of: "events.head") != before)
        #expect(koi.text(of: "replaced-2026-11-22T09-00-00Z/events.head") == before)
        #expect(try Check.run(koi.app.folder) == [])
    }
}
