import KoiJSON
import KoiSQLite

/// Keeps what follows from the facts of a customer: its stages, and what it bought.
struct CustomerStages {
    private let transaction: Transaction
    private var criteria: StageCriteria { transaction.catalog.settings.current.stageCriteria }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Brings a customer to the stages that it should be in; one that is not there, or lies in the bin, stays as it is.
    ///
    /// - Parameters:
    ///   - event: the number of the one that caused it; nil where that is the time, or a change of the criteria.
    ///   - reason: where somebody wants it so.
    func renew(_ id: Int64, because event: Int64?, reason: String? = nil) throws {
        guard let before = try RecordStore(Customer.resource, transaction.connection).find(id, .all) else { return }
        let facts = try CustomerFacts(before, in: transaction)
        let overrides = try StageOverrides(transaction).current(of: id)
        var record = before
        record["purchases"] = .integer(facts.purchases)
        record["lastPurchaseAt"] = facts.lastPurchaseAt.map { .string(Timestamp.text($0)) } ?? .null
        var moves: [StageHistory.Move] = []
        for axis in CustomerAxis.allCases {
            let override = overrides[axis]
            let stage = override?.stage ?? criteria.stage(on: axis, facts)
            guard record[axis.field] != .string(stage) else { continue }
            moves.append(
                StageHistory.Move(
                    axis: axis,
                    previous: before[axis.field].stringValue ?? axis.first,
                    since: before.time(axis.since) ?? before.time("createdAt") ?? transaction.now,
                    stage: stage,
                    event: event,
                    reason: override?.reason ?? reason,
                    isForced: override != nil,
                    evidence: evidence(for: stage, facts)
                )
            )
            record[axis.field] = .string(stage)
            record[axis.since] = .string(Timestamp.text(transaction.now))
        }
        _ = try RecordService(Customer.resource, transaction).save(record, before: before, reason: reason)
        for move in moves { try StageHistory(transaction).add(move, of: id) }
    }

    private func evidence(for stage: String, _ facts: CustomerFacts) -> JSONObject {
        var evidence: JSONObject = [:]
        for criterion in criteria.of(stage) {
            evidence[criterion.fact.rawValue] = facts[criterion.fact].map(JSONValue.integer) ?? .null
        }
        return evidence
    }

    /// Where a customer is on an axis, where it would be by the facts, and what each stage asks for.
    func document(of customer: Record, on axis: CustomerAxis) throws -> JSONValue {
        let facts = try CustomerFacts(customer, in: transaction)
        let override = try StageOverrides(transaction).current(of: customer.id)[axis]
        let stages = axis.stages.map { stage -> JSONValue in
            let criteria = criteria.of(stage.code)
            return [
                "stage": .string(stage.code), "met": .bool(criteria.allSatisfy { $0.isMet(by: facts) }),
                "criteria": .array(criteria.map { $0.json(facts, to: transaction.actor.access) }),
            ]
        }
        return [
            "stage": customer[axis.field],
            "since": customer[axis.since].isNull ? customer["createdAt"] : customer[axis.since],
            "derived": .string(criteria.stage(on: axis, facts)),
            "override": override?.json ?? .null,
            "stages": .array(stages),
        ]
    }
}
