import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The way of a deal` {
    private let desk: SalesDesk
    private let seller: Office.Person

    init() throws {
        desk = try SalesDesk()
        seller = try Office(desk.koi).person("Anna")
    }

    /// One that has all fields which any stage asks for.
    private func filled() throws -> Int64 {
        try desk.deal(
            SalesDesk.contractFields.merging([
                "owner": .integer(seller.id), "contact": .integer(desk.contact), "expectedClose": "2026-12-24",
            ])
        )
    }

    private func owed(_ stages: ClosedRange<Int64>) -> [String] { stages.map { "deliverables.\($0) not_delivered" } }

    private func lose(_ deal: Int64) throws {
        let lost = try desk.change(deal, ["stage": .integer(SalesDesk.lost), "lostReason": "price"], key: seller.key)
        #expect(lost["state"] == "lost", "\(lost.text)")
    }

    @Test func `does not lead to a purchase by losing first`() throws {
        let bare = try desk.deal(["owner": .integer(seller.id)])
        try lose(bare)
        let won = try desk.change(bare, ["stage": .integer(SalesDesk.won)], key: seller.key)
        #expect(won.status == .unprocessableContent)
        #expect(won.refused.contains("amount required_in_stage"))
        #expect(won.refused.suffix(7) == owed(1...7)[...])
        #expect(try desk.koi.request(.get, "/v1/customers/\(desk.customer)")["purchases"] == 0)

        let deal = try filled()
        try lose(deal)
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.won)]).refused == owed(1...7))
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.solution)]).refused == owed(1...3))
        let gate = try desk.koi.request(.get, "/v1/deals/\(deal)/gate?stage=\(SalesDesk.won)")
        #expect(gate["missing"].arrayValue?.count == 7)
        // Where it was lost it goes on.
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.lead)], key: seller.key)["state"] == "open")
    }

    @Test func `goes on where it was, and back from there`() throws {
        let deal = try filled()
        for stage in SalesDesk.lead...SalesDesk.solution {
            try desk.koi.request(.put, "/v1/deals/\(deal)/deliverables/\(stage)", ["note": "x"])
        }
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.quote)]).status == .ok)
        try lose(deal)
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.won)]).refused == owed(5...7))
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.quote)]).status == .ok)
        try lose(deal)
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.needs)]).status == .ok)
    }

    @Test func `is not shortened by another pipeline`() throws {
        let pipeline = try desk.make("/v1/pipelines", ["name": "Tender"])
        func stage(_ name: String, _ position: Int64, _ own: JSONObject = [:]) throws -> Int64 {
            let usual: JSONObject = [
                "pipeline": .integer(pipeline), "name": .string(name), "position": .integer(position),
            ]
            return try desk.make("/v1/stages", .object(usual.merging(own)))
        }
        let bid = try stage("Bid", 10, ["deliverable": "Bid book"])
        let talk = try stage("Talk", 20)
        let deal = try filled()
        func enter(_ stage: Int64, _ pipeline: Int64) throws -> TestAnswer {
            try desk.change(deal, ["stage": .integer(stage), "pipeline": .integer(pipeline)], key: seller.key)
        }
        #expect(try enter(talk, pipeline).refused == ["deliverables.\(bid) not_delivered"])
        #expect(try enter(bid, pipeline).status == .ok)
        #expect(try enter(SalesDesk.execution, 1).refused == owed(1...6))
        #expect(try enter(SalesDesk.firstContact, 1).refused == owed(1...1))
        #expect(try enter(SalesDesk.lead, 1).status == .ok)
    }

    @Test func `asks for the fields of the stages that it passes`() throws {
        try desk.koi.request(.patch, "/v1/stages/2", ["requiredFields": ["campaign"]])
        for stage in SalesDesk.lead...SalesDesk.firstContact {
            try desk.koi.request(.patch, "/v1/stages/\(stage)", ["deliverable": nil])
        }
        let deal = try filled()
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.needs)]).refused == ["campaign required_in_stage"])
    }

    @Test func `goes past a field that was done away with, and asks none that only lost deals have`() throws {
        let refused = try desk.koi.request(.patch, "/v1/stages/2", ["requiredFields": ["lostReason"]])
        #expect(refused.refused == ["requiredFields[0] unknown_field"])
        let lost = try desk.koi.request(.patch, "/v1/stages/9", ["requiredFields": ["lostReason", "competitors"]])
        #expect(lost.status == .ok, "\(lost.text)")
        let field: JSONValue = ["resource": "deals", "key": "zz", "kind": "text", "labelEn": "Z", "labelZh": "Z"]
        let made = try desk.make("/v1/fields", field)
        try desk.koi.request(.patch, "/v1/stages/1", ["requiredFields": ["custom.zz"]])
        #expect(try desk.ask().refused == ["custom.zz required_in_stage"])
        try desk.koi.request(.delete, "/v1/fields/\(made)")
        #expect(try desk.ask().status == .created)
    }

    @Test func `is not blocked by a clock that was set back`() throws {
        let deal = try desk.deal(["owner": .integer(seller.id)])
        try desk.koi.app.perform {
            _ = try $0.connection.run("UPDATE deal_stages SET since = since + 60000 WHERE deal = ?", [.integer(deal)])
        }
        try lose(deal)
        let items = try desk.koi.request(.get, "/v1/deals/\(deal)/stages").items
        #expect(items.map { $0["seconds"] } == [0, 0])
    }

    @Test func `is opened by no blank deliverable, and has no blank problems`() throws {
        let deal = try filled()
        let path = "/v1/deals/\(deal)"
        #expect(try desk.koi.request(.put, path + "/deliverables/1", ["note": " \n "]).status == .ok)
        #expect(try desk.change(deal, ["stage": .integer(SalesDesk.firstContact)]).refused == owed(1...1))
        #expect(try desk.koi.request(.post, path + "/problems", ["text": " \n"]).refused == ["text required"])
    }
}
