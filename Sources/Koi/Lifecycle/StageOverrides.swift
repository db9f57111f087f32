import KoiJSON
import KoiSQLite

/// Stages in which somebody wants customers to be, whatever the facts say, until that is taken back or over.
struct StageOverrides {
    /// A row of `stage_overrides`.
    struct Override {
        let stage: String
        /// Nil once the customer was erased.
        let reason: String?
        let at: Int64
        let until: Int64?
        let by: Int64?

        var json: JSONValue {
            [
                "stage": .string(stage), "reason": reason.map(JSONValue.string) ?? .null,
                "at": .string(Timestamp.text(at)),
                "until": until.map { .string(Timestamp.text($0)) } ?? .null,
                "by": by.map(JSONValue.integer) ?? .null,
            ]
        }
    }

    /// What somebody wants.
    struct Order {
        let stage: String
        let reason: String
        let until: Int64?
        let isForced: Bool
    }

    static let area = Area.overrides

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Those in force.
    func current(of customer: Int64) throws -> [CustomerAxis: Override] {
        let rows = try connection.rows(
            """
            SELECT axis, stage, reason, at, "until", "by" FROM stage_overrides
            WHERE customer = ? AND ("until" IS NULL OR "until" > ?)
            """,
            [.integer(customer), .integer(transaction.now)]
        ) { row in
            let override = Override(
                stage: row.text(1),
                reason: row.textOrNil(2),
                at: row.int(3),
                until: row.intOrNil(4),
                by: row.intOrNil(5)
            )
            return (CustomerAxis(rawValue: row.text(0)), override)
        }
        return Dictionary(
            rows.compactMap { axis, override in axis.map { ($0, override) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Keeps a customer in a stage.
    ///
    /// - Throws: `Problem.invalid` naming the criteria that are not met, unless it is forced, for which 403 may say that the
    ///   right is not there.
    func set(_ customer: Record, on axis: CustomerAxis, _ order: Order) throws {
        try RecordPermission(Customer.resource, transaction).check(.change, customer)
        var issues: [Problem.Issue] = []
        if let until = order.until, until <= transaction.now {
            issues.append(StageOverrides.over.issue(field: "until"))
        }
        let facts = try CustomerFacts(customer, in: transaction)
        let unmet = transaction.catalog.settings.current.stageCriteria.unmet(order.stage, facts)
        if !unmet.isEmpty, order.isForced {
            try transaction.actor.require(.change, on: StageOverrides.area.rawValue)
        } else {
            issues += unmet.map { $0.issue(facts, to: transaction.actor.access) }
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        try connection.run(
            """
            INSERT INTO stage_overrides (customer, axis, stage, reason, at, "until", "by") VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (customer, axis) DO UPDATE SET stage = excluded.stage, reason = excluded.reason,
                at = excluded.at, "until" = excluded."until", "by" = excluded."by"
            """,
            [
                .integer(customer.id), .text(axis.rawValue), .text(order.stage), .text(order.reason),
                .integer(transaction.now), SQLValue(order.until), SQLValue(transaction.actor.user),
            ]
        )
        let until = order.until.map { JSONValue.string(Timestamp.text($0)) } ?? .null
        let after: JSONObject = [axis.field: .string(order.stage), "until": until]
        let event = try log("stageSet", customer, after, order.reason)
        try CustomerStages(transaction).renew(customer.id, because: event, reason: order.reason)
    }

    /// Lets the facts decide again.
    ///
    /// - Throws: `Problem.notFound` where they do.
    func end(_ customer: Record, on axis: CustomerAxis) throws {
        try RecordPermission(Customer.resource, transaction).check(.change, customer)
        guard try current(of: customer.id)[axis] != nil else {
            throw Problem.notFound(Text("stage set by hand", "手工设定的阶段"))
        }
        try connection.run(
            "DELETE FROM stage_overrides WHERE customer = ? AND axis = ?",
            [.integer(customer.id), .text(axis.rawValue)]
        )
        let event = try log("stageFreed", customer, [axis.field: .null], nil)
        try CustomerStages(transaction).renew(customer.id, because: event)
    }

    private func log(_ verb: String, _ customer: Record, _ after: JSONObject, _ reason: String?) throws -> Int64 {
        var payload: JSONObject = ["after": .object(after)]
        if let reason { payload["reason"] = .string(reason) }
        return try transaction.events.append(
            Event(
                type: Customer.resource.singular + "." + verb,
                subject: EventSubject(resource: Customer.resource.name, id: customer.id),
                payload: payload
            ),
            in: transaction
        )
    }

    private static let over = ValueRefusal("in_past", "Send a time to come.", "请填写将来的时间。")
}
