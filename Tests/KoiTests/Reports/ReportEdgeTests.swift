import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// What holds of all reports, whatever they tell.
struct `Any report` {
    private let koi: TestApp
    private let desk: SalesDesk
    private let office: Office

    init() throws {
        desk = try SalesDesk()
        koi = desk.koi
        office = Office(koi)
    }

    /// The values of a parameter that has a few; else none.
    private static func words(_ name: String, of report: Report) -> [String] {
        guard let parameter = report.parameters.first(where: { $0.name == name }) else { return [] }
        guard case .choice(let choices) = parameter.kind else { return [] }
        return choices.map(\.code)
    }

    @Test(arguments: ["America/New_York", "Asia/Shanghai", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
    func `stands the first and the last days that there are, in any time zone`(zone: String) throws {
        let asker = try office.person("Asker", role: Role.administratorID)
        let change: JSONValue = ["timeZone": .string(zone)]
        #expect(try koi.request(.patch, "/v1/users/\(asker.id)", change).status == .ok)
        let periods = [
            ("0000-01-01T00:00:00Z", "0000-03-01T00:00:00Z"), ("9999-11-01T00:00:00Z", "9999-12-31T23:59:59.999Z"),
        ]
        for report in ReportRoutes.all where report.span != nil {
            for (from, to) in periods {
                for by in [""] + Self.words("by", of: report).map({ "&by=" + $0 }) {
                    for group in [""] + Self.words("groupBy", of: report).map({ "&groupBy=" + $0 }) {
                        let path = "/v1/reports/\(report.path)?from=\(from)&to=\(to)\(by)\(group)"
                        let answer = try koi.request(.get, path, key: asker.key)
                        #expect(answer.status == .ok, "\(path): \(answer.text)")
                    }
                }
            }
        }
    }

    @Test func `is narrowed by no field that is held back`() throws {
        _ = try desk.wonDeal()
        let person = try koi.person(["*": ["read": "all"]], held: ["customers": ["tier": ["read": "hidden"]]])
        let path = "/v1/reports/repurchase"
        #expect(try koi.request(.get, path, key: person.key).status == .ok)
        #expect(try koi.request(.get, path + "?tier=vip", key: person.key).status == .forbidden)
    }

    @Test func `is an event where it is taken along as a table`() throws {
        try koi.request(.get, "/v1/reports/repurchase?limit=5")
        #expect(try koi.events(of: "customers").last?.type != "customers.exported")
        try koi.request(.get, "/v1/reports/repurchase?limit=5", fields: [("Accept", "text/csv")])
        let event = try #require(koi.events(of: "customers").last)
        #expect(event.type == "customers.exported")
        #expect(
            event.payload == [
                "after": ["format": "csv", "parameters": ["limit"], "rows": 0, "report": "repurchase"]
            ]
        )
    }
}
