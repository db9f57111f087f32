import KoiJSON
import KoiSQLite

/// Goes through a user's records and says who gets each: first the living ones of a resource by their numbers, then those
/// in the bin, then the next resource.
///
/// The preview and the doing are this same walk; where it stands is kept between two chunks of the doing.
struct HandoverWalk {
    struct Step {
        let resource: Resource
        let id: Int64
        let isRemoved: Bool
        /// Nil where no rule fits: the record stays.
        let successor: Int64?
    }

    /// Rows that are looked up at once.
    private static let lookAhead: Int64 = 100

    private let plan: HandoverPlan
    private let connection: Connection
    private var part: Int64
    private var isInBin: Bool
    private var last: Int64
    /// How many records of each claim were dealt out: `customers/0`.
    private var dealt: JSONObject
    private var ahead: [(id: Int64, claim: Int64)] = []

    init(_ plan: HandoverPlan, _ connection: Connection, from position: JSONObject = [:]) {
        self.plan = plan
        self.connection = connection
        part = position["part"]?.integerValue ?? 0
        isInBin = position["bin"]?.boolValue ?? false
        last = position["last"]?.integerValue ?? 0
        dealt = position["dealt"]?.objectValue ?? [:]
    }

    var position: JSONObject {
        ["part": .integer(part), "bin": .bool(isInBin), "last": .integer(last), "dealt": .object(dealt)]
    }

    /// The next record; nil at the end.
    mutating func next() throws -> Step? {
        while let part = current {
            if ahead.isEmpty { ahead = try rows(of: part).reversed() }
            if let row = ahead.popLast() { return step(row, part) }
            last = 0
            if isInBin { self.part += 1 }
            isInBin.toggle()
        }
        return nil
    }

    private var current: HandoverPlan.Part? {
        guard let index = Int(exactly: part), plan.parts.indices.contains(index) else { return nil }
        return plan.parts[index]
    }

    private mutating func step(_ row: (id: Int64, claim: Int64), _ part: HandoverPlan.Part) -> Step {
        last = row.id
        var successor: Int64?
        if let index = Int(exactly: row.claim), part.claims.indices.contains(index) {
            let key = part.resource.name + "/" + String(index)
            let number = dealt[key]?.integerValue ?? 0
            dealt[key] = .integer(number + 1)
            successor = part.claims[index].successor(of: number)
        }
        return Step(resource: part.resource, id: row.id, isRemoved: isInBin, successor: successor)
    }

    /// Records behind the last one, each with the first claim that it meets, or -1.
    private func rows(of part: HandoverPlan.Part) throws -> [(id: Int64, claim: Int64)] {
        guard let owner = part.resource.changeableOwner else { return [] }
        var sql = SQLFragment("SELECT t.id, ")
        sql.append(HandoverWalk.firstClaim(part.claims))
        sql.append(
            """
             FROM \(Dialect.quoted(part.resource.name)) AS t \
            WHERE t.\(Dialect.quoted(owner.name)) = ? AND t."removedAt" IS \(isInBin ? "NOT " : "")NULL AND t.id > ? \
            ORDER BY t.id LIMIT ?
            """,
            [.integer(plan.order.user), .integer(last), .integer(HandoverWalk.lookAhead)]
        )
        return try connection.rows(sql.sql, sql.values) { ($0.int(0), $0.int(1)) }
    }

    private static func firstClaim(_ claims: [HandoverPlan.Claim]) -> SQLFragment {
        guard !claims.isEmpty else { return SQLFragment("-1") }
        var sql = SQLFragment("CASE")
        for (index, claim) in claims.enumerated() {
            sql.append(" WHEN ")
            sql.append(claim.condition ?? SQLFragment("1 = 1"))
            sql.append(" THEN \(index)")
        }
        sql.append(" ELSE -1 END")
        return sql
    }
}
