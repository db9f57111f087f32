import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A deal` {
    @Test func `begins in the first stage of the main pipeline`() throws {
        let desk = try SalesDesk()

        let made = try desk.ask()

        #expect(made.status == .created)
        #expect(made["pipeline"] == 1)
        #expect(made["stage"] == .integer(SalesDesk.lead))
        #expect(made["state"] == "open")
        #expect(made["enteredStageAt"] == "2026-11-22T09:00:00.000Z")
        #expect(made["currency"] == "CNY")
        #expect(made["existing"] == false)
    }

    @Test func `begins in the first open stage of the pipeline it names`() throws {
        let desk = try SalesDesk()
        let pipeline = try desk.make("/v1/pipelines", ["name": "Tender"])
        let late = try desk.make("/v1/stages", ["pipeline": .integer(pipeline), "name": "Bid", "position": 2])
        let early = try desk.make("/v1/stages", ["pipeline": .integer(pipeline), "name": "Call", "position": 1])

        #expect(try desk.ask(["pipeline": .integer(pipeline)])["stage"] == .integer(early))
        #expect(try desk.ask(["stage": .integer(late)])["pipeline"] == .integer(pipeline))
    }

    @Test func `is refused a stage of another pipeline`() throws {
        let desk = try SalesDesk()
        let pipeline = try desk.make("/v1/pipelines", ["name": "Tender"])
        let stage = try desk.make("/v1/stages", ["pipeline": .integer(pipeline), "name": "Call"])
        let deal = try desk.deal()

        #expect(try desk.ask(["pipeline": 1, "stage": .integer(stage)]).refused == ["stage other_pipeline"])
        let moved = try desk.change(deal, ["stage": .integer(stage)])
        #expect(moved.status == .unprocessableContent)
        #expect(moved.refused == ["stage other_pipeline"])
        #expect(try desk.change(deal, ["pipeline": .integer(pipeline)]).refused == ["stage other_pipeline"])
        #expect(try desk.change(deal, ["stage": nil]).refused == ["stage required"])
    }

    @Test func `is refused a pipeline without stages`() throws {
        let desk = try SalesDesk()
        let pipeline = try desk.make("/v1/pipelines", ["name": "Empty"])
        #expect(try desk.ask(["pipeline": .integer(pipeline)]).refused == ["pipeline no_stages"])
    }

    @Test func `names its pipeline where none is the main one`() throws {
        let desk = try SalesDesk()
        try desk.koi.request(.patch, "/v1/pipelines/1", ["main": false])
        #expect(try desk.ask().refused == ["pipeline no_main_pipeline"])
        #expect(try desk.ask(["pipeline": 1]).status == .created)
    }

    @Test func `that is lost has a reason and a class, and no other has`() throws {
        let desk = try SalesDesk()
        let deal = try desk.deal()

        let lost: JSONValue = .integer(SalesDesk.lost)
        #expect(try desk.change(deal, ["stage": lost]).refused == ["lostReason required"])
        #expect(try desk.change(deal, ["lostReason": "price"]).refused == ["lostReason not_lost"])
        let answer = try desk.change(deal, ["stage": lost, "lostReason": "competitor"])
        #expect(answer["state"] == "lost")
        #expect(answer["lostClass"] == "competitor")
        #expect(answer["lostAt"] == "2026-11-22T09:00:00.000Z")

        let reopened = try desk.change(deal, ["stage": .integer(SalesDesk.lead)])
        #expect(reopened["state"] == "open")
        for field in ["lostAt", "lostReason", "lostClass"] { #expect(reopened[field] == nil, "\(field)") }
    }

    @Test(arguments: [
        ("price", "own"), ("inconvenience", "own"), ("core_feature", "own"), ("service_encounter", "own"),
        ("poor_response", "own"), ("competitor", "competitor"), ("ethics", "own"), ("involuntary", "involuntary"),
    ])
    func `is lost for one of eight reasons`(reason: String, fault: String) throws {
        let desk = try SalesDesk()
        let answer = try desk.ask(["stage": .integer(SalesDesk.lost), "lostReason": .string(reason)])
        #expect(answer["lostClass"] == .string(fault))
    }

    @Test func `of a customer that bought before is of an existing one`() throws {
        let desk = try SalesDesk()
        _ = try desk.wonDeal()

        #expect(try desk.ask()["existing"] == true)
        let other = try desk.make("/v1/customers", ["name": "别家"])
        #expect(try desk.ask(["customer": .integer(other)])["existing"] == false)
    }

    @Test func `has a contract that ends after it begins`() throws {
        let desk = try SalesDesk()
        let answer = try desk.ask(["contractFrom": "2027-01-01", "contractTo": "2026-12-31"])
        #expect(answer.refused == ["contractTo ends_before_start"])
    }

    @Test func `stands in the timelines of its customer and contact`() throws {
        let desk = try SalesDesk()
        _ = try desk.deal(["contact": .integer(desk.contact)])
        for path in ["customers/\(desk.customer)", "contacts/\(desk.contact)"] {
            let types = try desk.koi.request(.get, "/v1/\(path)/timeline").items.map { $0["type"] }
            #expect(types.contains("deal.created"), "\(path)")
        }
    }

    @Test func `is found by its name, its contract and its products`() throws {
        let desk = try SalesDesk()
        let pump = try desk.product("PUMP-80", price: 1_000)
        let deal = try desk.wonDeal(["amount": nil, "lines": [["product": .integer(pump)]]])
        _ = try desk.deal()
        for query in ["q=HT-1", "product=\(pump)", "state=won", "customer=\(desk.customer)&amount.gte=1000"] {
            let found = try desk.koi.request(.get, "/v1/deals?" + query).items
            #expect(found.map { $0["id"] } == [.integer(deal)], "\(query)")
        }
    }

    @Test func `says nothing any more of a customer who is erased, but how it went`() throws {
        let desk = try SalesDesk()
        let deal = try desk.wonDeal(["name": "李明的泵", "notes": "李明怕冷"])
        let path = "/v1/customers/\(desk.customer)"
        try desk.koi.request(.post, "/v1/deals/\(deal)/problems", ["text": "李明生病"])
        #expect(try desk.koi.request(.get, path + "/subject-export").text.contains("李明怕冷"))

        #expect(try desk.koi.request(.post, path + "/erasure").status.code < 300)

        let left = try desk.koi.request(.get, "/v1/deals/\(deal)")
        #expect(left["amount"] == 500_000)
        #expect(left["contractTo"] == "2027-11-30")
        for target in ["", "/problems", "/stages", "/timeline"] {
            let text = try desk.koi.request(.get, "/v1/deals/\(deal)" + target).text
            #expect(!text.contains("李明"), "\(text)")
        }
    }
}
