import Dispatch
import KoiHTTP
import KoiJSON
import Synchronization
import Testing

@testable import Koi

struct `A remedy` {
    private let desk: ConductDesk
    private let ticket: Int64

    init() throws {
        desk = try ConductDesk()
        ticket = try desk.complaint(["category": 1, "cause": "core_feature", "language": "zh"])
    }

    /// Says what those of a role may grant by themselves.
    @discardableResult
    private func limit(_ role: Int64, _ amount: Int64, perMonth: Int64? = nil) throws -> TestAnswer {
        let body: JSONValue = [
            "role": .integer(role), "remedy": "refund", "amount": .integer(amount),
            "perMonth": perMonth.map(JSONValue.integer) ?? .null,
        ]
        return try desk.koi.request(.post, "/v1/authority-limits", body)
    }

    private func propose(_ amount: Int64, _ fields: JSONObject = [:], key: String? = nil) throws -> TestAnswer {
        var body: JSONObject = [
            "ticket": .integer(ticket), "kind": "refund", "amount": .integer(amount), "what": "退还运费",
        ]
        for member in fields.members { body[member.name] = member.value }
        return try desk.koi.request(.post, "/v1/ticket-remedies", .object(body), key: key ?? desk.agent.key)
    }

    private func step(_ remedy: Int64, _ name: String, _ body: JSONValue = [:], key: String? = nil) throws -> TestAnswer
    {
        try desk.put("ticket-remedies/\(remedy)/\(name)", body, key: key)
    }

    private func id(_ answer: TestAnswer) throws -> Int64 { try #require(answer["id"].integerValue, "\(answer.text)") }

    // MARK: Authority

    @Test func `within the authority of the role is decided at once`() throws {
        try limit(Role.salesID, 20_000)
        let remedy = try propose(20_000)
        #expect(remedy["state"] == "approved", "\(remedy.text)")
        #expect(remedy["decidedBy"] == .integer(desk.agent.id))
        #expect(remedy["currency"] == "CNY")
        #expect(try desk.told(desk.lead) == [])
    }

    @Test func `above it goes to whoever leads the team, and comes back to the same owner`() throws {
        try limit(Role.salesID, 20_000)
        try limit(Role.managerID, 100_000)
        let remedy = try propose(20_001)
        #expect(remedy["state"] == "proposed")
        let id = try id(remedy)
        #expect(try desk.told(desk.lead) == ["remedyAsked"])
        #expect(try step(id, "offer").code == "remedy_not_approved")
        let own = try step(id, "approval", ["approved": true], key: desk.agent.key)
        #expect(own.code == "above_authority")
        #expect(own.status == .forbidden)

        let decided = try step(id, "approval", ["approved": true, "reason": "老客户"], key: desk.lead.key)

        #expect(decided["state"] == "approved", "\(decided.text)")
        #expect(decided["decidedBy"] == .integer(desk.lead.id))
        #expect(decided["owner"] == .integer(desk.agent.id))
        #expect(try desk.told(desk.agent).last == "remedyApproved")
        #expect(try desk.desk.show(ticket)["owner"] == .integer(desk.agent.id))
        let twice = try step(id, "approval", ["approved": false, "reason": "x"], key: desk.lead.key)
        #expect(twice.code == "remedy_not_proposed")
    }

    @Test func `that is not approved says why, and is another one's to propose`() throws {
        let id = try id(propose(5_000))
        #expect(try step(id, "approval", ["approved": false]).refused == ["reason required"])
        let refused = try step(id, "approval", ["approved": false, "reason": "已补偿过"])
        #expect(refused["state"] == "refused")
        #expect(refused["decisionReason"] == "已补偿过")
        #expect(try desk.told(desk.agent).last == "remedyRefused")
        #expect(try step(id, "offer").code == "remedy_not_approved")
    }

    @Test func `counts with all others of the month, by the company's clocks`() throws {
        try limit(Role.salesID, 20_000, perMonth: 30_000)
        #expect(try propose(20_000)["state"] == "approved")
        #expect(try propose(10_001)["state"] == "proposed")
        #expect(try propose(10_000)["state"] == "approved")
        #expect(try propose(1)["state"] == "proposed")
        // The first of December in Shanghai, which is still November elsewhere.
        desk.koi.clock.advance(by: .seconds(8 * 86_400 + 7 * 3_600 - 1))
        #expect(try propose(1)["state"] == "proposed")
        desk.koi.clock.advance(by: .seconds(1))
        #expect(try propose(20_000)["state"] == "approved")
    }

    @Test func `that the customer declined was not spent`() throws {
        try limit(Role.salesID, 20_000, perMonth: 20_000)
        let id = try id(propose(20_000))
        #expect(try propose(1)["state"] == "proposed")
        #expect(try step(id, "offer").status == .ok)
        #expect(try step(id, "consent", ["consented": false, "by": "李明"])["state"] == "declined")
        #expect(try propose(20_000)["state"] == "approved")
    }

    @Test func `two at once do not go beyond the month together`() throws {
        try limit(Role.salesID, 20_000, perMonth: 30_000)
        let states = Mutex<[JSONValue]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            let state = (try? propose(20_000)["state"]) ?? .null
            states.withLock { $0.append(state) }
        }
        #expect(states.withLock { $0.compactMap(\.stringValue).sorted() } == ["approved", "proposed"])
    }

