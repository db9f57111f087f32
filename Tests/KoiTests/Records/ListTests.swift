import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A list` {
    @Test(
        arguments: [
            ("tier=vip", [1, 4]), ("tier=vip,low", [1, 2, 4]), ("tier.not=vip", [2, 3, 5]),
            ("tier.null=true", [3, 5]), ("tier.null=false", [1, 2, 4]),
            ("size.gte=100", [1, 4]), ("size.gt=100", [4]), ("size.lt=100", [2]), ("size=10,100", [1, 2]),
            ("size.gte=50&size.lt=200", [1]), ("name.has=%E7%94%B5%E5%AD%90", [2, 4]),
            ("name.has=ACME", [3]), ("name.has=%25", []), ("name=Acme%20Inc,%20Ohio", [3]),
            ("owner=me", [1]), ("owner=1", [1]), ("owner.null=true", [2, 3, 4, 5]), ("owner=999", []),
            ("tags=fair", [1, 2]), ("tags=fair,web", [1, 2, 4]), ("tags.not=fair", [3, 4, 5]),
            ("tags.null=true", [3, 5]), ("tags=fair&tags=web", [2]), ("preferences.has=golf", [4]),
            ("preferences.has=source", []),
            ("createdAt.gte=2026-11-22", [1, 2, 3, 4, 5]), ("createdAt.lt=2026-11-22T09:00:02Z", [1, 2]),
            ("createdAt.gte=2026-11-22T17:00:03%2B08:00", [4, 5]), ("kind=person", [5]), ("id=2,4,9", [2, 4]),
        ] as [(String, [Int64])]
    )
    func `keeps what its filters say`(query: String, ids: [Int64]) throws {
        let koi = try TestApp.withCustomers()
        let answer = try koi.request(.get, "/v1/customers?total=true&" + query)
        #expect(answer.items.compactMap { $0["id"].integerValue } == ids)
        #expect(answer["total"] == .integer(Int64(ids.count)))
        #expect(answer["next"] == .null)
    }

    @Test(
        arguments: [
            ("", [1, 2, 3, 4, 5]), ("id", [1, 2, 3, 4, 5]), ("-id", [5, 4, 3, 2, 1]),
            // By pinyin: Acme, chongqing dianzi, chongqing jixie, liming, shanghai dianzi.
            ("name", [3, 2, 1, 5, 4]), ("-name", [4, 5, 1, 2, 3]),
            ("size", [3, 5, 2, 1, 4]), ("-size", [4, 1, 2, 5, 3]),
            ("tier,-id", [5, 3, 2, 4, 1]), ("-tier,size", [1, 4, 2, 3, 5]),
            ("-createdAt", [5, 4, 3, 2, 1]), ("tier,-size,name", [3, 5, 2, 4, 1]),
        ] as [(String, [Int64])]
    )
    func `is in order, whole and page by page`(sort: String, ids: [Int64]) throws {
        let koi = try TestApp.withCustomers()
        let parameter = sort.isEmpty ? "" : "&sort=" + sort
        for limit in [1, 2, 3, 5, 50] {
            var found: [Int64] = []
            var cursor = ""
            for _ in 0...5 {
                let page = try koi.request(
                    .get,
                    "/v1/customers?limit=\(limit)\(parameter)\(cursor)"
                )
                found += page.items.compactMap { $0["id"].integerValue }
                guard let next = page["next"].stringValue else { break }
                cursor = "&cursor=" + next
            }
            #expect(found == ids, "limit \(limit)")
        }
    }

    @Test func `refuses the cursor of another list`() throws {
        let koi = try TestApp.withCustomers()
        let page = try koi.request(.get, "/v1/customers?limit=1&sort=name")
        let cursor = try #require(page["next"].stringValue)
        #expect(try koi.request(.get, "/v1/customers?limit=3&sort=name&cursor=" + cursor).status == .ok)
        for other in ["", "sort=-name&", "sort=name&tier=vip&", "sort=name&removed=true&"] {
            let answer = try koi.request(.get, "/v1/customers?\(other)cursor=" + cursor)
            #expect(answer.status == .badRequest)
            #expect(answer["errors"].arrayValue?.first?["field"] == "cursor")
        }
        let users = try koi.request(.get, "/v1/contacts?sort=name&cursor=" + cursor)
        #expect(users.status == .badRequest)
    }

    @Test func `as a table holds what a search finds, and no more`() throws {
        let koi = try TestApp.withCustomers()
        let answer = try koi.request(
            .get,
            "/v1/customers?q=acme&fields=id,name",
            fields: [("Accept", "text/csv")]
        )
        #expect(answer.text == "\u{FEFF}Number,Name\r\n3,\"Acme Inc, Ohio\"\r\n")
    }

    @Test(arguments: ["=1+1", "=1", "+1+A1", "-A1", "@A1"])
    func `as a table defuses a formula of any length`(text: String) throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": .string(text)])
        let answer = try koi.request(
            .get,
            "/v1/customers?fields=name",
            fields: [("Accept", "text/csv")]
        )
        #expect(answer.text == "\u{FEFF}Name\r\n'\(text)\r\n")
    }

    @Test(arguments: [
        // The clocks of Sydney go forward at 2 in the morning of 4 October and back at 3 in the morning of 5 April.
        ("Australia/Sydney", "2026-10-04", "2026-10-03T14:00:00Z"),
        ("Australia/Sydney", "2026-10-05", "2026-10-04T13:00:00Z"),
        ("Australia/Sydney", "2026-04-05", "2026-04-04T13:00:00Z"),
        // Those of Santiago at midnight: 6 September begins at 1.
        ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"),
        ("America/Santiago", "2026-04-05", "2026-04-05T04:00:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z"),
        ("Asia/Shanghai", "2026-11-22", "2026-11-21T16:00:00Z"),
    ])
    func `takes a day from its first moment in the user's time zone`(
        zone: String,
        day: String,
        start: String
    ) throws {
        let date = try #require(CalendarDate(day))
        let first = date.beginning(in: try #require(TimeZone(identifier: zone)))
        #expect(first * 1_000 == Timestamp.read(start))
    }

    @Test(arguments: ["custom", "custom.none", "custom.none.gt", "preferences"])
    func `refuses a filter by what has none`(name: String) throws {
        let koi = try TestApp()
        let answer = try koi.request(.get, "/v1/customers?\(name)=1")
        #expect(answer.status == .badRequest)
        #expect(answer["errors"].arrayValue?.first?["field"] == .string(name))
        #expect(answer.text.contains("It has: .\"") == false)
    }

    @Test func `is a table where CSV is asked for, with formulas defused`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/customers",
            ["name": "=HYPERLINK(\"x\")", "phone": "+86 23 6868 1234", "notes": "a,b\n\"c\"", "tags": ["x", "y"]]
        )
        let answer = try koi.request(
            .get,
            "/v1/customers?fields=name,phone,notes,tags",
            fields: [("Accept", "text/csv"), ("Accept-Language", "zh")]
        )
        #expect(answer.fields["Content-Type"]?.hasPrefix("text/csv") == true)
        #expect(
            answer.text
                == "\u{FEFF}名称,电话,标签,备注\r\n\"'=HYPERLINK(\"\"x\"\")\",+86 23 6868 1234,x; y,\"a,b\n\"\"c\"\"\"\r\n"
        )
    }

    @Test func `searched for as a table has the hits only`() throws {
        let koi = try TestApp.withCustomers()
        let answer = try koi.request(
            .get,
            "/v1/customers?q=acme&fields=name",
            fields: [("Accept", "text/csv")]
        )
        #expect(answer.text == "\u{FEFF}Name\r\n\"Acme Inc, Ohio\"\r\n")
    }

    @Test func `takes a day from its midnight on, also where the clocks change on that day`() throws {
        // 2026-09-27 begins in Auckland at +12:00 and ends at +13:00.
        let koi = try TestApp(clock: HeldClock("2026-09-26T11:30:00Z"))
        try koi.request(.patch, "/v1/users/1", ["timeZone": "Pacific/Auckland"])
        for name in ["the day before", "the day"] {
            try koi.request(.post, "/v1/customers", ["name": .string(name)])
            koi.clock.advance(by: .seconds(3_600))
        }
        let found = try koi.request(.get, "/v1/customers?createdAt.gte=2026-09-27&fields=name")
        #expect(found.items == [["name": "the day"]])
    }
}

