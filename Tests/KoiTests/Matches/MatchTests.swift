import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A product that fits a need` {
    private let desk: SalesDesk
    private let owner: Office.Person
    private var koi: TestApp { desk.koi }

    init() throws {
        desk = try SalesDesk()
        owner = try Office(desk.koi).person("Anna")
        try desk.koi.request(.patch, "/v1/customers/\(desk.customer)", ["owner": .integer(owner.id)])
    }

    private func need(_ what: String, _ fields: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["customer": .integer(desk.customer), "what": .string(what)]
        for member in fields.members { body[member.name] = member.value }
        return try desk.make("/v1/needs", .object(body))
    }

    private func product(_ name: String, _ fields: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["name": .string(name), "code": .string("X-" + name)]
        for member in fields.members { body[member.name] = member.value }
        return try desk.make("/v1/products", .object(body))
    }

    private func work() throws {
        let worker = try koi.worker(ProductMatching.kind)
        try worker.runDue()
        withExtendedLifetime(worker) { worker.stop() }
    }

    /// The products that fit a need.
    private func matches(_ need: Int64) throws -> [JSONValue] {
        try koi.request(.get, "/v1/needs/\(need)/matches").items
    }

    private func tasks() throws -> [JSONValue] {
        try koi.request(.get, "/v1/tasks?cause=productMatch&sort=id").items
    }

    @Test func `has its owner offer it, once`() throws {
        let need = try need("需要 200 个深沟球轴承")
        let product = try product("6204", ["keywords": ["深溝球軸承"]])
        try work()
        let task = try #require(tasks().first)
        #expect(try tasks().count == 1)
        #expect(task["name"] == "推荐符合需求的产品：6204")
        #expect(task["owner"] == .integer(owner.id))
        #expect(task["customer"] == .integer(desk.customer))
        let match = try #require(matches(need).first)
        #expect(match["product"] == .integer(product))
        #expect(match["task"] == task["id"])

        try koi.request(.put, "/v1/tasks/\(task["id"].text)/completion")
        try koi.request(.patch, "/v1/products/\(product)", ["keywords": ["轴承", "球"]])
        try koi.request(.patch, "/v1/needs/\(need)", ["what": "深沟球轴承"])
        try work()

        #expect(try tasks().count == 1)
    }

    @Test(
        arguments: [
            ("pump for cold water", "Pump", [:], true), ("pumpkins", "Pump", [:], false),
            ("我们要PUMP两台", "pump", [:], true), ("a pump", "Pump", ["active": false], false),
            ("a pump", "Valve", ["keywords": ["p"]], false), ("x-valve, please", "Valve", [:], true),
            ("a pump", "Pump", ["price": 101], false), ("a pump", "Pump", ["price": 100], true),
            ("a pump", "Pump", ["price": 999, "currency": "EUR"], true),
        ] as [(String, String, JSONObject, Bool)]
    )
    func `is told by its words and its price`(what: String, name: String, fields: JSONObject, fits: Bool) throws {
        _ = try product(name, fields)
        let need = try need(what, ["budget": 100])
        try work()
        #expect(try matches(need).isEmpty != fits)
        #expect(try tasks().isEmpty != fits)
    }

    @Test func `is the one that the need names, once it is sold`() throws {
        let product = try product("Pump", ["active": false])
        let other = try self.product("Other pump")
        let need = try need("an other pump", ["product": .integer(product)])
        try work()
        #expect(try matches(need).isEmpty)
        try koi.request(.patch, "/v1/products/\(product)", ["active": true])
        try work()
        #expect(try matches(need).map { $0["product"] } == [.integer(product)])
        try koi.request(.patch, "/v1/needs/\(need)", ["product": nil])
        try work()
        #expect(try matches(need).map { $0["product"] } == [.integer(product), .integer(other)])
    }

    @Test func `is looked for among many, and for needs that are open alone`() throws {
        let needs = try (0..<120).map { try need("pump \($0)", ["status": $0 % 2 == 0 ? "open" : "dropped"]) }
        _ = try product("Pump")
        try work()
        #expect(try koi.request(.get, "/v1/tasks?cause=productMatch&limit=100").items.count == 60)
        #expect(try matches(needs[118]).count == 1)
        #expect(try matches(needs[119]).isEmpty)
    }

    @Test func `is no task where nobody looks after the need`() throws {
        try koi.request(.patch, "/v1/customers/\(desk.customer)", ["owner": nil])
        let need = try need("a pump")
        _ = try product("Pump")
        try work()
        #expect(try matches(need).map { $0["task"] } == [nil])
        #expect(try tasks().isEmpty)
        try koi.request(.patch, "/v1/needs/\(need)", ["owner": .integer(owner.id)])
        try work()
        #expect(try tasks().map { $0["owner"] } == [.integer(owner.id)])
        #expect(try matches(need).map { $0["task"] } == [tasks().first?["id"]])
    }

    @Test(
        arguments: [
            ("needs", ["what": "a car"]), ("products", ["active": false]), ("products", ["price": 101]),
        ] as [(String, JSONValue)]
    )
    func `is told no more once it fits no more`(resource: String, change: JSONValue) throws {
        let need = try need("a pump", ["budget": 100])
        let product = try product("Pump", ["price": 100])
        let other = try self.product("Red pump")
        try koi.request(.patch, "/v1/needs/\(need)", ["what": "a red pump"])
        try work()
        #expect(try matches(need).map { $0["product"] } == [.integer(product), .integer(other)])
        let id = resource == "needs" ? need : product
        #expect(try koi.request(.patch, "/v1/\(resource)/\(id)", change).status == .ok)
        try work()
        let left = resource == "needs" ? [] : [JSONValue.integer(other)]
        #expect(try matches(need).map { $0["product"] } == left)
        #expect(try koi.request(.get, "/v1/needs/\(need)/matches?limit=1").items.map { $0["product"] } == left)
    }
}
