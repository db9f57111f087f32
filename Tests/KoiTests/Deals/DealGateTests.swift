import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The gate of a stage` {
    /// The seller owns the deals.
    private func open() throws -> (desk: SalesDesk, office: Office, seller: Office.Person) {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        return (desk, office, try office.person("Anna"))
    }

    @Test func `names all that is missing at once`() throws {
        let (desk, _, _) = try open()
        let deal = try desk.deal()

        let answer = try desk.change(deal, ["stage": .integer(SalesDesk.quote)])

        #expect(answer.status == .unprocessableContent)
        #expect(
            answer.refused == [
                "contact required_in_stage", "amount required_in_stage", "expectedClose required_in_stage",
                "owner no_one_responsible", "deliverables.1 not_delivered", "deliverables.2 not_delivered",
                "deliverables.3 not_delivered", "deliverables.4 not_delivered",
            ]
        )
        #expect(try desk.koi.request(.get, "/v1/deals/\(deal)")["stage"] == .integer(SalesDesk.lead))
    }

    @Test func `is told without moving, for the next stage where none is named`() throws {
        let (desk, _, seller) = try open()
        let deal = try desk.deal(["owner": .integer(seller.id)])
        let gate = try desk.koi.request(.get, "/v1/deals/\(deal)/gate")
        #expect(gate["stage"] == .integer(SalesDesk.firstContact))
        #expect(gate["open"] == false)
        #expect(gate["missing"].arrayValue?.map { $0["code"] } == ["not_delivered"])

        try desk.koi.request(.put, "/v1/deals/\(deal)/deliverables/1", ["note": "登记表"])
        #expect(try desk.koi.request(.get, "/v1/deals/\(deal)/gate")["open"] == true)
        let later = try desk.koi.request(.get, "/v1/deals/\(deal)/gate?stage=8")
        #expect(later["missing"].arrayValue?.count == 12)
        for query in ["stage=99", "stage=x", "stage=1&stage=2", "limit=1"] {
            #expect(try desk.koi.request(.get, "/v1/deals/\(deal)/gate?" + query).status == .badRequest, "\(query)")
        }
    }

    @Test func `opens once what is asked for is there`() throws {
        let (desk, _, seller) = try open()
        let deal = try desk.deal(["owner": .integer(seller.id), "contact": .integer(desk.contact)])
        for stage in SalesDesk.firstContact...SalesDesk.solution {
            try desk.koi.request(.put, "/v1/deals/\(deal)/deliverables/\(stage - 1)", ["note": "给"], key: seller.key)
            let moved = try desk.change(deal, ["stage": .integer(stage)], key: seller.key)
            #expect(moved["stage"] == .integer(stage), "\(moved.text)")
        }
        try desk.koi.request(.delete, "/v1/deals/\(deal)/deliverables/3")
        // What was passed stays passed; to go back is free.
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.needs)]).status == .ok)
        #expect(
            try desk.change(deal, ["stage": .integer(SalesDesk.solution)]).refused == ["deliverables.3 not_delivered"]
        )
    }

    @Test func `asks for the exit criteria of the stages behind`() throws {
        let (desk, _, seller) = try open()
        try desk.koi.request(.patch, "/v1/stages/1", ["deliverable": nil, "exitCriteria": ["预算已知", "决策人已知"]])
        let deal = try desk.deal(["owner": .integer(seller.id)])
        let (path, next): (String, JSONValue) = ("/v1/deals/\(deal)/deliverables/1", ["stage": 2])

        #expect(try desk.koi.request(.put, path, ["criteria": ["天气好"]]).refused == ["criteria[0] unknown_criterion"])
        try desk.koi.request(.put, path, ["criteria": ["预算已知"]])
        #expect(try desk.change(deal, next).refused == ["deliverables.1 criterion_not_met"])
        try desk.koi.request(.put, path, ["criteria": ["预算已知", "决策人已知"]])
        #expect(try desk.change(deal, next).status == .ok)
    }

    @Test func `is kept by who is responsible in the stage, or owns the deal`() throws {
        let (desk, office, seller) = try open()
        let gone = try office.person("Gone")
        try desk.koi.request(.patch, "/v1/stages/1", ["deliverable": nil])
        try desk.koi.request(.patch, "/v1/stages/2", ["responsible": .integer(gone.id)])
        let deal = try desk.deal()
        try desk.koi.request(.patch, "/v1/users/\(gone.id)", ["active": false])
        #expect(try desk.change(deal, ["stage": 2]).refused == ["owner no_one_responsible"])
        try desk.koi.request(.patch, "/v1/stages/2", ["responsible": .integer(seller.id)])
        #expect(try desk.change(deal, ["stage": 2]).status == .ok)
    }

    @Test func `holds for deals that are made in a stage, as far as fields go`() throws {
        let (desk, _, _) = try open()
        let refused = try desk.ask(["stage": .integer(SalesDesk.won), "amount": 5]).refused
        #expect(
            refused == [
                "contractNumber required_in_stage", "contractFrom required_in_stage", "contractTo required_in_stage",
            ]
        )
        let deal = try desk.wonDeal()
        #expect(try desk.change(deal, ["contractNumber": nil]).refused == ["contractNumber required_in_stage"])
    }

    @Test func `lets go what is lost`() throws {
        let (desk, _, _) = try open()
        let deal = try desk.deal()
        let lost = try desk.change(deal, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        #expect(lost["state"] == "lost")
    }

    @Test func `is forced with a right and a reason, and that is written down`() throws {
        let (desk, office, seller) = try open()
        let boss = try office.person("Bo", role: Office.manager)
        let deal = try desk.deal(["owner": .integer(seller.id)])
        let path = "/v1/deals/\(deal)/stage"
        let order: JSONValue = ["stage": .integer(SalesDesk.solution), "force": true, "reason": "框架协议客户"]

        #expect(try desk.koi.request(.put, path, order, key: seller.key).status == .forbidden)
        let silent: JSONValue = ["stage": .integer(SalesDesk.solution), "force": true]
        #expect(try desk.koi.request(.put, path, silent).refused == ["reason required"])
        let tried = try desk.koi.request(.put, path, ["stage": .integer(SalesDesk.solution), "reason": "试"])
        #expect(tried.refused.count == 4)
        #expect(boss.id > 0)
        desk.koi.clock.advance(by: .seconds(90))
        #expect(try desk.koi.request(.put, path, order)["stage"] == .integer(SalesDesk.solution))

        let items = try desk.koi.request(.get, "/v1/deals/\(deal)/stages").items
        #expect(items.map { $0["stage"] } == [1, 4])
        #expect(items.map { $0["seconds"] } == [90, 0])
        #expect(items.map { $0["forced"] } == [false, true])
        #expect(items[1]["reason"] == "框架协议客户")
        #expect(
            items[1]["missing"] == [
                ["field": "contact", "code": "required_in_stage"],
                ["field": "deliverables.1", "code": "not_delivered"],
                ["field": "deliverables.2", "code": "not_delivered"],
                ["field": "deliverables.3", "code": "not_delivered"],
            ]
        )
        let event = try #require(try desk.koi.events(of: "deals").last)
        #expect(event.payload["reason"] == "框架协议客户")
    }

    @Test func `of another pipeline is no gate of this one`() throws {
        let (desk, _, seller) = try open()
        let pipeline = try desk.make("/v1/pipelines", ["name": "Tender"])
        let stage = try desk.make("/v1/stages", ["pipeline": .integer(pipeline), "name": "Bid"])
        let deal = try desk.deal(["owner": .integer(seller.id)])
        let path = "/v1/deals/\(deal)"
        #expect(try desk.koi.request(.get, path + "/gate?stage=\(stage)").status == .badRequest)
        #expect(
            try desk.koi.request(.put, path + "/stage", ["stage": .integer(stage)]).refused == ["stage other_pipeline"]
        )
        #expect(try desk.koi.request(.put, path + "/deliverables/\(stage)", ["note": "x"]).status == .notFound)
        let moved = try desk.koi.request(
            .put,
            path + "/stage",
            ["stage": .integer(stage), "pipeline": .integer(pipeline)]
        )
        #expect(moved["pipeline"] == .integer(pipeline), "\(moved.text)")
    }
}

struct `The stages of a deal` {
    @Test func `come page by page, with problems that were noted in them`() throws {
        let desk = try SalesDesk()
        let deal = try desk.deal()
        let path = "/v1/deals/\(deal)"
        for stage in [SalesDesk.lost, SalesDesk.lead, SalesDesk.lost] {
            desk.koi.clock.advance(by: .seconds(60))
            let reason: JSONValue = stage == SalesDesk.lost ? "price" : nil
            try desk.change(deal, ["stage": .integer(stage), "lostReason": reason])
        }
        let whole = try desk.koi.request(.get, path + "/stages").items
        #expect(whole.map { $0["stage"] } == [1, 9, 1, 9])
        let first = try desk.koi.request(.get, path + "/stages?limit=3")
        let rest = try desk.koi.request(.get, path + "/stages?limit=3&cursor=\(first["next"].stringValue ?? "")")
        #expect(first.items + rest.items == whole)

        let noted = try desk.koi.request(.post, path + "/problems", ["text": "预算推迟", "stage": 1])
        #expect(noted.status == .created)
        try desk.koi.request(.post, path + "/problems", ["text": "对手降价"])
        let problems = try desk.koi.request(.get, path + "/problems").items
        #expect(problems.map { $0["stage"] } == [1, 9])
        #expect(problems.map { $0["text"] } == ["预算推迟", "对手降价"])
        let types = try desk.koi.request(.get, "/v1/customers/\(desk.customer)/timeline").items.map { $0["type"] }
        #expect(types.filter { $0 == "deal.problemNoted" }.count == 2)
    }

    @Test func `make it stuck when their days are over`() throws {
        let desk = try SalesDesk()
        let deal = try desk.deal()
        #expect(try desk.koi.request(.get, "/v1/deals/\(deal)")["stageDueAt"] == "2026-11-25T09:00:00.000Z")
        let list = "/v1/deals?state=open&sort=stageDueAt&stageDueAt.lt="
        #expect(try desk.koi.request(.get, list + "2026-11-25T09:00:00Z").items.isEmpty)
        #expect(try desk.koi.request(.get, list + "2026-11-25T09:00:01Z").items.count == 1)
        let lost = try desk.change(deal, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        #expect(lost["stageDueAt"] == nil)
    }

    @Test func `are written by whoever may change the deal`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let viewer = try office.person("Vera", role: Office.viewer)
        let deal = try desk.deal()
        let path = "/v1/deals/\(deal)"
        for (method, target, body) in [
            (Method.put, "/stage", ["stage": 9, "lostReason": "price"]), (.post, "/problems", ["text": "x"]),
            (.put, "/deliverables/1", ["note": "x"]),
        ] as [(Method, String, JSONValue)] {
            #expect(
                try desk.koi.request(method, path + target, body, key: viewer.key).status == .forbidden,
                "\(target)"
            )
        }
        #expect(try desk.koi.request(.get, path + "/gate", key: viewer.key)["mayForce"] == false)
    }
}
