import KoiJSON
import KoiSQLite

/// The gate before a stage: what a deal lacks to be in it.
///
/// - A deal that comes to a stage, or is made in it, has the fields that the stage requires; one that is in it keeps them.
/// - One that moves on leaves nothing behind: it has what the stages on the way require, the one that it leaves included, these
///   have handed on their deliverables and met their criteria, and somebody is responsible for what comes.
/// - The way begins in the open stage of the pipeline in which the deal was last, whatever came in between: who loses a deal, or
///   takes it through another pipeline, and comes back owes what was owed before. Where it was in none, it begins with the first.
/// - To lose, or to go back on that way, owes nothing but the fields.
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
        let fields = stage.requiredFields.filter { isEmpty($0, deal) }
        guard let before else { return fields.map { DealGate.requires($0, stage) } }
        guard deal["stage"] != before["stage"] else {
            return fields.filter { !isEmpty($0, before) }.map { DealGate.requires($0, stage) }
        }
        let own = fields.map { DealGate.requires($0, stage) }
        guard stage.kind != .lost else { return own }
        let start = try start(of: before, in: stage.pipeline)
        if let start, stage.kind == .open, stage.id == start.id || stage.precedes(start) { return own }
        let onTheWay = try PipelineStage.all(of: stage.pipeline, connection).filter { passed in
            passed.kind == .open && passed.precedes(stage) && !(start.map(passed.precedes) ?? false)
        }
        return try own + lacking(deal, onTheWay, besides: fields) + responsible(for: deal, in: stage)
            + leftBehind(deal, onTheWay)
    }

    /// Where the way of a deal begins in a pipeline; nil where nothing is open in it.
    private func start(of deal: Record, in pipeline: Int64) throws -> PipelineStage? {
        if let stage = try deal["stage"].integerValue.flatMap({ try PipelineStage.find($0, connection) }),
            stage.kind == .open, stage.pipeline == pipeline
        {
            return stage
        }
        return try PipelineStage.lastOpen(of: deal.id, in: pipeline, connection)
            ?? PipelineStage.first(of: pipeline, connection)
    }

    // MARK: Fields

    private func isEmpty(_ name: String, _ deal: Record) -> Bool {
        let value: JSONValue
        if name.hasPrefix(DealGate.custom) {
            // What the company has done away with cannot be asked for.
            guard transaction.catalog.customFields.current.field(name, of: Deal.resource) != nil else { return false }
            value = deal["custom"].objectValue?[String(name.dropFirst(DealGate.custom.count))] ?? .null
        } else {
            value = deal[name]
        }
        return value.isNull || value == []
    }

    private static let custom = "custom."

    /// What stages on the way require, each field once.
    private func lacking(_ deal: Record, _ onTheWay: [PipelineStage], besides fields: [String]) -> [Problem.Issue] {
        var known = Set(fields)
        return onTheWay.flatMap { stage in
            stage.requiredFields.filter { isEmpty($0, deal) && known.insert($0).inserted }
                .map { DealGate.requires($0, stage) }
        }
    }

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

    private func leftBehind(_ deal: Record, _ onTheWay: [PipelineStage]) throws -> [Problem.Issue] {
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
