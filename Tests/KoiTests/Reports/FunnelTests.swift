import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The funnel` {
    private let desk: SalesDesk
    private var koi: TestApp { desk.koi }

    init() throws {
        desk = try SalesDesk()
        try desk.koi.request(.patch, "/v1/users/1", ["timeZone": "Asia/Shanghai"])
    }

    private func lead(_ received: String, _ more: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["name": "王芳", "receivedAt": .string(received)]
        for member in more.members { body[member.name] = member.value }
        let made = try koi.request(.post, "/v1/leads?allowDuplicate=true", .object(body))
        return try #require(made["id"].integerValue, "\(made.text)")
    }

    private func change(_ lead: Int64, _ body: JSONValue) throws {
        let changed = try koi.request(.patch, "/v1/leads/\(lead)", body)
        #expect(changed.status == .ok, "\(changed.text)")
    }

    private func funnel(_ query: String = "", key: String? = nil) throws -> TestAnswer {
        try koi.request(.get, "/v1/reports/funnel" + query, key: key)
    }

    private func rows(_ query: String, key: String? = nil) throws -> [JSONValue] {
        let answer = try funnel(query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    @Test func `tells of the leads of each month how many went how far, and how soon`() throws {
        // By the clocks of Shanghai the first one came in October.
        _ = try lead("2026-10-31T15:59:59Z")
        let first = try lead("2026-10-31T16:00:00Z")
        let second = try lead("2026-11-20T09:00:00Z")
        let third = try lead("2026-11-21T09:00:00Z")
        let fourth = try lead("2026-11-22T08:00:00Z")
        try change(first, ["status": "unqualified"])
        try change(second, ["status": "qualified"])
        try koi.request(.put, "/v1/leads/\(third)/conversion")
        _ = try desk.wonDeal(["lead": .integer(fourth)])

        let rows = try rows("?from=2026-10-05&to=2026-12-01")

        #expect(rows.map { $0["cohort"] } == ["2026-10-01", "2026-11-01"])
        #expect(
            rows.last == [
                "cohort": "2026-11-01", "group": nil, "name": nil, "leads": 4, "contacted": 4, "qualified": 3,
                "converted": 2, "dealt": 1, "won": 1, "contactedShare": 100, "qualifiedShare": 75,
                "convertedShare": 66.7, "dealtShare": 50, "wonShare": 100, "success": 25,
                // Half of November, two days and one day, until now; and what has a deal needs no answer.
                "secondsToResponse": .integer((1_875_600 + 172_800 + 86_400) / 3), "secondsToConversion": 86_400,
                "secondsToWin": 3_600,
            ]
        )
        #expect(rows.first?["leads"] == 1)
        #expect(rows.first?["contactedShare"] == 0)
        #expect(rows.first?["qualifiedShare"].isNull == true)
    }

    @Test func `is by week or all at once, by owner, source or campaign, and of some`() throws {
        let office = Office(koi)
        let anna = try office.person("Anna")
        let fair = try koi.make("campaigns", ["name": "Fair"])
        _ = try lead("2026-11-15T12:00:00Z", ["source": "phone", "owner": .integer(anna.id)])
        _ = try lead("2026-11-16T12:00:00Z", ["source": "phone", "campaign": .integer(fair)])
        _ = try lead("2026-11-17T12:00:00Z", ["source": "visit", "campaign": .integer(fair)])
        let period = "?from=2026-11-11&to=2026-11-22"

        let weeks = try rows(period + "&by=week")
        #expect(weeks.map { $0["cohort"] } == ["2026-11-09", "2026-11-16"])
        #expect(weeks.map { $0["leads"] } == [1, 2])
        let sources = try rows(period + "&by=none&groupBy=source")
        #expect(sources.map { $0["group"] } == ["phone", "visit"])
        #expect(sources.map { $0["name"] } == ["Phone", "Visit"])
        #expect(sources.map { $0["leads"] } == [2, 1])
        #expect(sources.map { $0["cohort"] } == ["2026-11-11", "2026-11-11"])
        let owners = try rows(period + "&by=none&groupBy=owner")
        #expect(owners.map { $0["name"] } == ["Anna", "Nobody"])
        #expect(owners.map { $0["group"] } == [.integer(anna.id), nil])
        #expect(try rows(period + "&by=none&groupBy=campaign").map { $0["name"] } == ["Fair", "None"])
        #expect(try rows(period + "&by=none&groupBy=campaign&source=phone").map { $0["leads"] } == [1, 1])
        #expect(try rows(period + "&by=none&source=phone,visit&owner=\(anna.id)").map { $0["leads"] } == [1])
        #expect(try rows(period + "&by=none&campaign=\(fair)&source=visit").map { $0["leads"] } == [1])

        let table = try koi.request(
            .get,
            "/v1/reports/funnel" + period + "&by=none&groupBy=source",
            fields: [("Accept", "text/csv"), ("Accept-Language", "zh")]
        )
        #expect(table.text.hasPrefix("\u{FEFF}收到时间起,名称,线索数,已联系,"), "\(table.text)")
        #expect(table.text.contains("2026-11-11,电话,2,0,0,0,0,0,0,,,,,0,,,\r\n"), "\(table.text)")
    }

    @Test func `is of what one sees, by rights, teams and shares`() throws {
        let office = Office(koi)
        let team = try office.team("North")
        let (anna, ben) = (try office.person("Anna"), try office.person("Ben", team: team))
        let owners: [JSONValue] = [.integer(anna.id), .integer(ben.id), .integer(ben.id), nil]
        let leads = try owners.map { try lead("2026-11-10T09:00:00Z", ["owner": $0]) }
        _ = try desk.wonDeal(["lead": .integer(leads[0])])
        let query = "?from=2026-11-01&to=2026-11-22"
        func counts(_ key: String?, _ more: String = "") throws -> [JSONValue] {
            try rows(query + more, key: key).map { $0["leads"] }
        }

        #expect(try counts(nil) == [4])
        #expect(try counts(anna.key) == [1])
        #expect(try counts(ben.key) == [2])
        #expect(try counts(anna.key, "&owner=\(ben.id)") == [0])
        #expect(try counts(anna.key, "&groupBy=source") == [1])
        try koi.request(.put, "/v1/leads/\(leads[1])/collaborators/\(anna.id)", ["access": "read", "expiresAt": nil])
        #expect(try counts(anna.key) == [2])
        let some = try office.role("Team", ["leads": ["read": "team"]])
        let chief = try office.person("Chief", role: some, team: team)
        #expect(try counts(chief.key) == [2])
        #expect(try rows(query, key: chief.key).first?["won"].isNull == true)
        #expect(try rows(query, key: anna.key).first?["won"] == 1)
        #expect(
            try koi.request(.get, "/v1/reports/funnel", key: anna.key, fields: [("Accept", "text/csv")]).status
                == .forbidden
        )

        let rights: JSONValue = ["leads": ["read": "all"]]
        let person = try koi.person(rights, held: ["leads": ["source": ["read": "hidden"]]])
        #expect(try funnel(query, key: person.key).status == .ok)
        #expect(try funnel(query + "&groupBy=source", key: person.key).status == .forbidden)
        #expect(try funnel(query + "&source=phone", key: person.key).status == .forbidden)
    }

    @Test(arguments: ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"])
    func `is told at both ends of time, in any time zone`(zone: String) throws {
        try koi.request(.patch, "/v1/users/1", ["timeZone": .string(zone)])
        for by in Cohorts.Unit.words {
            for period in ["from=0000-01-01T00:00:00Z&to=0001-01-01", "from=9999-01-01&to=9999-12-31T23:59:59.999Z"] {
                let rows = try rows("?\(period)&by=\(by)")
                #expect(!rows.isEmpty)
                #expect(rows.allSatisfy { ($0["cohort"].stringValue ?? "").count == 10 })
            }
        }
    }

    @Test(arguments: [
        "?by=year", "?groupBy=status", "?source=nowhere", "?owner=x", "?campaign=1.5", "?from=2026-11-02&to=2026-11-01",
        "?from=2020-01-01&to=2026-01-01", "?limit=3", "?by=month&by=week",
    ])
    func `refuses what cannot be`(query: String) throws {
        let answer = try funnel(query)
        #expect(answer.status == .badRequest, "\(answer.text)")
    }

    // MARK: What is kept

    @Test func `equals a full recount, whatever was done`() throws {
        var play = try FunnelPlay(desk, seed: 11)
        for turn in 0..<160 {
            try play.step()
            guard turn % 20 == 19 else { continue }
            let deals = try koi.recount("lead_deals")
            #expect(deals.kept == deals.made)
            let counts = try koi.recount("lead_funnel", where: "leads <> 0")
            #expect(counts.kept == counts.made)
            for by in ["month", "week", "day", "none"] {
                // Where leads are told apart by several things, all is read from them.
                let period = "?from=2026-09-10&to=2026-12-31&by=\(by)"
                let all = LeadSource.choices.map(\.code).joined(separator: ",")
                for group in ["none", "owner", "source", "campaign"] {
                    let quick = try rows(period + "&groupBy=\(group)&owner=1,2,3,4")
                    let slow = try rows(period + "&groupBy=\(group)&owner=1,2,3,4&source=\(all)")
                    #expect(quick == slow, "\(by) \(group)")
                }
            }
        }
    }
}
