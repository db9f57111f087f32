import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A recurring task` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp(clock: HeldClock("2027-01-04T09:00:00.000Z"))
    }

    private func add(_ body: JSONObject) throws -> TestAnswer {
        var body = body
        body["name"] = "回访"
        return try koi.request(.post, "/v1/tasks", .object(body))
    }

    /// Completes a task and shows the one that follows.
    private func next(after id: JSONValue) throws -> JSONValue? {
        let id = try #require(id.integerValue)
        try koi.request(.put, "/v1/tasks/\(id)/completion")
        return try koi.request(.get, "/v1/tasks?previous=\(id)").items.first
    }

    private func dues(_ first: TestAnswer, _ count: Int) throws -> [String] {
        var dues: [String] = []
        var id = first["id"]
        for _ in 0..<count {
            guard let next = try next(after: id) else { break }
            dues.append(String((next["due"].stringValue ?? "").prefix(16)))
            id = next["id"]
        }
        return dues
    }

    @Test(arguments: [
        ("daily", 1, "2027-01-05T09:00:00Z", ["2027-01-06T09:00", "2027-01-07T09:00"]),
        ("daily", 3, "2027-01-05T09:00:00Z", ["2027-01-08T09:00", "2027-01-11T09:00"]),
        ("weekly", 1, "2027-01-05T09:00:00Z", ["2027-01-12T09:00", "2027-01-19T09:00"]),
        ("weekly", 2, "2027-01-05T09:00:00Z", ["2027-01-19T09:00", "2027-02-02T09:00"]),
        ("monthly", 1, "2027-01-31T02:00:00Z", ["2027-02-28T02:00", "2027-03-31T02:00", "2027-04-30T02:00"]),
        ("monthly", 12, "2028-02-29T02:00:00Z", ["2029-02-28T02:00", "2030-02-28T02:00"]),
        // Missed turns are not made up for.
        ("daily", 1, "2026-12-24T10:00:00Z", ["2027-01-04T10:00"]),
        ("daily", 2, "2026-12-25T08:00:00Z", ["2027-01-06T08:00"]),
        ("monthly", 1, "1027-01-31T10:00:00Z", ["2027-01-31T10:00"]),
    ])
    func `makes the next one when it is done`(kind: String, every: Int64, due: String, expected: [String]) throws {
        let first = try add([
            "recurrence": .string(kind), "recurrenceEvery": .integer(every), "due": .string(due),
        ])
        #expect(try dues(first, expected.count) == expected)
    }

    @Test func `keeps its time of day by the clocks of its owner, and its day of the month there`() throws {
        let berlin = try koi.request(.post, "/v1/users", ["name": "Anna", "timeZone": "Europe/Berlin"])
        // 23:30 on the last of January in Berlin.
        let first = try add(["recurrence": "monthly", "due": "2027-01-31T22:30:00Z", "owner": berlin["id"]])
        #expect(first["recurrenceDay"] == 31)
        // Summer time begins on 28 March.
        #expect(try dues(first, 3) == ["2027-02-28T22:30", "2027-03-31T21:30", "2027-04-30T21:30"])
        let weekly = try add(["recurrence": "weekly", "due": "2027-03-26T08:00:00Z", "owner": berlin["id"]])
        #expect(try dues(weekly, 1) == ["2027-04-02T07:00"])
    }

    @Test func `goes on as it is, with its reminder, until its last day`() throws {
        let customer = try koi.request(.post, "/v1/customers", ["name": "Acme"])
        let first = try add([
            "recurrence": "daily", "due": "2027-01-05T09:00:00Z", "remindAt": "2027-01-05T08:30:00Z",
            "recurrenceUntil": "2027-01-06", "customer": customer["id"], "priority": "high", "notes": "Ask",
        ])
        let next = try #require(try next(after: first["id"]))
        #expect(next["remindAt"] == "2027-01-06T08:30:00.000Z")
        for name in ["customer", "priority", "notes", "owner", "recurrence", "recurrenceUntil"] {
            #expect(next[name] == first[name], "\(name)")
        }
        #expect(next["doneAt"] == .null)
        #expect(next["cause"] == "recurrence")
        #expect(try self.next(after: next["id"]) == nil)
    }

    @Test func `makes the next one once, however often it is done and opened again`() throws {
        let first = try add(["recurrence": "daily", "due": "2027-01-05T09:00:00Z"])
        _ = try next(after: first["id"])
        try koi.request(.delete, "/v1/tasks/1/completion")
        _ = try next(after: first["id"])
        #expect(try koi.request(.get, "/v1/tasks").items.count == 2)
    }

    @Test func `needs a time at which it is due`() throws {
        #expect(try add(["recurrence": "daily"]).refused == ["due recurs_without_due"])
    }

    @Test func `comes back to its time after a change of the clock has moved it`() throws {
        let berlin = try koi.request(.post, "/v1/users", ["name": "Anna", "timeZone": "Europe/Berlin"])
        // 02:30 in Berlin, which the 28th of March does not have.
        let first = try add(["recurrence": "daily", "due": "2027-03-26T01:30:00Z", "owner": berlin["id"]])
        let expected = ["2027-03-27T01:30", "2027-03-28T01:30", "2027-03-29T00:30", "2027-03-30T00:30"]
        #expect(try dues(first, 4) == expected)
    }
}