extension `A list` {
    @Test func `as a table says where it goes on`() throws {
        let koi = try TestApp.withCustomers()
        var target = "/v1/customers?fields=id&limit=2&sort=-id"
        var rows: [Substring] = []
        for _ in 1...3 {
            let page = try koi.request(.get, target, fields: [("Accept", "text/csv")])
            rows += page.text.split(separator: "\r\n").dropFirst()
            guard let link = page.fields["Link"] else { break }
            target = try #require(link.firstMatch(of: /^<(.*)>; rel="next"$/).map { String($0.1) })
        }
        #expect(rows == ["5", "4", "3", "2", "1"])
    }
}

extension TestApp {
    /// Five customers that differ in what the list tests are about, made a second apart.
    static func withCustomers() throws -> TestApp {
        let koi = try TestApp()
        let bodies: [JSONValue] = [
            ["name": "重庆机械", "tier": "vip", "size": 100, "owner": 1, "tags": ["fair"]],
            ["name": "重庆电子", "tier": "low", "size": 10, "tags": ["fair", "web"]],
            ["name": "Acme Inc, Ohio"],
            [
                "name": "上海电子", "tier": "vip", "size": 500, "tags": ["web"],
                "preferences": [["text": "plays golf"]],
            ],
            ["name": "李明", "kind": "person"],
        ]
        for body in bodies {
            let made = try koi.request(.post, "/v1/customers", body)
            try #require(made.status == .created)
            koi.clock.advance(by: .seconds(1))
        }
        return koi
    }
}
