import KoiJSON
import KoiSQLite

/// An active rule as it is asked.
struct StandingRule {
    /// Those beyond are not asked.
    private static let maximum: Int64 = 200

    let id: Int64
    let name: String
    let resource: String
    let filter: [Parameter]
    let exempt: [Parameter]
    let hours: String
    let calendar: Int64?
    let team: Int64?
    let method: String
    let capacity: Int64?
    let presence: String
    let responseMinutes: Int64?
    let responseWarning: Int64?
    let followUpDays: Int64?
    let followUpWarning: Int64
    let returns: Bool
    /// Into which it returns them.
    let pool: Int64?

    /// In the order in which they are asked.
    static func all(of resource: String, _ connection: Connection) throws -> [StandingRule] {
        try connection.rows(
            """
            SELECT id, name, resource, filter, exempt, hours, calendar, team, method, capacity, presence,
                "responseMinutes", "responseWarning", "followUpDays", "followUpWarning", unfollowed, pool
            FROM "assignment-rules"
            WHERE resource = ? AND active = 1 AND "removedAt" IS NULL ORDER BY position, id LIMIT ?
            """,
            [.text(resource), .integer(maximum)]
        ) { StandingRule($0) }
    }

    private init(_ row: Row) {
        id = row.int(0)
        name = row.text(1)
        resource = row.text(2)
        filter = StandingRule.parameters(row.text(3))
        exempt = StandingRule.parameters(row.text(4))
        hours = row.text(5)
        calendar = row.intOrNil(6)
        team = row.intOrNil(7)
        method = row.text(8)
        capacity = row.intOrNil(9)
        presence = row.text(10)
        responseMinutes = row.intOrNil(11)
        responseWarning = row.intOrNil(12)
        followUpDays = row.intOrNil(13)
        followUpWarning = row.int(14)
        returns = row.text(15) == "return"
        pool = row.intOrNil(16)
    }

    private static func parameters(_ text: String) -> [Parameter] {
        let object = (try? JSONReader.read(Array(text.utf8)))?.objectValue ?? [:]
        return object.members.map { ($0.name, $0.value.stringValue ?? $0.value.text) }
    }
}
