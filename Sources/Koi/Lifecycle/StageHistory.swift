import KoiJSON
import KoiSQLite

/// Which stages customers were in, from when to when, and what brought them there.
struct StageHistory {
    /// A row of `customer_stages`.
    struct Move {
        let axis: CustomerAxis
        let previous: String
        /// When that one began.
        let since: Int64
        let stage: String
        let event: Int64?
        let reason: String?
        let isForced: Bool
        let evidence: JSONObject
    }

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func add(_ move: Move, of customer: Int64) throws {
        try connection.run(
            """
            INSERT INTO customer_stages
                (customer, axis, at, previous, since, stage, event, "by", reason, forced, evidence)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(customer), .text(move.axis.rawValue), .integer(transaction.now), .text(move.previous),
                .integer(move.since),
                .text(move.stage), SQLValue(move.event), SQLValue(transaction.actor.user), SQLValue(move.reason),
                .integer(move.isForced ? 1 : 0), .text(JSONValue.object(move.evidence).text),
            ]
        )
    }

    /// A page, the first stage first.
    func page(of customer: Record, on axis: CustomerAxis, _ query: PageQuery) throws -> JSONValue {
        var items: [(id: Int64, json: JSONValue)] = []
        let start = try query.position()?.id
        if start == nil { items.append((0, try first(of: customer, on: axis))) }
        items += try moves(of: customer.id, on: axis, after: start ?? 0, limit: query.limit + 1 - items.count)
        let page = items.prefix(query.limit)
        let next = items.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        return ["items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null]
    }

    /// The stage since the customer was made: the previous one of the first move, or the one that it still has.
    private func first(of customer: Record, on axis: CustomerAxis) throws -> JSONValue {
        let move = try connection.first(
            "SELECT previous, at FROM customer_stages WHERE customer = ? AND axis = ? ORDER BY id LIMIT 1",
            [.integer(customer.id), .text(axis.rawValue)]
        ) { (previous: $0.text(0), at: $0.int(1)) }
        let made = customer["createdAt"].stringValue.flatMap(Timestamp.read) ?? transaction.now
        return item(
            stage: move.map { .string($0.previous) } ?? customer[axis.field],
            from: made,
            to: move?.at,
            cause: [:]
        )
    }

    private func moves(
        of customer: Int64,
        on axis: CustomerAxis,
        after id: Int64,
        limit: Int
    ) throws -> [(id: Int64, json: JSONValue)] {
        try connection.rows(
            """
            SELECT s.id, s.stage, s.at,
                (SELECT n.at FROM customer_stages AS n
                    WHERE n.customer = s.customer AND n.axis = s.axis AND n.id > s.id ORDER BY n.id LIMIT 1),
                s.event, e.type, s."by", s.reason, s.forced, s.evidence, e.resource
            FROM customer_stages AS s LEFT JOIN events AS e ON e.sequence = s.event
            WHERE s.customer = ? AND s.axis = ? AND s.id > ? ORDER BY s.id LIMIT ?
            """,
            [.integer(customer), .text(axis.rawValue), .integer(id), .integer(Int64(limit))]
        ) { row in
            let access = transaction.actor.access
            let isTold = row.textOrNil(10).map { access.allows(.read, on: $0) } ?? true
            let json = item(
                stage: .string(row.text(1)),
                from: row.int(2),
                to: row.intOrNil(3),
                cause: [
                    "event": isTold ? row.intOrNil(4).map(JSONValue.integer) ?? .null : .null,
                    "type": isTold ? row.textOrNil(5).map(JSONValue.string) ?? .null : .null,
                    "by": row.intOrNil(6).map(JSONValue.integer) ?? .null,
                    "reason": row.textOrNil(7).map(JSONValue.string) ?? .null,
                    "forced": .bool(row.bool(8)),
                    "evidence": evidence(row.text(9), to: access),
                ]
            )
            return (row.int(0), json)
        }
    }

    /// The facts of that time, without the values that are held back.
    private func evidence(_ stored: String, to access: Access) -> JSONValue {
        let facts = (try? JSONReader.read(Array(stored.utf8)))?.objectValue ?? [:]
        return .object(
            JSONObject(
                facts.members.map { member in
                    let isTold = CustomerFact(rawValue: member.name)?.isTold(to: access) ?? false
                    return JSONObject.Member(name: member.name, value: isTold ? member.value : .null)
                }
            )
        )
    }

    private func item(stage: JSONValue, from: Int64, to: Int64?, cause: JSONObject) -> JSONValue {
        [
            "stage": stage,
            "from": .string(Timestamp.text(from)),
            "to": to.map { .string(Timestamp.text($0)) } ?? .null,
            "seconds": .integer(max(0, (to ?? transaction.now) - from) / 1_000),
            "event": cause["event"] ?? .null,
            "type": cause["type"] ?? .null,
            "by": cause["by"] ?? .null,
            "reason": cause["reason"] ?? .null,
            "forced": cause["forced"] ?? false,
            "evidence": cause["evidence"] ?? [:],
        ]
    }
}
