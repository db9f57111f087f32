import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The lifecycle of a customer` {
    private func customer(_ desk: SalesDesk) throws -> TestAnswer {
        try desk.koi.request(.get, "/v1/customers/\(desk.customer)")
    }

    @Test func `follows from needs, deals and purchases`() throws {
        let desk = try SalesDesk()
        #expect(try customer(desk)["lifecycle"] == "target")
        #expect(try customer(desk)["relationshipStage"] == "selection")

        let need = try desk.make("/v1/needs", ["customer": .integer(desk.customer), "what": "泵"])
        #expect(try customer(desk)["lifecycle"] == "potential")
        #expect(try customer(desk)["relationshipStage"] == "enquiry")

        let deal = try desk.deal()
        #expect(try customer(desk)["lifecycle"] == "opportunity")
        try desk.change(deal, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        #expect(try customer(desk)["lifecycle"] == "potential")
        try desk.koi.request(.patch, "/v1/needs/\(need)", ["status": "dropped"])
        #expect(try customer(desk)["lifecycle"] == "target")

        desk.koi.clock.advance(by: .seconds(60))
        let won = try desk.wonDeal()
        let signed = try customer(desk)
        #expect(signed["lifecycle"] == "signed")
        #expect(signed["relationshipStage"] == "welcome")
        #expect(signed["lifecycleSince"] == "2026-11-22T09:01:00.000Z")
        #expect(signed["purchases"] == 1)
        #expect(signed["lastPurchaseAt"] == "2026-11-22T09:01:00.000Z")

        try desk.koi.request(.delete, "/v1/deals/\(won)")
        #expect(try customer(desk)["lifecycle"] == "target")
        #expect(try customer(desk)["purchases"] == 0)
        try desk.koi.request(.put, "/v1/deals/\(won)/restoration")
        #expect(try customer(desk)["lifecycle"] == "signed")
    }

    @Test func `moves with a deal from one customer to another`() throws {
        let desk = try SalesDesk()
        let other = try desk.make("/v1/customers", ["name": "别家"])
        let deal = try desk.deal()
        try desk.change(deal, ["customer": .integer(other)])
        #expect(try customer(desk)["lifecycle"] == "target")
        #expect(try desk.koi.request(.get, "/v1/customers/\(other)")["lifecycle"] == "opportunity")
        try desk.koi.request(.post, "/v1/customers/\(desk.customer)/merges", ["from": .integer(other)])
        #expect(try customer(desk)["lifecycle"] == "opportunity")
    }

    @Test func `remembers each move with the event that caused it and the evidence`() throws {
        let desk = try SalesDesk()
        desk.koi.clock.advance(by: .seconds(60))
        let deal = try desk.deal()
        desk.koi.clock.advance(by: .seconds(30))

        let items = try desk.koi.request(.get, "/v1/customers/\(desk.customer)/lifecycle/history").items

        #expect(items.map { $0["stage"] } == ["target", "opportunity"])
        #expect(items.map { $0["seconds"] } == [60, 30])
        #expect(items.map { $0["type"] } == [nil, "deal.created"])
        #expect(items[1]["evidence"] == ["open_deals": 1])
        let number = items[1]["event"].integerValue ?? 0
        let cause = try desk.koi.request(.get, "/v1/events?after=\(number - 1)&limit=1").items.first
        #expect(cause?["record"] == .integer(deal))
        #expect(cause?["resource"] == "deals")
    }

    @Test func `is refused a stage whose criteria are not met, and names them`() throws {
        let desk = try SalesDesk()
        let path = "/v1/customers/\(desk.customer)/lifecycle"
        let answer = try desk.koi.request(.put, path, ["stage": "signed", "reason": "口头答应"])
        #expect(answer.status == .unprocessableContent)
        #expect(answer.refused == ["criteria.purchases criterion_not_met"])
        #expect(try desk.koi.request(.put, path, ["stage": "signed"]).refused == ["reason required"])
        #expect(try customer(desk)["lifecycle"] == "target")
    }

    @Test func `is set by whoever has the right, until that ends`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let seller = try office.person("Anna")
        try desk.koi.request(.patch, "/v1/customers/\(desk.customer)", ["owner": .integer(seller.id)])
        let path = "/v1/customers/\(desk.customer)/lifecycle"
        let order: JSONValue = [
            "stage": "signed", "reason": "框架协议", "force": true, "until": "2026-12-01T00:00:00Z",
        ]
        #expect(try desk.koi.request(.put, path, order, key: seller.key).status == .forbidden)
        let set = try desk.koi.request(.put, path, order)
        #expect(set["stage"] == "signed", "\(set.text)")
        #expect(set["derived"] == "target")
        #expect(set["override"].objectValue?["reason"] == "框架协议")

        // What happens meanwhile does not move it.
        _ = try desk.deal()
        #expect(try customer(desk)["lifecycle"] == "signed")
        try work(desk.koi, LifecycleJob.daily, after: 20)
        #expect(try customer(desk)["lifecycle"] == "opportunity")
        let items = try desk.koi.request(.get, path + "/history").items
        #expect(items.map { $0["stage"] } == ["target", "signed", "opportunity"])
        #expect(items.map { $0["forced"] } == [false, true, false])
        #expect(items.map { $0["type"] } == [nil, "customer.stageSet", nil])
    }

    @Test func `follows from the facts again once it is freed`() throws {
        let desk = try SalesDesk()
        let path = "/v1/customers/\(desk.customer)/lifecycle"
        #expect(try desk.koi.request(.delete, path).status == .notFound)
        _ = try desk.deal()
        // A stage that is met can be held without force.
        let held = try desk.koi.request(.put, path, ["stage": "target", "reason": "仍在观望"])
        #expect(held["stage"] == "target", "\(held.text)")
        #expect(try desk.koi.request(.delete, path).status == .noContent)
        #expect(try customer(desk)["lifecycle"] == "opportunity")
        let past = try desk.koi.request(
            .put,
            path,
            ["stage": "target", "reason": "x", "until": "2026-11-22T09:00:00Z"]
        )
        #expect(past.refused == ["until in_past"])
    }

    @Test func `is judged by the criteria of the company`() throws {
        let desk = try SalesDesk()
        _ = try desk.deal()
        let bad = try desk.koi.request(
            .patch,
            "/v1/settings",
            [
                "stageCriteria": [
                    ["stage": "opportunity", "fact": "open_deals"], ["stage": "opportunity", "fact": "x"],
                ]
            ]
        )
        #expect(bad.refused.first?.hasPrefix("stageCriteria[1].fact") == true, "\(bad.text)")
        let none = try desk.koi.request(
            .patch,
            "/v1/settings",
            ["stageCriteria": [["stage": "opportunity", "fact": "open_deals", "atLeast": 3, "atMost": 2]]]
        )
        #expect(none.refused == ["stageCriteria[0] no_bounds"])

        let changed = try desk.koi.request(
            .patch,
            "/v1/settings",
            ["stageCriteria": [["stage": "opportunity", "fact": "open_deals", "atLeast": 2]]]
        )
        #expect(changed.status == .ok, "\(changed.text)")
        try work(desk.koi, LifecycleJob.complete)
        #expect(try customer(desk)["lifecycle"] == "target")
        _ = try desk.deal()
        #expect(try customer(desk)["lifecycle"] == "opportunity")
    }

    @Test func `tells the share of the base that one sees, as JSON and as a table`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let seller = try office.person("Anna")
        for turn in 0..<3 { _ = try office.customer("客户 \(turn)", of: turn == 0 ? seller : nil) }
        desk.koi.clock.advance(by: .seconds(7_200))
        _ = try desk.deal()
        let report = try desk.koi.request(.get, "/v1/reports/lifecycle")
        #expect(
            report["lifecycle"] == [
                ["stage": "target", "customers": 3, "share": 75, "left": 1, "meanSeconds": 7_200],
                ["stage": "potential", "customers": 0, "share": 0, "left": 0, "meanSeconds": nil],
                ["stage": "opportunity", "customers": 1, "share": 25, "left": 0, "meanSeconds": nil],
                ["stage": "signed", "customers": 0, "share": 0, "left": 0, "meanSeconds": nil],
            ]
        )
        let own = try desk.koi.request(.get, "/v1/reports/lifecycle", key: seller.key)
        #expect(own["lifecycle"].arrayValue?.first?["customers"] == 1)
        let table = try desk.koi.request(.get, "/v1/reports/lifecycle", fields: [("Accept", "text/csv")])
        #expect(table.text.contains("Lifecycle,Opportunity,1,25,0,\r\n"), "\(table.text)")
        let refused = try desk.koi.request(
            .get,
            "/v1/reports/lifecycle",
            key: seller.key,
            fields: [("Accept", "text/csv")]
        )
        #expect(refused.status == .forbidden)
    }

    @Test func `tells how long customers were in the stages that they have left`() throws {
        let desk = try SalesDesk()
        let (first, second) = (try desk.deal(), try desk.make("/v1/customers", ["name": "另一家"]))
        func wait(_ seconds: Int64) { desk.koi.clock.advance(by: .seconds(seconds)) }
        wait(100)
        let lost: JSONValue = ["stage": .integer(SalesDesk.lost), "lostReason": "price"]
        try desk.change(first, lost)
        _ = try desk.deal(["customer": .integer(second)])
        wait(301)
        try desk.change(first, ["stage": .integer(SalesDesk.lead)])
        wait(201)
        try desk.change(first, lost)
        let rows = try desk.koi.request(.get, "/v1/reports/lifecycle")["lifecycle"].arrayValue ?? []
        // 100 and 201 s; 0, 100 and 301 s.
        #expect(rows.map { $0["left"] } == [3, 0, 2, 0])
        #expect(rows.map { $0["meanSeconds"] } == [133, nil, 150, nil])
    }

    @Test func `is not told to whoever may not see it`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let role = try office.role("Blind", ["*": ["read": "all"]])
        let person = try office.person("Vera", role: role)
        try desk.koi.request(
            .patch,
            "/v1/roles/\(role)",
            ["fields": ["customers": ["lifecycle": ["read": "hidden"]]]]
        )
        let path = "/v1/customers/\(desk.customer)/"
        #expect(try desk.koi.request(.get, path + "lifecycle", key: person.key).status == .notFound)
        #expect(try desk.koi.request(.get, path + "relationship-stage", key: person.key).status == .ok)
        let report = try desk.koi.request(.get, "/v1/reports/lifecycle", key: person.key)
        #expect(report.json.objectValue?.members.map(\.name) == ["relationshipStage"])
    }
}

struct `The relationship stage of a customer` {
    private func stage(_ desk: SalesDesk) throws -> JSONValue {
        try desk.koi.request(.get, "/v1/customers/\(desk.customer)")["relationshipStage"]
    }

    @Test func `goes from welcome to getting to know with time, and to winning back with silence`() throws {
        let desk = try SalesDesk()
        _ = try desk.wonDeal()
        #expect(try stage(desk) == "welcome")
        try work(desk.koi, LifecycleJob.daily, after: 90)
        #expect(try stage(desk) == "familiarity")
        try work(desk.koi, LifecycleJob.daily, after: 275)
        #expect(try stage(desk) == "win_back")
        _ = try desk.deal()
        #expect(try stage(desk) == "familiarity")
    }

    @Test func `is not winning back any more when the customer speaks`() throws {
        let desk = try SalesDesk()
        _ = try desk.wonDeal()
        try work(desk.koi, LifecycleJob.daily, after: 366)
        #expect(try stage(desk) == "win_back")
        let call: JSONObject = ["kind": "call", "customer": .integer(desk.customer), "direction": "out"]
        _ = try desk.make("/v1/activities", .object(call))
        #expect(try stage(desk) == "win_back")
        let answer = try desk.make("/v1/activities", .object(call.merging(["direction": "in"])))
        #expect(try stage(desk) == "familiarity")
        try desk.koi.request(.delete, "/v1/activities/\(answer)")
        #expect(try stage(desk) == "win_back")
    }

    @Test func `develops with further purchases of other products`() throws {
        let desk = try SalesDesk()
        for code in ["PUMP", "VALVE"] {
            let product = try desk.product(code, price: 100)
            _ = try desk.wonDeal(["amount": nil, "lines": [["product": .integer(product)]]])
        }
        #expect(try stage(desk) == "development")
    }

    @Test func `is that of a problem while a complaint is open`() throws {
        let desk = try SalesDesk()
        _ = try desk.wonDeal()
        let path = "/v1/customers/\(desk.customer)"
        #expect(try desk.koi.request(.patch, path, ["openComplaints": 2]).status == .ok)
        #expect(try stage(desk) == "problem")
        try desk.koi.request(.patch, path, ["openComplaints": 0])
        #expect(try stage(desk) == "welcome")
        let made = try desk.make("/v1/customers", ["name": "新", "openComplaints": 1])
        #expect(try desk.koi.request(.get, "/v1/customers/\(made)")["relationshipStage"] == "problem")
    }

    @Test func `loses the reasons that were given when the customer is erased`() throws {
        let desk = try SalesDesk()
        let path = "/v1/customers/\(desk.customer)"
        try desk.koi.request(
            .put,
            path + "/relationship-stage",
            ["stage": "win_back", "reason": "李明生病", "force": true]
        )
        let shown = try desk.koi.request(.get, path + "/subject-export").text
        #expect(shown.contains("李明生病"))
        #expect(try desk.koi.request(.post, path + "/erasure").status.code < 300)
        for part in ["", "/history"] {
            let text = try desk.koi.request(.get, path + "/relationship-stage" + part).text
            #expect(text.contains("win_back") && !text.contains("李明生病"), "\(text)")
        }
    }
}

/// Does what a job of this kind is due for, after so many days.
private func work(_ koi: TestApp, _ kind: JobKind, after days: Int = 0) throws {
    let worker = try koi.worker(kind)
    koi.clock.advance(by: .seconds(days * 86_400))
    try worker.runDue()
    withExtendedLifetime(worker) { worker.stop() }
}
