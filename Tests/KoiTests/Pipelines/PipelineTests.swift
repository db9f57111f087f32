import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Pipelines` {
    @Test func `come with the seven standard stages, won and lost`() throws {
        let koi = try TestApp()
        #expect(try koi.request(.get, "/v1/pipelines").items.map { $0["main"] } == [true])
        let stages = try koi.request(.get, "/v1/stages?sort=position").items
        #expect(
            stages.map { $0["name"] } == [
                "Lead", "First contact", "Needs analysis", "Solution", "Quote and negotiation", "Contract",
                "Order execution", "Won", "Lost",
            ]
        )
        #expect(stages.filter { $0["kind"] == "open" }.allSatisfy { $0["days"] != nil && $0["deliverable"] != nil })
    }

    @Test func `have one main one among them`() throws {
        let koi = try TestApp()
        let other = try koi.request(.post, "/v1/pipelines", ["name": "Tender", "main": true])
        #expect(try koi.request(.get, "/v1/pipelines?main=true").items.map { $0["id"] } == [other["id"]])
    }

    @Test func `stay while they have stages, and stages while they have deals`() throws {
        let desk = try SalesDesk()
        #expect(try desk.koi.request(.delete, "/v1/pipelines/1").code == "pipeline_in_use")
        let deal = try desk.deal()
        #expect(try desk.koi.request(.delete, "/v1/stages/\(SalesDesk.lead)").code == "stage_in_use")
        try desk.koi.request(.delete, "/v1/deals/\(deal)")
        #expect(try desk.koi.request(.delete, "/v1/stages/\(SalesDesk.lead)").code == "stage_in_use")
        #expect(try desk.koi.request(.delete, "/v1/stages/\(SalesDesk.solution)").status == .noContent)
    }

    @Test func `have stages that come back to a pipeline which is there`() throws {
        let koi = try TestApp()
        let pipeline = try #require(try koi.request(.post, "/v1/pipelines", ["name": "Tender"])["id"].integerValue)
        let stage = try koi.request(.post, "/v1/stages", ["pipeline": .integer(pipeline), "name": "Bid"])["id"]
        let path = "/v1/stages/\(stage.integerValue ?? 0)"
        try koi.request(.delete, path)
        try koi.request(.delete, "/v1/pipelines/\(pipeline)")
        #expect(try koi.request(.put, path + "/restoration").refused == ["pipeline removed"])
    }

    @Test func `require fields that deals have`() throws {
        let koi = try TestApp()
        let fields: JSONValue = ["amount", "colour", "state", "custom.colour"]
        let answer = try koi.request(.patch, "/v1/stages/4", ["requiredFields": fields])
        #expect(
            answer.refused == [
                "requiredFields[1] unknown_field", "requiredFields[2] unknown_field", "requiredFields[3] unknown_field",
            ]
        )
    }

    @Test func `are seen by whoever sells, and changed by whoever leads`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo", role: Office.manager))
        #expect(try office.koi.request(.get, "/v1/stages", key: anna.key).items.count == 9)
        #expect(try office.koi.request(.get, "/v1/pipelines", key: anna.key).items.count == 1)
        let change: JSONValue = ["days": 5]
        #expect(try office.koi.request(.patch, "/v1/stages/1", change, key: anna.key).status == .forbidden)
        #expect(try office.koi.request(.patch, "/v1/stages/1", change, key: bo.key).status == .ok)
    }

    @Test func `know products by codes of their own`() throws {
        let koi = try TestApp()
        let product: JSONValue = ["code": "PUMP", "name": "Pump", "price": 100]
        let first = try koi.request(.post, "/v1/products", product)
        #expect(first["currency"] == "CNY")
        #expect(try koi.request(.post, "/v1/products", product).refused == ["code taken"])
        try koi.request(.delete, "/v1/products/\(first["id"].integerValue ?? 0)")
        #expect(try koi.request(.post, "/v1/products", product).status == .created)
        let back = try koi.request(.put, "/v1/products/\(first["id"].integerValue ?? 0)/restoration")
        #expect(back.refused == ["code taken"])
    }
}
