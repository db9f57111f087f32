import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The last care for a customer` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func customer(_ name: String) throws -> Int64 {
        try #require(try koi.request(.post, "/v1/customers", ["name": .string(name)])["id"].integerValue)
    }

    private func log(_ customer: Int64, _ day: Int) throws -> Int64 {
        let time = "2026-11-\(day < 10 ? "0" : "")\(day)T08:00:00.000Z"
        let made = try koi.request(
            .post,
            "/v1/activities",
            ["kind": "call", "customer": .integer(customer), "happenedAt": .string(time)]
        )
        return try #require(made["id"].integerValue, "\(made.text)")
    }

    private func care(_ customer: Int64) throws -> String? {
        try koi.request(.get, "/v1/customers/\(customer)")["lastCareAt"].stringValue.map { String($0.prefix(10)) }
    }

    @Test func `is the time of the newest activity, whatever is done to activities`() throws {
        let (first, second) = (try customer("A"), try customer("B"))
        #expect(try care(first) == nil)
        let old = try log(first, 3)
        let new = try log(first, 9)
        _ = try log(first, 5)
        #expect(try care(first) == "2026-11-09")
        try koi.request(.delete, "/v1/activities/\(new)")
        #expect(try care(first) == "2026-11-05")
        try koi.request(.put, "/v1/activities/\(new)/restoration")
        #expect(try care(first) == "2026-11-09")
        try koi.request(.patch, "/v1/activities/\(new)", ["customer": .integer(second)])
        #expect(try care(first) == "2026-11-05")
        #expect(try care(second) == "2026-11-09")
        try koi.request(.patch, "/v1/activities/\(old)", ["happenedAt": "2026-11-20T08:00:00Z"])
        #expect(try care(first) == "2026-11-20")
    }

    @Test func `follows a merge and its undoing`() throws {
        let (winner, loser) = (try customer("A"), try customer("B"))
        _ = try log(winner, 3)
        _ = try log(loser, 9)
        let merge = try koi.request(.post, "/v1/customers/\(winner)/merges", ["from": .integer(loser)])
        #expect(try care(winner) == "2026-11-09")
        let id = try #require(merge["id"].integerValue, "\(merge.text)")
        let undone = try koi.request(.delete, "/v1/merges/\(id)")
        #expect(undone.status.code < 300, "\(undone.text)")
        #expect(try care(winner) == "2026-11-03")
        #expect(try care(loser) == "2026-11-09")
    }

    @Test func `is told by an event, and leaves the version of the customer as it is`() throws {
        let id = try customer("A")
        _ = try log(id, 3)
        #expect(try koi.request(.get, "/v1/customers/\(id)")["version"] == 1)
        let event = try #require(try koi.events(of: "customers").last)
        #expect(event.type == "customer.cared")
        #expect(
            event.payload == [
                "before": ["lastCareAt": nil], "after": ["lastCareAt": "2026-11-03T08:00:00.000Z"],
            ]
        )
        _ = try log(id, 2)
        #expect(try koi.events(of: "customers").last == event)
        let told = try koi.request(.get, "/v1/changes?after=0&resource=customers").items.last
        #expect(told?["record"]["lastCareAt"] == "2026-11-03T08:00:00.000Z", "\(told?.text ?? "")")
    }

    @Test func `orders and filters lists, those never cared for first`() throws {
        let ids = try (1...3).map { try customer("C\($0)") }
        _ = try log(ids[0], 9)
        _ = try log(ids[2], 3)
        func list(_ query: String) throws -> [Int64] {
            try koi.request(.get, "/v1/customers?" + query).items.compactMap { $0["id"].integerValue }
        }
        #expect(try list("sort=lastCareAt") == [ids[1], ids[2], ids[0]])
        #expect(try list("sort=-lastCareAt") == [ids[0], ids[2], ids[1]])
        #expect(try list("lastCareAt.lt=2026-11-05") == [ids[2]])
        #expect(try list("lastCareAt.null=true") == [ids[1]])
        #expect(
            try koi.request(.patch, "/v1/customers/\(ids[0])", ["lastCareAt": nil]).refused == ["lastCareAt read_only"]
        )
    }
}
