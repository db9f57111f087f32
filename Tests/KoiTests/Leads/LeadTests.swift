import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A lead` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func add(_ body: JSONValue) throws -> TestAnswer {
        try koi.request(.post, "/v1/leads", body)
    }

    private func fields(_ answer: TestAnswer) -> [JSONValue] {
        (answer["errors"].arrayValue ?? []).map { ["field": $0["field"], "code": $0["code"]] }
    }

    @Test func `is new, nobody's and received now where nothing else is said`() throws {
        let made = try add(["name": "王芳", "company": "重庆机械", "mobile": "139 0013 9000", "source": "exhibition"])
        #expect(made.status == .created)
        #expect(made["status"] == "new")
        #expect(made["owner"] == nil)
        #expect(made["receivedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(made["firstResponseAt"] == nil)
        #expect(made["customer"] == nil)
        for query in ["q=wangfang", "q=%E5%BA%86%E6%9C%BA", "q=13900139000", "source=exhibition", "owner.null=true"] {
            #expect(try koi.request(.get, "/v1/leads?" + query).items.count == 1, "\(query)")
        }
    }

    @Test func `keeps when it was received`() throws {
        let made = try add(["name": "Wang", "receivedAt": "2026-11-20T08:00:00.000Z"])
        #expect(made["receivedAt"] == "2026-11-20T08:00:00.000Z")
        let id = made["id"].text
        let moved = try koi.request(.patch, "/v1/leads/" + id, ["receivedAt": "2026-11-22T08:00:00.000Z"])
        #expect(moved.status == .unprocessableContent)
        let future = try add(["name": "Li", "receivedAt": "2026-11-22T10:00:00.000Z"])
        #expect(fields(future) == [["field": "receivedAt", "code": "in_future"]])
    }

    @Test func `was first answered when it left the status new, and keeps that`() throws {
        let path = "/v1/leads/\(try koi.make("leads", ["name": "Wang"]))"
        koi.clock.advance(by: .seconds(600))
        #expect(try koi.request(.patch, path, ["title": "Buyer"])["firstResponseAt"] == nil)
        let answered = try koi.request(.patch, path, ["status": "contacted"])
        #expect(answered["firstResponseAt"] == "2026-11-22T09:10:00.000Z")
        koi.clock.advance(by: .seconds(600))
        for status in ["new", "qualified"] as [JSONValue] {
            #expect(
                try koi.request(.patch, path, ["status": status])["firstResponseAt"] == "2026-11-22T09:10:00.000Z"
            )
        }
        #expect(try koi.events(of: "leads")[2].payload["after"]["firstResponseAt"] == "2026-11-22T09:10:00.000Z")
        #expect(try koi.request(.patch, path, ["firstResponseAt": nil]).status == .unprocessableContent)
    }

    @Test func `is not converted by writing so`() throws {
        let path = "/v1/leads/\(try koi.make("leads", ["name": "Wang"]))"
        let refused = try koi.request(.patch, path, ["status": "converted"])
        #expect(fields(refused) == [["field": "status", "code": "by_conversion"]])
        #expect(try add(["name": "Converted elsewhere", "status": "converted"]).status == .created)
    }

    @Test func `that may be there already is refused`() throws {
        let first = try koi.make("leads", ["name": "Wang", "mobile": "139 0013 9000"])
        let refused = try add(["name": "Fang", "phone": "+86 139-0013-9000"])
        #expect(refused.code == "possible_duplicate")
        #expect(refused["candidates"].arrayValue?.first?["id"] == .integer(first))
        let alike = try koi.make("leads", ["name": "李明", "company": "Acme"])
        #expect(try add(["name": "李明", "company": "ACME"])["candidates"].arrayValue?.first?["id"] == .integer(alike))
        #expect(try add(["name": "李明", "company": "Another"]).status == .created)
    }

    @Test func `has the company's currency for a budget without one`() throws {
        #expect(try add(["name": "A", "needBudget": 5_000])["currency"] == "CNY")
        #expect(try add(["name": "B"])["currency"] == nil)
        #expect(try add(["name": "C", "needBudget": 5_000, "currency": "EUR"])["currency"] == "EUR")
    }

    @Test func `stands in the timeline of who referred it`() throws {
        let customer = try koi.make("customers", ["name": "Acme"])
        try koi.make("leads", ["name": "Wang", "source": "referral", "referrerCustomer": .integer(customer)])
        let timeline = try koi.request(.get, "/v1/customers/\(customer)/timeline").items
        #expect(timeline.contains { $0["type"] == "lead.created" })
    }

    @Test func `is taken from a file with the headings of one`() throws {
        try koi.take(
            "姓名,公司名称,手机,来源,需求\n王芳,重庆机械,139 0013 9000,展会,轴承\n李明,Acme,138 0013 8000,推荐,\n",
            as: "leads"
        )
        let leads = try koi.request(.get, "/v1/leads?sort=id").items
        #expect(leads.map { $0["company"] } == ["重庆机械", "Acme"])
        #expect(leads.map { $0["source"] } == ["exhibition", "referral"])
        #expect(leads.first?["need"] == "轴承")
    }

    @Test func `names a campaign that everybody who sells sees`() throws {
        let campaign = try koi.make("campaigns", ["name": "Fair", "owner": 1])
        let sales = try koi.keyOfUser(role: Role.salesID)
        let made = try koi.request(.post, "/v1/leads", ["name": "Wang", "campaign": .integer(campaign)], key: sales)
        #expect(made.status == .created, "\(made.text)")
        #expect(made["owner"] != nil)
        #expect(try koi.request(.patch, "/v1/campaigns/\(campaign)", ["name": "F"], key: sales).status == .forbidden)
    }
}
