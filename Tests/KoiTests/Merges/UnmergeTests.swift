import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `Undoing a merge` {
    private let koi: TestApp
    private let survivor: Int64
    private let loser: Int64
    private let contact: Int64

    init() throws {
        koi = try TestApp()
        survivor = try koi.make("customers", ["name": "A", "tags": ["a"]])
        loser = try koi.make("customers", ["name": "B", "email": "b@example.com", "tags": ["b"], "region": "East"])
        contact = try koi.make("contacts", ["name": "Li", "customers": [["customer": .integer(loser), "role": "x"]]])
    }

    private func customers(of contact: Int64) throws -> [Int64] {
        (try koi.request(.get, "/v1/contacts/\(contact)")["customers"].arrayValue ?? [])
            .compactMap { $0["customer"].integerValue }
    }

    @Test func `brings both back as they were, and tells it`() throws {
        let paths = ["/v1/customers/\(survivor)", "/v1/customers/\(loser)", "/v1/contacts/\(contact)"]
        let before = try paths.map(koi.content)
        try koi.merge(loser, into: survivor)
        let shown = try koi.request(.get, "/v1/merges/1")
        #expect(shown["before"]["loser"]["email"] == "b@example.com")
        #expect(try koi.unmerge(1).status == .noContent)
        #expect(try paths.map(koi.content) == before)
        #expect(try koi.request(.get, "/v1/customers?q=b@example.com").items.ids == [loser])
        let told = try koi.events(of: "customers").last
        #expect(told?.type == "customer.unmerged")
        #expect(told?.record == loser)
        #expect(told?.payload["from"] == .integer(survivor))
        let undone = try koi.request(.get, "/v1/merges/1")
        #expect(undone["state"] == "undone")
        #expect(undone["before"] == .null)
        #expect(try koi.unmerge(1).code == "already_undone")
        #expect(try koi.app.check() == [])
    }

    @Test func `leaves with the survivor what was changed and what came to name it since`() throws {
        try koi.merge(loser, into: survivor)
        let new = try koi.make("contacts", ["name": "Wu", "customers": [["customer": .integer(survivor)]]])
        try koi.request(.patch, "/v1/customers/\(survivor)", ["region": "West", "tags": ["a", "b", "c"]])
        try koi.request(.patch, "/v1/contacts/\(contact)", ["title": "Chief"])
        #expect(try koi.unmerge(1).status == .noContent)
        let kept = try koi.request(.get, "/v1/customers/\(survivor)")
        #expect(kept["region"] == "West")
        #expect(kept["email"] == .null)
        #expect(kept["tags"] == ["a", "c"])
        #expect(try customers(of: new) == [survivor])
        #expect(try customers(of: contact) == [loser])
        #expect(try koi.request(.get, "/v1/contacts/\(contact)")["title"] == "Chief")
    }

    @Test func `finds a link that was changed but leads to the survivor still`() throws {
        try koi.merge(loser, into: survivor)
        try koi.request(
            .patch,
            "/v1/contacts/\(contact)",
            ["customers": [["customer": .integer(survivor), "role": "y"]]]
        )
        #expect(try koi.unmerge(1).status == .noContent)
        #expect(
            try koi.request(.get, "/v1/contacts/\(contact)")["customers"] == [
                ["customer": .integer(loser), "role": "y", "main": false, "from": nil, "to": nil]
            ]
        )
    }

    @Test func `names what it cannot give back, and leaves that where it is when told so`() throws {
        try koi.merge(loser, into: survivor)
        let third = try koi.make("customers", ["name": "C"])
        try koi.request(.patch, "/v1/contacts/\(contact)", ["customers": [["customer": .integer(third)]]])
        let refused = try koi.unmerge(1)
        #expect(refused.status == .conflict)
        #expect(refused.code == "cannot_place")
        #expect(refused.refused == ["contacts/\(contact).customers moved_on"])
        #expect(try koi.request(.get, "/v1/customers/\(loser)").status == .permanentRedirect)
        #expect(try koi.request(.delete, "/v1/merges/1?rest=leave").status == .noContent)
        #expect(try customers(of: contact) == [third])
        #expect(try koi.request(.get, "/v1/customers/\(loser)").status == .ok)
    }

    @Test func `gives back keys of other systems, as far as they are free`() throws {
        let erp: JSONValue = [["system": "erp", "key": "B1"], ["system": "shop", "key": "7"]]
        try koi.request(.patch, "/v1/customers/\(loser)", ["externalIds": erp])
        try koi.request(.patch, "/v1/customers/\(survivor)", ["externalIds": [["system": "erp", "key": "A1"]]])
        try koi.merge(loser, into: survivor)
        for key in ["erp/A1", "erp/B1", "shop/7"] {
            #expect(try koi.request(.get, "/v1/customers/by/\(key)")["id"] == .integer(survivor))
        }
        try koi.request(.patch, "/v1/customers/\(survivor)", ["externalIds": [["system": "erp", "key": "B1"]]])
        let third = try koi.make("customers", ["name": "C", "externalIds": [["system": "shop", "key": "7"]]])
        let refused = try koi.unmerge(1)
        #expect(refused.code == "cannot_place")
        #expect(refused.refused == ["customers/\(third).externalIds moved_on"])
        #expect(try koi.request(.delete, "/v1/merges/1?rest=leave").status == .noContent)
        #expect(try koi.request(.get, "/v1/customers/by/erp/B1")["id"] == .integer(loser))
        #expect(try koi.request(.get, "/v1/customers/by/shop/7")["id"] == .integer(third))
        #expect(try koi.request(.get, "/v1/customers/\(survivor)")["externalIds"] == [])
    }

    @Test func `waits for later merges that changed the same, and only for those`() throws {
        let third = try koi.make("customers", ["name": "C", "industry": "Steel"])
        let fourth = try koi.make("customers", ["name": "D"])
        try koi.merge(loser, into: survivor)
        try koi.merge(third, into: survivor)
        try koi.merge(survivor, into: fourth)
        let refused = try koi.unmerge(1)
        #expect(refused.code == "merged_further")
        #expect(refused["detail"].stringValue?.contains("/v1/merges/3") == true, "\(refused.text)")
        #expect(try koi.unmerge(3).status == .noContent)
        #expect(try koi.unmerge(1).status == .noContent)
        #expect(try koi.unmerge(2).status == .noContent)
        for id in [survivor, loser, third, fourth] {
            #expect(try koi.request(.get, "/v1/customers/\(id)").status == .ok)
        }
        #expect(try customers(of: contact) == [loser])
    }

    @Test func `needs the survivor, and the owner of what comes back`() throws {
        try koi.merge(loser, into: survivor)
        try koi.request(.delete, "/v1/customers/\(survivor)")
        #expect(try koi.unmerge(1).code == "survivor_removed")
        try koi.request(.put, "/v1/customers/\(survivor)/restoration")
        #expect(try koi.unmerge(1).status == .noContent)
    }

    @Test func `is over once one of the two was erased, and nothing of either is left`() throws {
        let traces = ["vormalsqx", "qxochimei@example.com", "adrqx"]
        let first = try koi.make("customers", ["name": "vormalsqx Nord", "address": "adrqx 1"])
        let second = try koi.make("customers", ["name": "Nord", "email": "qxochimei@example.com"])
        let merge = try #require(try koi.merge(second, into: first)["id"].integerValue)
        #expect(try koi.request(.post, "/v1/customers/\(first)/erasure").status == .ok)
        #expect(try koi.unmerge(merge).code == "merge_erased")
        #expect(try koi.request(.get, "/v1/merges/\(merge)")["before"] == .null)
        try koi.worker(ErasureJob.kind).runDue()
        #expect(try koi.stored(traces) == [])
        #expect(try koi.app.check() == [])
    }

    @Test func `gives back links of a person who was erased meanwhile`() throws {
        try koi.merge(loser, into: survivor)
        #expect(try koi.request(.post, "/v1/contacts/\(contact)/erasure").status == .ok)
        #expect(try koi.unmerge(1).status == .noContent)
        #expect(
            try koi.request(.get, "/v1/contacts/\(contact)")["customers"] == [
                ["customer": .integer(loser), "role": nil, "main": false, "from": nil, "to": nil]
            ]
        )
    }
}
