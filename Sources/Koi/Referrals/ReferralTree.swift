import KoiJSON
import KoiSQLite

/// Whom a customer or contact referred, whom these referred, and so on, as far as the actor sees them.
///
/// Merges can make circles of referrals: each customer is told of once.
struct ReferralTree {
    static let depths: ClosedRange<Int64> = 1...10
    static let usualDepth: Int64 = 3
    /// Customers that one answer tells of.
    static let maximumCustomers = 500

    private struct Node {
        let id: Int64
        let referrer: Int64
        let name: JSONValue?
        let at: Int64
    }

    private let transaction: Transaction
    /// By whom they were referred; those whom the one asked about referred stand under 0.
    private var nodes: [Int64: [Node]] = [:]
    private var seen: Set<Int64> = []
    private(set) var count = 0
    /// Whether there are more than are told of.
    private(set) var isCut = false

    /// - Parameter root: of customers or contacts.
    init(of root: Record, depth: Int64, _ transaction: Transaction) throws {
        self.transaction = transaction
        let isCustomer = root.resource.name == Customer.resource.name
        if isCustomer { seen.insert(root.id) }
        var level = add(
            try customers(
                where: SQLFragment(
                    "t.\"\(isCustomer ? "referrerCustomer" : "referrerContact")\" = ?",
                    [.integer(root.id)]
                )
            ),
            under: { _ in 0 }
        )
        var left = depth - 1
        while left > 0, !level.isEmpty, !isCut {
            left -= 1
            let ids = level.map(SQLValue.integer)
            let next = try customers(where: SQLFragment("t.\"referrerCustomer\" IN (\(Dialect.marks(ids)))", ids))
            level = add(next, under: \.referrer)
        }
    }

    /// The customers that were referred, each with those whom it referred.
    var items: JSONValue { items(under: 0, depth: 0) }

    private func items(under referrer: Int64, depth: Int64) -> JSONValue {
        guard depth <= ReferralTree.depths.upperBound else { return [] }
        return .array(
            (nodes[referrer] ?? []).map { node in
                var members: JSONObject = ["customer": .integer(node.id)]
                if let name = node.name { members["name"] = name }
                members["at"] = .string(Timestamp.text(node.at))
                members["referred"] = items(under: node.id, depth: depth + 1)
                return .object(members)
            }
        )
    }

    /// - Returns: the ids of those that were not told of before.
    private mutating func add(_ found: [Node], under referrer: (Node) -> Int64) -> [Int64] {
        var added: [Int64] = []
        for node in found where seen.insert(node.id).inserted {
            guard count < ReferralTree.maximumCustomers else {
                isCut = true
                break
            }
            nodes[referrer(node), default: []].append(node)
            added.append(node.id)
            count += 1
        }
        return added
    }

    private func customers(where condition: SQLFragment) throws -> [Node] {
        var sql = SQLFragment(
            "SELECT t.id, t.\"referrerCustomer\", t.name, t.\"createdAt\" FROM customers AS t WHERE t.\"removedAt\" IS NULL AND "
        )
        sql.append(condition)
        if let visible = transaction.visibility(of: Customer.resource).condition {
            sql.append(" AND ")
            sql.append(visible)
        }
        sql.append(" ORDER BY t.id LIMIT ?", [.integer(Int64(ReferralTree.maximumCustomers + 1))])
        let names = ShownNames(Customer.resource, transaction)
        return try transaction.connection.rows(sql.sql, sql.values) { row in
            Node(
                id: row.int(0),
                referrer: row.intOrNil(1) ?? 0,
                name: names.shown(row.text(2), of: row.int(0)),
                at: row.int(3)
            )
        }
    }
}

/// The names of records as answers beside the records may have them.
struct ShownNames {
    private let resource: Resource
    private let transaction: Transaction
    private let held: FieldRestrictions
    private let watched: Set<String>

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        held = transaction.actor.access.restrictions(of: resource.name)
        watched = transaction.actor.access.watched(["name"], of: resource.name)
    }

    /// Nil where it is not told.
    func shown(_ name: String, of record: Int64) -> JSONValue? {
        if !watched.isEmpty { transaction.saw(watched, of: record, resource.name) }
        return resource.field("name").flatMap { held.shown(.string(name), of: $0) }
    }
}
