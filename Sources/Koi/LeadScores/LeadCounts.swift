import KoiJSON
import KoiSQLite

/// How many leads with each trait became customers, and how many were found to be none: the table `lead_counts`, kept up to
/// date with the leads.
struct LeadCounts {
    /// Under this name stand all leads that came to an end.
    private static let all = "*"
    private static let maximumValues: Int64 = 200

    struct Count: Equatable {
        var converted: Int64 = 0
        var unqualified: Int64 = 0

        var total: Int64 { converted + unqualified }

        fileprivate mutating func add(_ status: LeadStatus) {
            if status == .converted { converted += 1 } else { unqualified += 1 }
        }
    }

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Writing

    /// Follows a change of a lead.
    func follow(_ lead: Record, before: Record?) throws {
        let (old, new) = (before.flatMap(LeadCounts.entry), LeadCounts.entry(lead))
        guard old?.status != new?.status || old?.traits != new?.traits else { return }
        if let old { try add(-1, old) }
        if let new { try add(1, new) }
    }

    private struct Entry {
        let status: LeadStatus
        let traits: [LeadTrait: String]

        var rows: [(trait: String, value: String)] {
            [(LeadCounts.all, "")] + traits.map { ($0.key.rawValue, $0.value) }
        }
    }

    /// Nil for a lead that has not come to an end, or lies in the bin.
    private static func entry(_ lead: Record) -> Entry? {
        let status = LeadStatus(of: lead)
        guard !lead.isRemoved, status == .converted || status == .unqualified else { return nil }
        return Entry(status: status, traits: LeadTrait.values(of: lead))
    }

    private func add(_ number: Int64, _ entry: Entry) throws {
        let column = entry.status == .converted ? "converted" : "unqualified"
        for (trait, value) in entry.rows {
            try connection.run(
                """
                INSERT INTO lead_counts (trait, value, \(column)) VALUES (?, ?, ?)
                ON CONFLICT (trait, value) DO UPDATE SET \(column) = \(column) + excluded.\(column)
                """,
                [.text(trait), .text(value), .integer(number)]
            )
        }
    }

    // MARK: Checking

    /// - Returns: what does not agree with the leads, for people.
    static func faults(_ connection: Connection) throws -> [String] {
        var wanted: [String: Count] = [:]
        let store = RecordStore(Lead.resource, connection)
        try connection.query(
            """
            SELECT \(Lead.resource.encoder.selection) FROM leads AS t
            WHERE t."removedAt" IS NULL AND t.status IN ('converted', 'unqualified')
            """
        ) { row in
            guard let entry = try entry(store.record(from: row)) else { return }
            for (trait, value) in entry.rows { wanted[trait + " " + value, default: Count()].add(entry.status) }
        }
        var kept: [String: Count] = [:]
        try connection.query("SELECT trait, value, converted, unqualified FROM lead_counts") { row in
            let count = Count(converted: row.int(2), unqualified: row.int(3))
            if count != Count() { kept[row.text(0) + " " + row.text(1)] = count }
        }
        guard kept != wanted else { return [] }
        let wrong = Set(kept.keys).union(wanted.keys).filter { kept[$0] != wanted[$0] }.count
        return ["lead_counts does not agree with the leads: \(wrong) of its counts are otherwise"]
    }

    // MARK: Reading

    func all() throws -> Count { try count(LeadCounts.all, "") }

    func count(_ trait: LeadTrait, _ value: String) throws -> Count { try count(trait.rawValue, value) }

    private func count(_ trait: String, _ value: String) throws -> Count {
        try connection.first(
            "SELECT converted, unqualified FROM lead_counts WHERE trait = ? AND value = ?",
            [.text(trait), .text(value)]
        ) { Count(converted: max(0, $0.int(0)), unqualified: max(0, $0.int(1))) } ?? Count()
    }

    /// How many values of a trait there are; no more than tell a difference, since people write what they like.
    func values(of trait: LeadTrait) throws -> Int64 {
        try connection.first(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM lead_counts WHERE trait = ? AND (converted > 0 OR unqualified > 0) LIMIT ?
            ) AS v
            """,
            [.text(trait.rawValue), .integer(LeadCounts.maximumValues)]
        ) { $0.int(0) } ?? 0
    }
}
