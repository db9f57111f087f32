import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// A desk on a Monday at 10:00 UTC, with a calendar of Monday to Friday from 10 to 18 and a team whose leads are told.
struct ClockDesk {
    let desk: TicketDesk
    let calendar: Int64
    let worker: JobWorker
    let agent: Int64
    let lead: Int64
    let head: Int64
    var koi: TestApp { desk.koi }

    init() throws {
        desk = try TicketDesk()
        let koi = desk.koi
        // From Sunday 09:00 on.
        koi.clock.advance(by: .seconds(25 * 3_600))
        calendar = try koi.make("calendars", ["name": "Office", "timeZone": "UTC", "hours": ClockDesk.hours])
        func user(_ name: String, _ team: Int64? = nil) throws -> Int64 {
            var body: JSONObject = ["name": .string(name), "role": .integer(Role.managerID)]
            if let team { body["team"] = .integer(team) }
            return try koi.make("users", .object(body))
        }
        head = try user("Head")
        let department = try koi.make("teams", ["name": "Service", "lead": .integer(head)])
        lead = try user("Lead", department)
        let team = try koi.make(
            "teams",
            ["name": "Hotline", "lead": .integer(lead), "parent": .integer(department)]
        )
        agent = try user("Agent", team)
        worker = try koi.worker(TicketWatch.kind, TicketRetiming.all, TicketRetiming.ofCustomer)
    }

    private static let hours: JSONValue = .array(
        ["monday", "tuesday", "wednesday", "thursday", "friday"].map {
            ["day": .string($0), "from": "10:00", "to": "18:00"]
        }
    )

    @discardableResult
    func policy(_ fields: JSONObject) throws -> Int64 {
        var body: JSONObject = ["name": "Policy", "calendar": .integer(calendar)]
        for member in fields.members { body[member.name] = member.value }
        let made = try koi.make("service-policies", .object(body))
        try worker.runDue()
        return made
    }

    func ticket(_ fields: JSONObject = [:]) throws -> Int64 {
        var all: JSONObject = ["owner": .integer(agent)]
        for member in fields.members { all[member.name] = member.value }
        return try desk.ticket(all)
    }

    func run(after minutes: Int = 0) throws {
        koi.clock.advance(by: .seconds(minutes * 60))
        try worker.runDue()
    }

    func clocks(_ ticket: Int64) throws -> TestAnswer {
        let answer = try koi.request(.get, "/v1/tickets/\(ticket)/clocks")
        #expect(answer.status == .ok, "\(answer.text)")
        return answer
    }

    /// The last round of a clock.
    func clock(_ kind: TicketClockKind, of ticket: Int64) throws -> JSONValue {
        let all = try clocks(ticket)["clocks"].arrayValue ?? []
        return all.last { $0["clock"] == .string(kind.rawValue) } ?? .null
    }

    func due(_ ticket: Int64) throws -> JSONValue { try desk.show(ticket)["nextDueAt"] }

    /// A time of that Monday, or of a day behind it.
    static func time(_ clock: String, day: Int = 23) -> JSONValue { .string("2026-11-\(day)T\(clock):00.000Z") }

    /// What a user is told, the oldest first.
    func told(_ user: Int64) throws -> [String] {
        try koi.app.perform { transaction in
            try transaction.connection.rows(
                "SELECT kind FROM notifications WHERE \"user\" = ? AND kind LIKE 'ticket%' ORDER BY id",
                [.integer(user)]
            ) { $0.text(0) }
        }
    }
}
