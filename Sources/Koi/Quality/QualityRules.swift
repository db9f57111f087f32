import KoiJSON
import KoiSQLite

/// How good the records of a resource are, as SQL on table alias `t`: computed when it is asked, so that nothing of it can be
/// out of date, and for the fields that the actor may know of.
struct QualityRules {
    private static let day: Int64 = 86_400_000

    let resource: Resource
    let weights: [(field: Field, weight: Int64)]
    let faults: [QualityFault]
    private let transaction: Transaction
    private let held: FieldRestrictions
    private let staleBefore: Int64

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        let settings = transaction.catalog.settings.current
        let held = transaction.actor.access.restrictions(of: resource.name)
        self.held = held
        // Whether a hidden field is filled is hidden, too.
        weights = QualityWeights(resource, settings).all.filter { held.reading($0.field.name) != .hidden }
        staleBefore = transaction.now - settings.staleAfter * QualityRules.day
        faults = QualityFault.allCases
    }

    // MARK: How complete a record is

    /// From 0 to 100.
    var score: String {
        let total = weights.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return "100" }
        let sum = weights.map { "\($0.weight) * (\(isFilled($0.field)))" }.joined(separator: " + ")
        return "(100 * (\(sum)) / \(total))"
    }

    private func isFilled(_ field: Field) -> String {
        switch field.kind {
        case .links(let links):
            let holder = Dialect.quoted(links.holder)
            return "EXISTS (SELECT 1 FROM \(Dialect.quoted(links.table)) AS l WHERE l.\(holder) = t.id)"
        case .list, .facts: return "t.\(Dialect.quoted(field.name)) <> '[]'"
        default: return "t.\(Dialect.quoted(field.name)) IS NOT NULL"
        }
    }

    /// The fields that are empty, of those that count.
    func missing(_ record: Record) -> [(field: Field, weight: Int64)] {
        weights.filter { record[$0.field.name].isNull || record[$0.field.name] == [] }
    }

    func score(of record: Record) -> Int64 {
        let total = weights.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return 100 }
        let missing = missing(record).reduce(0) { $0 + $1.weight }
        return 100 * (total - missing) / total
    }

    // MARK: What is to be mended

    /// Whether a record has a fault; nil where none of the resource can have it, or the actor may not know.
    func condition(_ fault: QualityFault) -> SQLFragment? {
        switch fault {
        case .incomplete:
            let empty = weights.map { "NOT (\(isFilled($0.field)))" }
            return empty.isEmpty ? nil : SQLFragment("(" + empty.joined(separator: " OR ") + ")")
        case .stale: return SQLFragment("t.\"updatedAt\" < ?", [.integer(staleBefore)])
        case .noOwner: return owner.map { SQLFragment("t.\($0) IS NULL") }
        case .inactiveOwner:
            return owner.map {
                SQLFragment("EXISTS (SELECT 1 FROM users AS u WHERE u.id = t.\($0) AND u.active = 0)")
            }
        case .noContact: return noContact
        case .phoneWithoutCountry:
            let parts = phones.map { name in
                let column = "t.\(Dialect.quoted(name))"
                return "(\(column) IS NOT NULL AND \(column) NOT LIKE '+%' AND \(column) NOT LIKE '00%')"
            }
            return parts.isEmpty ? nil : SQLFragment("(" + parts.joined(separator: " OR ") + ")")
        case .bounced: return bounced
        }
    }

    private var owner: String? {
        guard let name = resource.ownerField, held.reading(name) == .clear else { return nil }
        return Dialect.quoted(name)
    }

    private var phones: [String] {
        resource.declared.filter { $0.search == .phone && held.reading($0.name) == .clear }.map(\.name)
    }

    /// Where links of another resource say who speaks for a record; a person speaks for himself.
    private var noContact: SQLFragment? {
        let tables = transaction.catalog.resources.all.flatMap { other in
            other.declared.compactMap { field -> String? in
                guard case .links(let links) = field.kind, other.describesPeople,
                    links.names(of: resource.name).contains(links.target)
                else { return nil }
                let (table, target) = (Dialect.quoted(links.table), Dialect.quoted(links.target))
                return """
                    NOT EXISTS (SELECT 1 FROM \(table) AS l JOIN \(Dialect.quoted(other.name)) AS h \
                    ON h.id = l.\(Dialect.quoted(links.holder)) AND h."removedAt" IS NULL WHERE l.\(target) = t.id)
                    """
            }
        }
        guard !tables.isEmpty else { return nil }
        let isCompany = resource.field("kind") == nil ? "" : "t.kind <> 'person' AND "
        return SQLFragment("(" + isCompany + tables.joined(separator: " AND ") + ")")
    }

    /// By the digests of the addresses to which something was sent; of the address that it has by now, see `hasBounced`.
    private var bounced: SQLFragment? {
        guard email != nil else { return nil }
        return SQLFragment(
            """
            EXISTS (SELECT 1 FROM message_recipients AS r JOIN suppressions AS s ON s.digest = r.digest \
            AND s.channel = 'mail' AND s.reason = 'undeliverable' WHERE r.resource = ? AND r.record = t.id)
            """,
            [.text(resource.name)]
        )
    }

    private var email: Field? {
        resource.declared.first { $0.search == .email && held.reading($0.name) == .clear }
    }

    /// Whether the address that a record has by now is one that does not exist.
    private func hasBounced(_ record: Record) throws -> Bool {
        guard let address = email.flatMap({ record[$0.name].stringValue }) else { return false }
        let digest = MessageChannel.mail.digest(of: address)
        return try Suppressions(transaction).reasons(digest, on: .mail).contains(.undeliverable)
    }

    /// All faults of one living record.
    func faults(of record: Record) throws -> [QualityFault] {
        var parts = SQLFragment("SELECT ")
        let asked = QualityFault.allCases.compactMap { fault in condition(fault).map { (fault, $0) } }
        for (index, part) in asked.enumerated() {
            if index > 0 { parts.append(", ") }
            parts.append(part.1)
        }
        parts.append(" FROM \(Dialect.quoted(resource.name)) AS t WHERE t.id = ?", [.integer(record.id)])
        let flags = try transaction.connection.first(parts.sql, parts.values) { row in
            asked.indices.map { !row.isNull($0) && row.bool($0) }
        }
        return try asked.indices.filter { flags?[$0] ?? false }.map { asked[$0].0 }.filter { fault in
            fault != .bounced
        } + (hasBounced(record) ? [.bounced] : [])
    }
}
