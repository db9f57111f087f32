import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Calendars and absences over HTTP.
struct `Working calendars` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private static let hours: JSONValue = [
        ["day": "monday", "from": "09:00", "to": "12:00"], ["day": "monday", "from": "13:00", "to": "17:00"],
    ]

    private func ask(_ path: String, _ query: String = "") throws -> TestAnswer {
        let answer = try koi.request(.get, path + "/working-time" + query)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer
    }

    private func refusal(_ body: JSONObject, _ resource: String = "calendars") throws -> [JSONValue] {
        let answer = try koi.request(.post, "/v1/" + resource, .object(body))
        #expect(answer.status == .unprocessableContent, "\(answer.text)")
        return answer["errors"].arrayValue ?? []
    }

    @Test func `tell when there is work, and until when so much of it is done`() throws {
        let id = try koi.make("calendars", ["name": "Monday", "timeZone": "Asia/Shanghai", "hours": Self.hours])
        // The clock stands at Sunday 17:00 in Shanghai.
        let closed = try ask("/v1/calendars/\(id)")
        #expect(closed["working"] == false)
        #expect(closed["opens"] == "2026-11-23T01:00:00.000Z")
        #expect(closed["timeZone"] == "Asia/Shanghai")
        #expect(closed["due"] == .null)
        let query = "?from=2026-11-23T01:30:00Z&to=2026-11-23T06:00:00Z&seconds=10800"
        let open = try ask("/v1/calendars/\(id)", query)
        #expect(open["working"] == true)
        #expect(open["seconds"] == 12_600)
        #expect(open["due"] == "2026-11-23T05:30:00.000Z")
    }

    @Test(arguments: [
        "from=yesterday", "to=2099-01-01T00:00:00Z", "seconds=-1", "seconds=9223372036854775807", "minutes=1",
        "from=2026-11-23&from=2026-11-23",
    ])
    func `refuse a question that they cannot answer`(query: String) throws {
        let id = try koi.make("calendars", ["name": "Monday", "hours": Self.hours])
        #expect(try koi.request(.get, "/v1/calendars/\(id)/working-time?\(query)").status == .badRequest)
    }

    @Test func `have hours`() throws {
        #expect(try refusal(["name": "Never"]).first?["code"] == "no_hour")
        #expect(try refusal(["name": "Never", "hours": []]).first?["code"] == "no_hour")
        let hours: JSONValue = [["day": "monday", "from": "18:00", "to": "09:00"]]
        #expect(try refusal(["name": "Night", "hours": hours]).first?["field"] == "hours[0].to")
        let clock: JSONValue = [["day": "monday", "from": "9:00", "to": "24:01"]]
        #expect(try refusal(["name": "Clock", "hours": clock]).first?["code"] == "not_clock")
        let holidays: JSONValue = [["from": "2026-10-07", "to": "2026-10-01"]]
        let back = try refusal(["name": "Back", "hours": Self.hours, "holidays": holidays])
        #expect(back.first?["field"] == "holidays[0].to")
        #expect(
            try refusal(["name": "Zone", "hours": Self.hours, "timeZone": "Mars/Olympus"]).first?["code"]
                == "not_time_zone"
        )
    }

    @Test func `one of them is the company's`() throws {
        let first = try koi.make("calendars", ["name": "First", "hours": Self.hours])
        let second = try koi.make("calendars", ["name": "Second", "hours": Self.hours])
        func mains() throws -> [JSONValue] {
            try koi.request(.get, "/v1/calendars?main=true").items.map { $0["id"] }
        }
        #expect(try mains() == [.integer(first)])
        #expect(try koi.request(.delete, "/v1/calendars/\(first)").status == .conflict)
        try koi.request(.patch, "/v1/calendars/\(second)", ["main": true])
        #expect(try mains() == [.integer(second)])
        #expect(try koi.request(.patch, "/v1/calendars/\(second)", ["main": false])["main"] == true)
        #expect(try koi.request(.delete, "/v1/calendars/\(first)").status == .noContent)
        #expect(try koi.request(.put, "/v1/calendars/\(first)/restoration")["main"] == false)
    }

    @Test func `hold for a user, without the user's absences`() throws {
        let user = try koi.make("users", ["name": "Wang"])
        func opens() throws -> JSONValue { try ask("/v1/users/\(user)")["opens"] }
        // Without any calendar: Monday to Friday from 9 to 18.
        #expect(try opens() == "2026-11-23T01:00:00.000Z")
        let tuesday: JSONValue = [["day": "tuesday", "from": "08:00", "to": "10:00"]]
        let id = try koi.make("calendars", ["name": "Tuesday", "hours": tuesday])
        #expect(try opens() == "2026-11-24T00:00:00.000Z")
        let other = try koi.make("calendars", ["name": "Own", "hours": Self.hours])
        try koi.request(.patch, "/v1/users/\(user)", ["calendar": .integer(other)])
        #expect(try opens() == "2026-11-23T01:00:00.000Z")
        #expect(try koi.request(.delete, "/v1/calendars/\(other)").status == .conflict)
        let absence = try koi.make(
            "absences",
            ["user": .integer(user), "from": "2026-11-22T00:00:00Z", "to": "2026-11-23T02:00:00Z", "reason": "illness"]
        )
        #expect(try opens() == "2026-11-23T02:00:00.000Z")
        try koi.request(.patch, "/v1/absences/\(absence)", ["to": nil])
        #expect(try opens() == .null)
        #expect(try ask("/v1/users/\(user)", "?seconds=1")["due"] == .null)
        try koi.request(.delete, "/v1/absences/\(absence)")
        #expect(try opens() == "2026-11-23T01:00:00.000Z")
        _ = id
    }

    @Test func `an absence ends behind its start, and is its maker's where nobody is named`() throws {
        let from: JSONObject = ["from": "2026-11-22T00:00:00Z"]
        var same = from
        same["to"] = "2026-11-22T00:00:00Z"
        #expect(try refusal(same, "absences").first?["code"] == "ends_before_start")
        #expect(try koi.request(.post, "/v1/absences", .object(from))["user"] == 1)
    }
}
