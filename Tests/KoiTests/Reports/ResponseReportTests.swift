import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The report of responses` {
    private let office: AssignmentOffice
    private var koi: TestApp { office.koi }

    init() throws {
        office = try AssignmentOffice()
        // Sunday, 17:00 in Shanghai: Monday is the 23rd.
        koi.clock.advance(by: .seconds(16 * 3_600))
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, "/v1/reports/responses" + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    /// Leads that are answered after so many minutes each, nil for never.
    private func leads(_ minutes: [Int64?], _ more: JSONObject = [:]) throws {
        let made = try minutes.map { (try office.lead(more)["id"].integerValue ?? 0, $0) }
        let begun = koi.clock.now
        for (lead, minutes) in made {
            guard let minutes else { continue }
            let happened = Timestamp.text(begun + minutes * 60_000)
            koi.clock.advance(by: .seconds(max(0, (begun + minutes * 60_000 - koi.clock.now) / 1_000)))
            let call: JSONValue = ["kind": "call", "lead": .integer(lead), "happenedAt": .string(happened)]
            #expect(try koi.request(.post, "/v1/activities", call).status == .created)
        }
        koi.clock.advance(by: .seconds(60))
    }

    @Test func `tells of each person how many were answered, how soon, and what came of them`() throws {
        let (anna, ben) = (try office.user("Anna"), try office.user("Ben"))
        try leads([1, 2, 3, 4, 5, 6, 7, 8, 9, 100], ["owner": .integer(anna)])
        try leads([10, nil], ["owner": .integer(ben)])
        try leads([nil])
        try koi.request(.put, "/v1/leads/1/conversion")
        let customer = try koi.make("customers", ["name": "重庆机械"])
        let deal =
            SalesDesk.contractFields.members + [
                .init(name: "name", value: "泵"), .init(name: "customer", value: .integer(customer)),
                .init(name: "lead", value: 2), .init(name: "stage", value: .integer(SalesDesk.won)),
            ]
        #expect(try koi.request(.post, "/v1/deals", .object(JSONObject(deal))).status == .created)

        let rows = try rows()

        #expect(rows.map { $0["name"] } == ["Anna", "Ben", "Nobody"])
        #expect(
            rows.first == [
                "group": .integer(anna), "name": "Anna", "leads": 10, "answered": 10, "responseRate": 100, "inTime": 0,
                "late": 0, "inTimeRate": nil, "medianSeconds": 300, "p90Seconds": 540, "converted": 1,
                "conversionRate": 10, "won": 1, "attainment": 10,
            ]
        )
        #expect(rows[1]["responseRate"] == 50)
        #expect(rows[1]["medianSeconds"] == 600)
        #expect(rows[2]["answered"] == 0)
        #expect(rows[2]["medianSeconds"].isNull)
        let all = try self.rows("?groupBy=none")
        #expect(all.map { $0["leads"] } == [13])
        #expect(try self.rows("?owner=\(ben)").map { $0["leads"] } == [2])
        let table = try koi.request(
            .get,
            "/v1/reports/responses",
            fields: [("Accept", "text/csv"), ("Accept-Language", "zh")]
        )
        #expect(table.text.contains("Anna,10,10,100,0,0,,300,540,1,10,1,10\r\n"), "\(table.text)")
        #expect(table.text.contains("无负责人,1,0,0,"), "\(table.text)")
    }

    @Test func `counts what is due in working time, by the rule that gave it away`() throws {
        let anna = try office.user("Anna")
        let rule = try office.rule([anna], ["name": "Quick", "responseMinutes": 60, "filter": ["source": "phone"]])
        // It is 9 in the morning: an answer the next morning at 9:30 comes after 9 hours of work and a half.
        try leads([30, 24 * 60 + 30, nil], ["source": "phone"])
        try leads([5], ["source": "visit"])
        try leads([nil], ["source": "phone"])

        let rows = try rows("?groupBy=rule")

        #expect(rows.map { $0["name"] } == ["Quick", "None"])
        #expect(rows[0]["group"] == .integer(rule))
        #expect(rows[0]["leads"] == 4)
        #expect(rows[0]["inTime"] == 1)
        #expect(rows[0]["late"] == 2)
        #expect(rows[0]["inTimeRate"] == 33.3)
        #expect(rows[0]["medianSeconds"] == 1_800)
        #expect(rows[0]["p90Seconds"] == 34_200)
        #expect(rows[1]["medianSeconds"] == 300)
        #expect(try self.rows("?groupBy=source").map { $0["leads"] } == [4, 1])
    }

    @Test func `takes the calendar of the rule`() throws {
        let anna = try office.user("Anna")
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        let days = names.map { name -> JSONValue in ["day": .string(name), "from": "00:00", "to": "24:00"] }
        let always = try koi.make("calendars", ["name": "Always", "hours": .array(days)])
        try office.rule([anna], ["name": "Round the clock", "responseMinutes": 60, "calendar": .integer(always)])
        try leads([24 * 60])
        #expect(try rows("?groupBy=rule").first?["medianSeconds"] == 86_400)
    }

    @Test func `is of what one sees`() throws {
        let people = Office(koi)
        let (anna, ben) = (try people.person("Anna"), try people.person("Ben"))
        try leads([1], ["owner": .integer(anna.id)])
        try leads([nil], ["owner": .integer(ben.id)])
        #expect(try rows(key: anna.key).map { $0["leads"] } == [1])
        #expect(try rows().map { $0["leads"] } == [1, 1])
        let rights: JSONValue = ["leads": ["read": "all"]]
        let half = try koi.person(rights, held: ["leads": ["responseDueAt": ["read": "hidden"]]])
        #expect(try koi.request(.get, "/v1/reports/responses", key: half.key).status == .forbidden)
        let table = [("Accept", "text/csv")]
        #expect(try koi.request(.get, "/v1/reports/responses", key: anna.key, fields: table).status == .forbidden)
    }

    @Test(arguments: ["?groupBy=status", "?by=month", "?from=2020-01-01", "?owner=me,x", "?source="])
    func `refuses what cannot be`(query: String) throws {
        let answer = try koi.request(.get, "/v1/reports/responses" + query)
        #expect(answer.status == .badRequest, "\(answer.text)")
    }
}
