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
    }

    /// Nil for a lead that has not come to an end, or lies in the bin.
    private static func entry(_ lead: Record) -> Entry? {
        let status = LeadStatus(of: lead)
        guard !lead.isRemoved, status == .converted || status == .unqualified else { return nil }
        return Entry(status: status, traits: LeadTrait.values(of: lead))
    }

    private func add(_ number: Int64, _ entry: Entry) throws {
        let column = entry.status == .converted ? "converted" : "unqualified"
        let rows = [(LeadCounts.all, "")] + entry.traits.map { ($0.key.rawValue, $0.value) }
        for (trait, value) in rows {
            try connection.run(
                """
                INSERT INTO lead_counts (trait, value, \(column)) VALUES (?, ?, ?)
                ON CONFLICT (trait, value) DO UPDATE SET \(column) = \(column) + excluded.\(column)
                """,
                [.text(trait), .text(value), .integer(number)]
            )
        }
    }

    // MARK: Reading

    func all() throws -> Count { try count(LeadCounts.all, "") }

    func count(_ trait: LeadTrait, _ value: String) throws -> Count { try count(trait.rawValue, value) }

    private func count(_ trait: String, _ value: String) throws -> Count {
        try connection.first(
            "SELECT converted, unqualified FROM lead_counts WHERE trait = ? AND value = ?",
            [.text(trait), .text(value)]
        ) { Count(converted: $0.int(0), unqualified: $0.int(1)) } ?? Count()
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
