import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A calendar of tasks` {
    private let koi: TestApp
    private let office: Office
    private let anna: Office.Person

    init() throws {
        koi = try TestApp()
        office = Office(koi)
        anna = try office.person("Anna")
    }

    private func link() throws -> String {
        let made = try koi.request(.post, "/v1/me/calendar", key: anna.key)
        #expect(made.status == .created, "\(made.text)")
        return try #require(made["url"].stringValue)
    }

    private func add(_ name: String, _ own: JSONObject = [:]) throws -> Int64 {
        let usual: JSONObject = [
            "name": .string(name), "due": "2026-11-24T01:30:00Z", "owner": .integer(anna.id),
        ]
        let made = try koi.request(.post, "/v1/tasks", .object(usual.merging(own)))
        return try #require(made["id"].integerValue, "\(made.text)")
    }

    /// The lines with folds taken away.
    private func lines(_ url: String) throws -> [String] {
        let answer = try koi.request(.get, url, key: "")
        #expect(answer.status == .ok)
        #expect(answer.fields["Content-Type"] == "text/calendar; charset=utf-8")
        let text = answer.text.replacing("\r\n ", with: "")
        return text.split(separator: "\r\n").map(String.init)
    }

    @Test func `shows what its user has to do, in UTC and under a name that stays`() throws {
        let customer = try koi.request(.post, "/v1/customers", ["name": "重庆机械", "owner": .integer(anna.id)])
        let id = try add("回访", ["customer": customer["id"], "priority": "high", "remindAt": "2026-11-24T01:00:00Z"])
        _ = try add("Not mine", ["owner": 1])
        _ = try add("Undated", ["due": nil])
        let done = try add("Done")
        try koi.request(.put, "/v1/tasks/\(done)/completion")
        let url = try link()
        let shown = try lines(url)
        #expect(shown.first == "BEGIN:VCALENDAR" && shown.last == "END:VCALENDAR")
        #expect(shown.filter { $0 == "BEGIN:VEVENT" }.count == 1)
        for line in [
            "SUMMARY:回访 · 重庆机械", "DTSTART:20261124T013000Z", "DTSTAMP:20261122T090000Z", "PRIORITY:1", "SEQUENCE:1",
            "TRIGGER;VALUE=DATE-TIME:20261124T010000Z",
        ] { #expect(shown.contains(line), "\(line)") }
        let uid = try #require(shown.first { $0.hasPrefix("UID:") })
        #expect(uid.hasPrefix("UID:task-\(id)@koi-"))

        koi.clock.advance(by: .seconds(60))
        try koi.request(.patch, "/v1/tasks/\(id)", ["name": "再访", "due": "2026-11-25T01:30:00Z"])
        let later = try lines(url)
        #expect(later.contains(uid))
        #expect(later.contains("SEQUENCE:2"))
        #expect(later.contains("DTSTART:20261125T013000Z"))
    }

    @Test func `has tasks in place of events for programs that know them, those done included`() throws {
        let id = try add("Open")
        let done = try add("Done")
        try koi.request(.put, "/v1/tasks/\(done)/completion")
        let shown = try lines(link() + "?as=todos")
        #expect(shown.filter { $0 == "BEGIN:VTODO" }.count == 2)
        #expect(!shown.contains("BEGIN:VEVENT"))
        #expect(shown.filter { $0.hasPrefix("STATUS:") } == ["STATUS:NEEDS-ACTION", "STATUS:COMPLETED"])
        #expect(shown.contains("DUE:20261124T013000Z") && shown.contains("COMPLETED:20261122T090000Z"))
        #expect(shown.contains { $0.hasPrefix("UID:task-\(id)@") })
        #expect(try koi.request(.get, link() + "?as=what", key: "").status == .badRequest)
    }

    @Test func `escapes text and folds lines at 75 octets, never within a character`() throws {
        let notes = "a;b,c\\d\r\nsecond line " + String(repeating: "重庆", count: 60)
        _ = try add(String(repeating: "长", count: 100), ["notes": .string(notes)])
        let url = try link()
        let raw = try koi.request(.get, url, key: "")
        for line in raw.text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            #expect(line.utf8.count <= 75)
            #expect(!line.contains("\u{FFFD}"))
        }
        #expect(raw.text.hasSuffix("END:VCALENDAR\r\n"))
        let shown = try lines(url)
        #expect(shown.contains("SUMMARY:" + String(repeating: "长", count: 100)))
        #expect(shown.contains("DESCRIPTION:a\\;b\\,c\\\\d\\nsecond line " + String(repeating: "重庆", count: 60)))
    }

    @Test(arguments: [
        ("a\u{7}b\u{7F}c", "abc"), ("a\r\nb\rc\nd", "a\\nb\\nc\\nd"), ("\t;,\\", "\t\\;\\,\\\\"),
        ("a\u{2028}b", "a\\nb"),
    ])
    func `lets nothing in that would end a line or a value`(text: String, escaped: String) {
        #expect(CalendarText.escaped(text) == escaped)
    }

    @Test func `is there no more once its link is revoked or replaced, or its user has left`() throws {
        let first = try link()
        let second = try link()
        #expect(try koi.request(.get, first, key: "").status == .notFound)
        #expect(try koi.request(.get, second, key: "").status == .ok)
        #expect(try koi.request(.get, "/v1/me/calendar", key: anna.key)["createdAt"] == "2026-11-22T09:00:00.000Z")
        for _ in 1...2 {
            #expect(try koi.request(.delete, "/v1/me/calendar", key: anna.key).status == .noContent)
        }
        #expect(try koi.request(.get, second, key: "").status == .notFound)
        #expect(try koi.request(.get, "/v1/me/calendar", key: anna.key).status == .notFound)
        let third = try link()
        try koi.request(.patch, "/v1/users/\(anna.id)", ["active": false])
        #expect(try koi.request(.get, third, key: "").status == .notFound)
        #expect(try koi.request(.get, "/calendar/kol_nothing", key: "").status == .notFound)
    }

    @Test func `shows no more than its user may see when it is asked for`() throws {
        let customer = try koi.request(.post, "/v1/customers", ["name": "Secret", "owner": .integer(anna.id)])
        let id = try #require(customer["id"].integerValue)
        _ = try add("Call", ["customer": .integer(id)])
        let url = try link()
        #expect(try lines(url).contains("SUMMARY:Call · Secret"))
        try koi.request(.put, "/v1/customers/\(id)/owner", ["owner": 1])
        #expect(try lines(url).contains("SUMMARY:Call"))
        let role = try office.role("No tasks", ["customers": ["read": "all"]])
        try koi.request(.patch, "/v1/users/\(anna.id)", ["role": .integer(role)])
        #expect(!(try koi.request(.get, url, key: "").text.contains("Call")))
    }

    @Test func `has no link by a key that may do less than its user`() throws {
        let made = try koi.request(
            .post,
            "/v1/keys",
            ["name": "narrow", "user": .integer(anna.id), "scopes": ["customers.read"]]
        )
        let key = try #require(made["key"].stringValue, "\(made.text)")
        #expect(try koi.request(.post, "/v1/me/calendar", key: key).code == "narrowed_key")
    }

    @Test func `is good for no longer and no further than the key that made its link`() throws {
        func key(_ own: JSONObject) throws -> (id: Int64, key: String) {
            let usual: JSONObject = ["name": "K", "user": .integer(anna.id)]
            let made = try koi.request(.post, "/v1/keys", .object(usual.merging(own)))
            return (try #require(made["id"].integerValue), try #require(made["key"].stringValue, "\(made.text)"))
        }
        for own: JSONObject in [["expiresAt": "2026-11-29T09:00:00Z"], ["addresses": ["127.0.0.1"]]] {
            let bound = try key(own)
            #expect(try koi.request(.post, "/v1/me/calendar", key: bound.key).code == "narrowed_key")
        }
        let (id, free) = try key([:])
        let url = try #require(try koi.request(.post, "/v1/me/calendar", key: free)["url"].stringValue)
        #expect(try koi.request(.get, url, key: "").status == .ok)
        try koi.request(.patch, "/v1/keys/\(id)", ["addresses": ["127.0.0.1"]])
        #expect(try koi.request(.get, url, key: "").status == .notFound)
        try koi.request(.patch, "/v1/keys/\(id)", ["addresses": []])
        #expect(try koi.request(.get, url, key: "").status == .ok)
        try koi.request(.delete, "/v1/keys/\(id)")
        #expect(try koi.request(.get, url, key: "").status == .notFound)
        #expect(try koi.request(.get, "/v1/me/calendar", key: anna.key).status == .notFound)
    }

    @Test func `ends with the password of its user`() throws {
        let url = try link()
        try koi.app.perform { transaction in
            let salt = [UInt8](repeating: 1, count: 16)
            try NewPassword(transaction).set(PasswordHash(of: "correct horse", salt: salt, cost: .test), of: anna.id)
        }
        #expect(try koi.request(.get, url, key: "").status == .notFound)
    }

    @Test func `is empty for who does not see when tasks are due`() throws {
        _ = try add("Call")
        let role = try office.role("Timeless", ["tasks": ["read": "own"]])
        try koi.request(.patch, "/v1/roles/\(role)", ["fields": ["tasks": ["due": ["read": "hidden"]]]])
        try koi.request(.patch, "/v1/users/\(anna.id)", ["role": .integer(role)])
        let shown = try lines(link())
        #expect(shown.first == "BEGIN:VCALENDAR")
        #expect(!shown.contains("BEGIN:VEVENT"))
    }
}