    @Test func `of two who decide at once the first decides`() throws {
        let id = try id(propose(5_000))
        let codes = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            let answer = try? step(id, "approval", ["approved": true])
            codes.withLock { $0.append(answer?.status == .ok ? "ok" : answer?.code ?? "") }
        }
        #expect(codes.withLock { $0.sorted() } == ["ok", "remedy_not_proposed"])
    }

    @Test func `of another currency or kind is covered by no limit of these`() throws {
        try limit(Role.salesID, 20_000)
        #expect(try propose(1, ["currency": "USD"])["state"] == "proposed")
        #expect(try propose(1, ["kind": "gift"])["state"] == "proposed")
        #expect(try limit(Role.salesID, 1).refused == ["remedy taken"])
        #expect(try propose(-1).status == .unprocessableContent)
        let changed = try desk.koi.request(.patch, "/v1/ticket-remedies/\(id(propose(1)))", ["amount": 2])
        #expect(changed.status == .unprocessableContent)
        #expect(try desk.koi.request(.post, "/v1/authority-limits", [:], key: desk.lead.key).status == .forbidden)
    }

    // MARK: Consent

    @Test func `is delivered with the customer's consent only, and the ticket closed after that`() throws {
        try limit(Role.salesID, 20_000)
        let id = try id(propose(15_000))
        try desk.desk.move(ticket, to: TicketDesk.resolved, ["message": "已更换密封圈。"])
        try desk.desk.accept(ticket)
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed).refused == ["remedies remedies_open"])
        #expect(try step(id, "delivery").code == "remedy_not_consented")
        #expect(try step(id, "consent", ["consented": true, "by": "李明"]).code == "remedy_not_offered")

        let offered = try step(id, "offer", key: desk.agent.key)
        #expect(offered["state"] == "offered", "\(offered.text)")
        let said = try #require(try desk.messages(ticket).last?["text"].stringValue)
        #expect(said.contains("退款 CNY 150.00：退还运费"))
        #expect(!said.contains("http"))
        #expect(try step(id, "delivery").code == "remedy_not_consented")
        #expect(try desk.koi.request(.delete, "/v1/ticket-remedies/\(id)").code == "remedy_promised")
        #expect(try step(id, "consent", ["consented": true]).refused == ["by required"])
        let agreed = try step(id, "consent", ["consented": true, "by": "李明"], key: desk.agent.key)
        #expect(agreed["state"] == "consented")
        #expect(agreed["answeredBy"] == "李明")
        #expect(agreed["notedBy"] == .integer(desk.agent.id))
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed).refused == ["remedies remedies_open"])
        let delivered = try step(id, "delivery", ["cost": 12_000], key: desk.agent.key)
        #expect(delivered["state"] == "delivered")
        #expect(delivered["cost"] == 12_000)
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed)["state"] == "closed")
        #expect(try propose(1).refused == ["ticket ticket_ended"])
    }

    @Test(arguments: [("yes", "consented"), ("no", "declined")])
    func `is agreed to by a link, once`(answer: String, state: String) throws {
        try desk.koi.request(.patch, "/v1/settings", ["publicURL": "https://koi.example.com"])
        try limit(Role.salesID, 20_000)
        let id = try id(propose(15_000, ["what": "<b>运费</b>"]))
        #expect(try step(id, "offer", ["text": "退您运费。"]).status == .ok)
        let said = try #require(try desk.messages(ticket).last?["text"].stringValue)
        #expect(said.hasPrefix("退您运费。"))
        let start = try #require(said.firstRange(of: "https://koi.example.com/consent/"))
        let path = "/consent/" + said[start.upperBound...]

        let page = try desk.koi.request(.get, path, key: "")
        #expect(page.status == .ok)
        #expect(page.text.contains("CNY 150.00"))
        #expect(page.text.contains("&lt;b&gt;"))
        #expect(!page.text.contains("<script"))
        // To look is not to answer.
        #expect(try desk.koi.request(.get, "/v1/ticket-remedies/\(id)")["state"] == "offered")
        let odd = try send(path, "answer=maybe")
        #expect(odd.status == .ok)
        #expect(try desk.koi.request(.get, "/v1/ticket-remedies/\(id)")["state"] == "offered")

        #expect(try send(path, "answer=\(answer)").status == .ok)

        let remedy = try desk.koi.request(.get, "/v1/ticket-remedies/\(id)")
        #expect(remedy["state"] == .string(state))
        #expect(remedy["notedBy"] == .null)
        #expect(try send(path, "answer=no").status == .notFound)
        #expect(try desk.koi.request(.get, path, key: "").status == .notFound)
        #expect(try desk.told(desk.agent).last == (answer == "yes" ? "remedyConsented" : "remedyDeclined"))
    }

    private func send(_ path: String, _ form: String) throws -> TestAnswer {
        try desk.koi.send(.post, path, Array(form.utf8), type: "application/x-www-form-urlencoded")
    }

    @Test func `by a link that is none leads nowhere`() throws {
        #expect(try desk.koi.request(.get, "/consent/kol_nothing", key: "").status == .notFound)
        #expect(try send("/consent/kol_nothing", "answer=yes").status == .notFound)
    }

    @Test func `goes along when the ticket is handed over`() throws {
        let id = try id(propose(5_000))
        try desk.put("tickets/\(ticket)/owner", ["owner": .integer(desk.lead.id), "reason": "升级"])
        #expect(try desk.koi.request(.get, "/v1/ticket-remedies/\(id)")["owner"] == .integer(desk.lead.id))
    }
}
