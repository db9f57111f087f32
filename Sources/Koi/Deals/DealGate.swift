import KoiJSON
import KoiSQLite

/// The gate before a stage: what a deal lacks to be in it.
///
/// - A deal that comes to a stage, or is made in it, has the fields that the stage requires; one that is in it keeps them.
/// - One that moves on leaves nothing behind: the stages on the way, the one that it leaves included, have handed on their
///   deliverables and met their criteria, and somebody is responsible for what comes. Who loses or goes back needs neither.
struct DealGate {
    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// What a deal lacks for the stage that it has, an issue for each.
    ///
    /// - Parameter before: as it is stored; nil for one that is made.
    func missing(_ deal: Record, before: Record?, for stage: PipelineStage) throws -> [Problem.Issue] {
        let fields = stage.requiredFields.filter { DealGate.isEmpty($0, deal) }
        guard let before else { return fields.map { DealGate.requires($0, stage) } }
        guard deal["stage"] != before["stage"] else {
            return fields.filter { !DealGate.isEmpty($0, before) }.map { DealGate.requires($0, stage) }
        }
        let left = try before["stage"].integerValue.flatMap { try PipelineStage.find($0, connection) }
        if let left, left.pipeline == stage.pipeline, stage.precedes(left) { return [] }
        var issues = fields.map { DealGate.requires($0, stage) }
        guard stage.kind != .lost else { return issues }
        issues += try responsible(for: deal, in: stage)
        guard let left, left.pipeline == stage.pipeline else { return issues }
        return try issues + leftBehind(deal, from: left, to: stage)
    }

    // MARK: Fields

    private static func isEmpty(_ name: String, _ deal: Record) -> Bool {
        let value: JSONValue
        if name.hasPrefix(custom) {
            value = deal["custom"].objectValue?[String(name.dropFirst(custom.count))] ?? .null
        } else {
            value = deal[name]
        }
        return value.isNull || value == []
    }

    private static let custom = "custom."

    private static func requires(_ name: String, _ stage: PipelineStage) -> Problem.Issue {
        ValueRefusal(
            "required_in_stage",
            "A deal in the stage \"\(stage.name)\" must have this.",
            "处于“\(stage.name)”阶段的商机必须填写此项。"
        ).issue(field: name)
    }

    // MARK: People

    private func responsible(for deal: Record, in stage: PipelineStage) throws -> [Problem.Issue] {
        let person = stage.responsible ?? deal["owner"].integerValue
        let isThere = try connection.first(
            "SELECT 1 FROM users WHERE id = ? AND active = 1",
            [SQLValue(person)]
        ) { _ in true }
        guard isThere == nil else { return [] }
        return [
            ValueRefusal(
                "no_one_responsible",
                "Nobody who works here is responsible in the stage \"\(stage.name)\": give the deal an owner, or the stage somebody.",
                "“\(stage.name)”阶段没有在职的责任人：请为商机指定负责人，或为该阶段指定责任人。"
            ).issue(field: "owner")
        ]
    }

    // MARK: What earlier stages owe

    private func leftBehind(
        _ deal: Record,
        from left: PipelineStage,
        to stage: PipelineStage
    ) throws -> [Problem.Issue] {
        let onTheWay = try PipelineStage.all(of: stage.pipeline, connection).filter {
            $0.kind == .open && !$0.precedes(left) && $0.precedes(stage)
        }
        let given = try DealDeliverables(transaction).given(by: deal.id)
        return onTheWay.flatMap { DealGate.owed(by: $0, given[$0.id]) }
    }

    private static func owed(by stage: PipelineStage, _ given: DealDeliverables.Given?) -> [Problem.Issue] {
        var issues: [Problem.Issue] = []
        let place = "deliverables.\(stage.id)"
        if let deliverable = stage.deliverable, given?.note == nil {
            issues.append(
                ValueRefusal(
                    "not_delivered",
                    "The stage \"\(stage.name)\" has not handed on: \(deliverable).",
                    "“\(stage.name)”阶段尚未交付：\(deliverable)。"
                ).issue(field: place)
            )
        }
        for criterion in stage.exitCriteria where given?.criteria.contains(criterion) != true {
            issues.append(
                ValueRefusal(
                    "criterion_not_met",
                    "Not met in the stage \"\(stage.name)\": \(criterion).",
                    "“\(stage.name)”阶段尚未满足：\(criterion)。"
                ).issue(field: place)
            )
        }
        return issues
    }
}
