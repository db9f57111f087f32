import KoiJSON
import KoiSQLite

/// A resource whose records are given to people by rules.
struct Assignable: Sendable {
    let resource: String
    let label: Text
    /// The field that tells what is open, and its values where a record is.
    let state: String
    let openStates: [String]
    /// When a first answer is due, and when it was given.
    let due: String
    let answered: String
    /// The last time at which its owner followed a record up, or 0, as a term on the table under alias `t`.
    let followed: String

    static let all = [
        Assignable(
            resource: "leads",
            label: Text("Leads", "线索"),
            state: "status",
            openStates: ["new", "contacted", "qualified"],
            due: "responseDueAt",
            answered: "firstResponseAt",
            followed: """
                max(coalesce(t."firstResponseAt", 0), coalesce((
                    SELECT max(a."happenedAt") FROM activities AS a WHERE a.lead = t.id AND a."removedAt" IS NULL
                ), 0))
                """
        )
    ]

    static func of(_ resource: Resource) -> Assignable? {
        guard resource.changeableOwner != nil else { return nil }
        return all.first { $0.resource == resource.name }
    }

    var choice: Choice { Choice(resource, label.en, label.zh) }

    func isOpen(_ record: Record) -> Bool {
        !record.isRemoved && record[state].stringValue.map(openStates.contains) == true
    }

    /// The same of living records, on the table under alias `t`: word for word what the index says that serves it.
    var open: String {
        "t.\(Dialect.quoted(state)) IN (\(openStates.map { "'\($0)'" }.joined(separator: ", ")))"
    }

    /// How many open records each of these users owns; those who own none are left out.
    func loads(of users: [Int64], owner: String, _ connection: Connection) throws -> [Int64: Int64] {
        guard !users.isEmpty else { return [:] }
        let values = users.map(SQLValue.integer)
        let column = "t." + Dialect.quoted(owner)
        let rows = try connection.rows(
            """
            SELECT \(column), count(*) FROM \(Dialect.quoted(resource)) AS t
            WHERE \(column) IN (\(Dialect.marks(values))) AND t."removedAt" IS NULL AND \(open) GROUP BY 1
            """,
            values
        ) { (user: $0.int(0), count: $0.int(1)) }
        return Dictionary(rows.map { ($0.user, $0.count) }, uniquingKeysWith: { first, _ in first })
    }
}
