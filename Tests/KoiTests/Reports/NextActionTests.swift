import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The list of what is to be done next` {
    private let office: AssignmentOffice
    private let seller: Int64
    private var koi: TestApp { office.koi }

    /// On Sunday at 17:00 in Shanghai, where the company is; who asks goes by UTC.
    init() throws {
        office = try AssignmentOffice()
        seller = try office.user("Seller")
        try office.rule([seller], ["responseMinutes": 60])
        try office.lead(["name": "Asks"])
        let desk = try SalesDesk(office.koi)
        _ = try desk.deal(["owner": .integer(seller), "expectedClose": "2026-11-23"])
        let task: JSONValue = [
            "name": "Call", "owner": .integer(seller), "due": "2026-11-22T08:00:00Z",
            "customer": .integer(desk.customer),
        ]
        try office.koi.make("tasks", task)
        let done: JSONValue = ["name": "Done", "due": "2026-11-22T08:00:00Z", "customer": .integer(desk.customer)]
        let other = try office.koi.make("tasks", done)
        try office.koi.request(.put, "/v1/tasks/\(other)/completion")
    }

    private func report(_ query: String = "", key: String? = nil) throws -> TestAnswer {
        let answer = try koi.request(.get, "/v1/reports/next-actions" + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer
    }

    private func actions(_ answer: TestAnswer) -> [JSONValue] {
        (answer["rows"].arrayValue ?? []).map { $0["action"] ?? .null }
    }

    @Test func `has the most urgent first, whatever it is about`() throws {
        let all = try report()
        #expect(actions(all) == ["task", "answer", "close", "stage"], "\(all.text)")
        #expect(all["total"] == 4)
        #expect(all["overdue"] == 1)
        let rows = all["rows"].arrayValue ?? []
        #expect(
            rows.first == [
                "action": "task", "resource": "tasks", "id": 1, "name": "Call", "owner": .integer(seller),
                "ownerName": "Seller", "due": "2026-11-22T08:00:00.000Z", "overdueSeconds": 3_600,
            ]
        )
        #expect(
            rows.map { $0["due"] } == [
                "2026-11-22T08:00:00.000Z", "2026-11-23T02:00:00.000Z", "2026-11-24T00:00:00.000Z",
                "2026-11-25T09:00:00.000Z",
            ]
        )
        #expect(actions(try report("?days=1")) == ["task", "answer"])
        #expect(actions(try report("?limit=1")) == ["task"])
        #expect(actions(try report("?owner=1")) == [])
        koi.clock.advance(by: .seconds(4 * 86_400))
        #expect(try report()["overdue"] == 4)
        try koi.request(.patch, "/v1/leads/1", ["status": "contacted"])
        #expect(actions(try report()) == ["task", "close", "stage"])
    }

    @Test func `tells of what one sees, as a table too`() throws {
        let sales = try koi.keyOfUser(role: Role.salesID)
        #expect(try report(key: sales)["total"] == 0)
        let table = try koi.request(.get, "/v1/reports/next-actions", fields: [("Accept", "text/csv")])
        #expect(table.text.split(separator: "\r\n").count == 5, "\(table.text)")
        #expect(table.text.contains("Do the task"))
        let held = try koi.person(["*": ["read": "all"]], held: ["tasks": ["due": ["read": "hidden"]]])
        #expect(try koi.request(.get, "/v1/reports/next-actions", key: held.key).status == .forbidden)
        for query in ["?days=367", "?days=x", "?limit=0", "?until=2026"] {
            #expect(try koi.request(.get, "/v1/reports/next-actions" + query).status == .badRequest, "\(query)")
        }
    }
}
