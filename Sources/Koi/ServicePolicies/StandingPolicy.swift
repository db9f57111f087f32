import KoiJSON
import KoiSQLite

/// An active policy as tickets are held against it.
struct StandingPolicy: Sendable {
    /// Those beyond are not asked.
    private static let maximum: Int64 = 200

    let id: Int64
    let filter: [Parameter]
    let calendar: Int64?
    let targets: [TicketClockKind: Int64]
    let warning: Int64?
    let pauses: Set<TicketRest>

    /// In the order in which they are asked.
    static func all(_ connection: Connection) throws -> [StandingPolicy] {
        try connection.rows(
            """
            SELECT id, filter, calendar, warning, pauses,
                "firstResponse", "nextResponse", resolution, "keepInformed", supervision
            FROM "service-policies" WHERE active = 1 AND "removedAt" IS NULL ORDER BY position, id LIMIT ?
            """,
            [.integer(maximum)]
        ) { StandingPolicy($0) }
    }

    private init(_ row: Row) {
        func json(_ column: Int) -> JSONValue { (try? JSONReader.read(Array(row.text(column).utf8))) ?? .null }
        id = row.int(0)
        filter = (json(1).objectValue?.members ?? []).map { ($0.name, $0.value.stringValue ?? $0.value.text) }
        calendar = row.intOrNil(2)
        warning = row.intOrNil(3)
        pauses = Set((json(4).arrayValue ?? []).compactMap { $0.stringValue.flatMap(TicketRest.init) })
        var targets: [TicketClockKind: Int64] = [:]
        for (index, target) in ServicePolicy.fields.enumerated() { targets[target.kind] = row.intOrNil(5 + index) }
        self.targets = targets
    }
}
