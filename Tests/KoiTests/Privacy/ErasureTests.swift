import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct ErasureTests {
    /// A note that is longer than a page, with a mark every now and then.
    private static let note = (0..<60).map { "vermerkqx\($0) " + String(repeating: "lorem ", count: 25) }.joined()

    /// Of 欧阳魑魅, whom nobody else resembles: as sent, and as Koi keeps it besides.
    private static let traces = [
        "欧阳魑魅", "魑魅", "ouyangchimei", "yangchimei", "13799553311", "137 9955 3311", "99553311", "qxochimei", "xochimei",
        "wxqzv", "1987-03-21", "vermerkqx0 ", "vermerkqx31 ", "vermerkqx59 ", "vormalsqx", "schachqx", "kegelnqx",
        "tagqx",
        "adrqx", "rollqx",
    ]

    private func addPerson(to koi: TestApp, after: Int = 0) throws -> Int64 {
        let company = try koi.request(.post, "/v1/customers", ["kind": "company", "name": "Nordlicht GmbH"])
        let made = try koi.request(
            .post,
            "/v1/contacts",
            [
                "name": "Vormalsqx Meier", "mobile": "+86 137 9955 3311", "email": "qxochimei@example.com",
                "wechat": "wxqzv_1", "birthday": "1987-03-21", "tags": ["tagqx"],
                "preferences": [["kind": "interest", "text": "schachqx"]],
                "customers": [["customer": company["id"], "role": "rollqx", "from": "2020-01-01"]],
            ]
        )
        let id = try #require(made["id"].integerValue)
        for change: JSONValue in [
            ["name": "欧阳魑魅"], ["notes": .string(Self.note)], ["mobile": "13799553311"],
            ["preferences": [["kind": "habit", "text": "kegelnqx"]]],
        ] {
            let changed = try koi.request(.patch, "/v1/contacts/\(id)", change)
            #expect(changed.status == .ok)
        }
        return id
    }

    private func addOthers(to koi: TestApp, _ numbers: Range<Int>) throws {
        for number in numbers {
            try koi.request(
                .post,
                "/v1/contacts",
                ["name": .string("\(number * 7_919 % 1_000) Someone else"), "email": .string("p\(number)@example.org")]
            )
        }
    }

    private func erase(_ koi: TestApp, _ path: String) throws -> TestAnswer {
        try koi.request(.post, path + "/erasure")
    }

    private func finish(_ koi: TestApp) throws {
        try koi.worker(ErasureJob.kind).runDue()
    }

    @Test func `an erased person is in no byte of the data folder, and the chain holds`() throws {
        let koi = try TestApp()
        try addOthers(to: koi, 0..<120)
        let id = try addPerson(to: koi)
        try addOthers(to: koi, 120..<240)
        for number in 1...60 {
            try koi.request(
                .patch,
                "/v1/contacts/\(number)",
                ["notes": .string(String(repeating: "x", count: number * 40))]
            )
        }
        #expect(try koi.stored(["欧阳魑魅", "wxqzv", "vermerkqx31 "]).count == 3)

        #expect(try erase(koi, "/v1/contacts/\(id)").status == .ok)
        try finish(koi)

        #expect(try koi.stored(Self.traces) == [])
        #expect(try koi.app.check() == [])
    }

    @Test func `nobody is left behind where pages were split`() throws {
        let koi = try TestApp()
        func name(_ number: Int) -> String { "\(number * 7_919 % 1_000)-qperson\(number)q" }
        for number in 1...240 {
            try koi.request(.post, "/v1/contacts", ["name": .string(name(number)), "title": .string(name(number))])
            guard number > 20 else { continue }
            let grown = String(repeating: name(number - 20), count: number % 30)
            try koi.request(.patch, "/v1/contacts/\(number - 20)", ["notes": .string(grown)])
        }
        for number in 1...240 where number % 8 != 0 { _ = try erase(koi, "/v1/contacts/\(number)") }
        try finish(koi)
        let gone = (1...240).filter { $0 % 8 != 0 }.map { "qperson\($0)q" }
        #expect(try koi.stored(gone) == [])
        #expect(try koi.stored(["qperson240q"]).count == 1)
        #expect(try koi.app.check() == [])
    }

    @Test func `what the person counts for stays, and what tells who it is goes`() throws {
        let koi = try TestApp()
        let id = try addPerson(to: koi)
        let before = try koi.request(.get, "/v1/contacts/\(id)")
        koi.clock.advance(by: .seconds(5))
        let receipt = try erase(koi, "/v1/contacts/\(id)")
        #expect(receipt["state"] == "erased")
        #expect(receipt["record"] == .integer(id))
        #expect(receipt["erased"]["events"] == 5)
        #expect(receipt["erased"]["fields"] == 9)

        let after = try koi.request(.get, "/v1/contacts/\(id)")
        #expect(after["name"] == .string("#\(id)"))
        for field in ["mobile", "email", "wechat", "birthday", "notes", "title"] { #expect(after[field] == .null) }
        for field in ["tags", "preferences"] { #expect(after[field] == []) }
        #expect(
            after["customers"] == [["customer": 1, "role": .null, "main": false, "from": "2020-01-01", "to": .null]]
        )
        #expect(after["owner"] == before["owner"])
        #expect(after["version"] == .integer((before["version"].integerValue ?? 0) + 1))
        #expect(after["updatedAt"] == "2026-11-22T09:00:05.000Z")
        #expect(try koi.request(.get, "/v1/contacts?q=chimei").items.isEmpty)
        #expect(try koi.request(.get, "/v1/contacts?customer=1").items.count == 1)
        #expect(try koi.events(of: "contacts").map(\.type) == ["contact.erased"])
    }

    @Test func `a customer keeps what a statistic asks for`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/fields",
            ["resource": "customers", "key": "pet", "kind": "text", "labelEn": "Pet", "labelZh": "宠物"]
        )
        try koi.request(
            .post,
            "/v1/customers",
            [
                "kind": "person", "name": "欧阳魑魅", "industry": "Optics", "region": "重庆", "source": "Fair", "tier": "vip",
                "address": "adrqx 7", "custom": ["pet": "tagqx"],
            ]
        )
        _ = try erase(koi, "/v1/customers/1")
        let after = try koi.request(.get, "/v1/customers/1")
        for (field, value) in [
            ("kind", "person"), ("industry", "Optics"), ("region", "重庆"), ("source", "Fair"), ("tier", "vip"),
        ] {
            #expect(after[field] == .string(value))
        }
        #expect(after["custom"] == [:])
        #expect(after["address"] == .null)
        try finish(koi)
        #expect(try koi.stored(Self.traces) == [])
    }

    @Test func `the receipt says when the file is clean, and stays the same`() throws {
        let koi = try TestApp()
        let id = try addPerson(to: koi)
        let receipt = try erase(koi, "/v1/contacts/\(id)")
        #expect(receipt["verifiedAt"] == .null)
        koi.clock.advance(by: .seconds(60))
        try finish(koi)

        let path = "/v1/erasures/\(receipt["id"].integerValue ?? 0)"
        let verified = try koi.request(.get, path)
        #expect(verified["state"] == "verified")
        #expect(verified["verifiedAt"] == "2026-11-22T09:01:00.000Z")
        #expect(verified["occurrences"] == 0)
        #expect(try erase(koi, "/v1/contacts/\(id)").json == verified.json)

        try koi.request(.patch, "/v1/contacts/\(id)", ["name": "欧阳魑魅"])
        #expect(try erase(koi, "/v1/contacts/\(id)")["id"] != verified["id"])
        #expect(try koi.request(.get, "/v1/contacts/\(id)")["name"] == .string("#\(id)"))
    }

    @Test func `what others' records say of the person is counted`() throws {
        let koi = try TestApp()
        let id = try addPerson(to: koi)
        try koi.request(.post, "/v1/customers", ["kind": "company", "name": "Other", "notes": "Ask 13799553311"])
        let receipt = try erase(koi, "/v1/contacts/\(id)")
        try finish(koi)
        // In the record and in the event of its making.
        #expect(try koi.request(.get, "/v1/erasures/\(receipt["id"].integerValue ?? 0)")["occurrences"] == 2)
    }

    @Test func `a person in the bin is erased as well, and stays there`() throws {
        let koi = try TestApp()
        let id = try addPerson(to: koi)
        try koi.request(.delete, "/v1/contacts/\(id)")
        #expect(try erase(koi, "/v1/contacts/\(id)").status == .ok)
        try finish(koi)
        #expect(try koi.stored(Self.traces) == [])
        #expect(try koi.app.check() == [])
        #expect(try koi.request(.get, "/v1/contacts/\(id)").status == .notFound)
        #expect(try koi.request(.put, "/v1/contacts/\(id)/restoration").status == .ok)
        #expect(try koi.app.check() == [])
    }

    @Test func `what a crash left undone is done at the next start`() throws {
        let folder: TemporaryFolder
        do {
            let koi = try TestApp()
            folder = koi.folder
            try addOthers(to: koi, 0..<40)
            _ = try erase(koi, "/v1/contacts/\(addPerson(to: koi))")
            koi.close()
        }
        let again = try TestApp(in: folder)
        try finish(again)
        #expect(try again.stored(Self.traces) == [])
        let receipt = try again.request(.get, "/v1/erasures/1")
        #expect(receipt["state"] == "verified")
        #expect(receipt["occurrences"] == .null)
    }

    @Test func `who may not see the record or has no right to erase cannot`() throws {
        let koi = try TestApp()
        let id = try addPerson(to: koi)
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Privacy", "permissions": ["contacts": ["read": "own"], "privacy": ["change": "all"]]]
        )
        let privacy = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        let viewer = try koi.keyOfUser(role: 5)
        let path = "/v1/contacts/\(id)/erasure"
        #expect(try koi.request(.post, path, key: privacy).status == .notFound)
        #expect(try koi.request(.post, path, key: viewer).status == .forbidden)
        #expect(try koi.request(.get, "/v1/contacts/\(id)")["name"] == "欧阳魑魅")
        #expect(try koi.request(.post, path).status == .ok)
        #expect(try koi.request(.get, "/v1/erasures/1").status == .ok)
        #expect(try koi.request(.get, "/v1/erasures/1", key: privacy).status == .notFound)
        #expect(try koi.request(.get, "/v1/erasures/1", key: viewer).status == .forbidden)
        #expect(try koi.request(.post, "/v1/contacts/99/erasure").status == .notFound)
        let stale = try koi.request(.post, path, fields: [("If-Match", "\"1-x\"")])
        #expect(stale.status == .preconditionFailed)
    }

    @Test func `the receipt names the backups that still hold the person`() throws {
        let koi = try TestApp()
        let id = try addPerson(to: koi)
        let old = try koi.request(.post, "/v1/backups")["name"]
        _ = try koi.worker(BackupJob.kind(isDaily: true))
        koi.clock.advance(by: .seconds(3_600))
        let receipt = try erase(koi, "/v1/contacts/\(id)")
        #expect(receipt["backups"] == ["held": [old], "goneBy": "2026-11-25T02:00:00.000Z"])
        try finish(koi)
        koi.clock.advance(by: .seconds(3_600))
        try koi.request(.post, "/v1/backups")
        let later = try koi.request(.get, "/v1/erasures/1")
        #expect(later["backups"] == ["held": [old], "goneBy": "2026-11-24T02:00:00.000Z"])
    }

    @Test func `a field is personal unless it says otherwise`() {
        let text = Field.text("note", "Note", "备注", max: 10)
        #expect(text.isPersonal)
        #expect(!text.impersonal().isPersonal)
        #expect(Field.date("day", "Day", "日期").isPersonal)
        #expect(!Field.integer("size", "Size", "人数", 0...1).isPersonal)
        #expect(!Field.reference("owner", "Owner", "负责人", to: "users").isPersonal)
        let impersonal = Customer.resource.declared.filter { !$0.isPersonal }.map(\.name)
        #expect(
            impersonal == [
                "kind", "industry", "region", "size", "source", "campaign", "referrerCustomer", "referrerContact",
                "tier", "lifecycle", "lifecycleSince", "relationshipStage", "relationshipSince", "purchases",
                "lastPurchaseAt", "openComplaints", "lastCareAt", "birthdayCalendar", "preferredChannel", "owner",
                "pool",
            ]
        )
    }
}
