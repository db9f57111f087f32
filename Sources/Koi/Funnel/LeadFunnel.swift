import KoiJSON
import KoiSQLite

/// The tables `lead_funnel` and `lead_deals`: kept up to date with leads and deals.
struct LeadFunnel {
    private static let day: Int64 = 86_400_000

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Leads

    /// Follows a change of a lead.
    func follow(_ lead: Record, before: Record?) throws {
        var (old, new) = (before.flatMap(Entry.init), Entry(lead))
        guard old != new else { return }
        // A lead that was just made has no deal.
        if before != nil {
            let deals = try deals(of: lead.id)
            old?.facts.set(deals)
            new?.facts.set(deals)
        }
        try replace(old, new)
    }

    private struct Entry: Equatable {
        var facts: FunnelFacts
        let values: [String]

        init(_ facts: FunnelFacts, _ values: [String]) {
            self.facts = facts
            self.values = values
        }

        /// Nil for a lead in the bin, which does not count.
        init?(_ lead: Record) {
            guard !lead.isRemoved, let received = lead.time("receivedAt") else { return nil }
            facts = FunnelFacts(
                receivedAt: received,
                status: LeadStatus(of: lead),
                firstResponseAt: lead.time("firstResponseAt"),
                convertedAt: lead.time("convertedAt")
            )
            values = FunnelTrait.allCases.map { $0.value(of: lead) }
        }
    }

    private struct Key: Hashable {
        let trait: FunnelTrait
        let day: Int64
        let value: String
    }

    private func replace(_ old: Entry?, _ new: Entry?) throws {
        var changes: [Key: FunnelFigures] = [:]
        for (entry, number) in [(old, Int64(-1)), (new, 1)] {
            guard let entry else { continue }
            let day = entry.facts.receivedAt.flooredQuotient(LeadFunnel.day)
            for (trait, value) in zip(FunnelTrait.allCases, entry.values) {
                changes[Key(trait: trait, day: day, value: value), default: FunnelFigures()].add(entry.facts, number)
            }
        }
        for (key, figures) in changes where figures != FunnelFigures() { try add(figures, key) }
    }

    private static let upsert: String = {
        let columns = FunnelFigures.columns
        return """
            INSERT INTO lead_funnel (trait, day, value, \(columns.joined(separator: ", ")))
            VALUES (?, ?, ?, \(columns.map { _ in "?" }.joined(separator: ", ")))
            ON CONFLICT (trait, day, value) DO UPDATE SET
                \(columns.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "))
            """
    }()

    private func add(_ figures: FunnelFigures, _ key: Key) throws {
        let values: [SQLValue] = [.text(key.trait.rawValue), .integer(key.day), .text(key.value)]
        try connection.run(LeadFunnel.upsert, values + figures.values.map(SQLValue.integer))
    }

    // MARK: Deals

    /// When the first deal came of a lead, and when one was won first.
    struct Deals: Equatable {
        var firstDealAt: Int64?
        var firstWonAt: Int64?
    }

    /// Follows a change of a deal.
    func follow(deal: Record, before: Record?) throws {
        let told = ["lead", "wonAt", "createdAt", "removedAt"]
        guard told.contains(where: { deal[$0] != before?[$0] }) else { return }
        let leads = Set([deal, before].compactMap { $0?["lead"].integerValue })
        for lead in leads.sorted() { try renew(lead) }
    }

    private func renew(_ lead: Int64) throws {
        let (before, after) = (try deals(of: lead), try recount(lead))
        guard before != after else { return }
        try keep(after, of: lead)
        guard let record = try RecordStore(Lead.resource, connection).find(lead, .all), var old = Entry(record) else {
            return
        }
        var new = old
        old.facts.set(before)
        new.facts.set(after)
        try replace(old, new)
    }

    private func deals(of lead: Int64) throws -> Deals {
        try connection.first("SELECT \"firstDealAt\", \"firstWonAt\" FROM lead_deals WHERE lead = ?", [.integer(lead)])
        {
            Deals(firstDealAt: $0.int(0), firstWonAt: $0.intOrNil(1))
        } ?? Deals()
    }

    private func recount(_ lead: Int64) throws -> Deals {
        try connection.first(
            "SELECT min(\"createdAt\"), min(\"wonAt\") FROM deals WHERE lead = ? AND \"removedAt\" IS NULL",
            [.integer(lead)]
        ) { Deals(firstDealAt: $0.intOrNil(0), firstWonAt: $0.intOrNil(1)) } ?? Deals()
    }

    private func keep(_ deals: Deals, of lead: Int64) throws {
        guard let first = deals.firstDealAt else {
            try connection.run("DELETE FROM lead_deals WHERE lead = ?", [.integer(lead)])
            return
        }
        try connection.run(
            """
            INSERT INTO lead_deals (lead, "firstDealAt", "firstWonAt") VALUES (?, ?, ?)
            ON CONFLICT (lead) DO UPDATE SET
                "firstDealAt" = excluded."firstDealAt", "firstWonAt" = excluded."firstWonAt"
            """,
            [.integer(lead), .integer(first), .nullable(deals.firstWonAt)]
        )
    }
}

extension FunnelFacts {
    fileprivate mutating func set(_ deals: LeadFunnel.Deals) {
        firstDealAt = deals.firstDealAt
        firstWonAt = deals.firstWonAt
    }
}
