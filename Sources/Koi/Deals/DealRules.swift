import KoiJSON
import KoiSQLite

/// What a deal must keep to beyond its field list: its place in a pipeline, what it is worth, and how it ended.
struct DealRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        issues += try complete(&record, before: before, &issues, in: transaction)
    }

    /// Completes and checks a deal, the gate of its stage aside.
    ///
    /// - Returns: what it lacks for its stage.
    func complete(
        _ record: inout Record,
        before: Record?,
        _ issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws -> [Problem.Issue] {
        if record["currency"].isNull {
            record["currency"] = .string(transaction.catalog.settings.current.currency)
        }
        try DealAmount(transaction).complete(&record, before: before, &issues)
        DealRules.checkContract(record, &issues)
        if record["customer"] != before?["customer"] { try noteExisting(&record, transaction) }
        guard let stage = try DealPlace(transaction).complete(&record, before: before, &issues) else { return [] }
        DealOutcome.complete(&record, before: before, in: stage, at: transaction.now, &issues)
        return try DealGate(transaction).missing(record, before: before, for: stage)
    }

    private static func checkContract(_ record: Record, _ issues: inout [Problem.Issue]) {
        guard let from = record["contractFrom"].stringValue, let to = record["contractTo"].stringValue, to < from
        else { return }
        let refusal = ValueRefusal("ends_before_start", "The end must not lie before the start.", "结束日期不能早于开始日期。")
        issues.append(refusal.issue(field: "contractTo"))
    }

    private func noteExisting(_ record: inout Record, _ transaction: Transaction) throws {
        guard let customer = record["customer"].integerValue else { return }
        let bought = try transaction.connection.first(
            """
            SELECT 1 FROM deals WHERE customer = ? AND state = 'won' AND id <> ? AND "removedAt" IS NULL AND "wonAt" <= ?
            LIMIT 1
            """,
            [.integer(customer), .integer(record.id), .integer(record.time("createdAt") ?? transaction.now)]
        ) { _ in true }
        record["existing"] = .bool(bought == true)
    }

    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try StageOutcomes(transaction.connection).follow(record, before: before) {
            try DealHistory(transaction).follow(record, before: before)
        }
        try LeadFunnel(transaction.connection).follow(deal: record, before: before)
    }

    /// What a customer does by its deals says how far it is.
    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        let facts = ["customer", "stage", "lines", "contractTo"]
        guard let before else { return try renew(record, event, transaction) }
        let isBack = before.isRemoved != record.isRemoved
        guard isBack || facts.contains(where: { record[$0] != before[$0] }) else { return }
        if record["customer"] != before["customer"] { try renew(before, event, transaction) }
        try renew(record, event, transaction)
    }

    private func renew(_ deal: Record, _ event: Int64, _ transaction: Transaction) throws {
        guard let customer = deal["customer"].integerValue else { return }
        try CustomerStages(transaction).renew(customer, because: event)
    }

    func related(to record: Record) -> [EventSubject] {
        [
            (Customer.resource.name, "customer"), (Contact.resource.name, "contact"), (Lead.resource.name, "lead"),
        ].compactMap { resource, field in
            record[field].integerValue.map { EventSubject(resource: resource, id: $0) }
        }
    }
}
