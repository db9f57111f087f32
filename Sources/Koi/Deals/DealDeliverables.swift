import KoiJSON
import KoiSQLite

/// What the stages of a deal hand on: their deliverables, and which of their exit criteria are met.
struct DealDeliverables {
    /// A row of `deal_deliverables`.
    struct Given {
        /// What was given, or where it lies; nil where only criteria are met so far.
        let note: String?
        let criteria: [String]
        let at: Int64
        let by: Int64?
    }

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// By stage.
    func given(by deal: Int64) throws -> [Int64: Given] {
        let rows = try connection.rows(
            "SELECT stage, note, criteria, at, \"by\" FROM deal_deliverables WHERE deal = ?",
            [.integer(deal)]
        ) { row in
            let criteria = (try? JSONReader.read(Array(row.text(2).utf8)))?.arrayValue ?? []
            let given = Given(
                note: row.textOrNil(1),
                criteria: criteria.compactMap(\.stringValue),
                at: row.int(3),
                by: row.intOrNil(4)
            )
            return (row.int(0), given)
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// What each stage of its pipeline asks for and has, in their order.
    func list(of deal: Record) throws -> JSONValue {
        let given = try given(by: deal.id)
        let stages = try PipelineStage.all(of: deal["pipeline"].integerValue ?? 0, connection)
        let items = stages.filter { $0.asksForSomething || given[$0.id] != nil }.map { item($0, given[$0.id]) }
        return ["items": .array(items), "next": .null]
    }

    private func item(_ stage: PipelineStage, _ given: Given?) -> JSONValue {
        [
            "stage": .integer(stage.id), "name": .string(stage.name),
            "deliverable": stage.deliverable.map(JSONValue.string) ?? .null,
            "note": given?.note.map(JSONValue.string) ?? .null,
            "criteria": .array(
                stage.exitCriteria.map { text in
                    ["text": .string(text), "met": .bool(given?.criteria.contains(text) == true)]
                }
            ),
            "at": given.map { .string(Timestamp.text($0.at)) } ?? .null,
            "by": given?.by.map(JSONValue.integer) ?? .null,
        ]
    }

    /// Notes what a stage hands on, in the place of what was noted before.
    ///
    /// - Throws: `Problem.notFound` for a stage of another pipeline; `Problem.invalid` for criteria that it does not have.
    func give(_ note: String?, _ criteria: [String], by stage: Int64, of deal: Record) throws {
        let stage = try find(stage, of: deal)
        var issues: [Problem.Issue] = []
        for (index, text) in criteria.enumerated() where !stage.exitCriteria.contains(text) {
            issues.append(DealDeliverables.unknown.issue(field: "criteria[\(index)]"))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        try connection.run(
            """
            INSERT INTO deal_deliverables (deal, stage, note, criteria, at, "by") VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (deal, stage) DO UPDATE SET
                note = excluded.note, criteria = excluded.criteria, at = excluded.at, "by" = excluded."by"
            """,
            [
                .integer(deal.id), .integer(stage.id), SQLValue(note),
                .text(JSONValue.array(criteria.map(JSONValue.string)).text), .integer(transaction.now),
                SQLValue(transaction.actor.user),
            ]
        )
        try log("delivered", stage, deal, ["note": note.map(JSONValue.string) ?? .null])
    }

    /// Takes back what a stage handed on.
    ///
    /// - Throws: `Problem.notFound` where it has handed on nothing.
    func takeBack(by stage: Int64, of deal: Record) throws {
        let stage = try find(stage, of: deal)
        guard try given(by: deal.id)[stage.id] != nil else { throw Problem.notFound(DealDeliverables.label) }
        try connection.run(
            "DELETE FROM deal_deliverables WHERE deal = ? AND stage = ?",
            [.integer(deal.id), .integer(stage.id)]
        )
        try log("undelivered", stage, deal)
    }

    /// A living stage of the deal's pipeline.
    func find(_ stage: Int64, of deal: Record) throws -> PipelineStage {
        let stages = try PipelineStage.all(of: deal["pipeline"].integerValue ?? 0, connection)
        guard let found = stages.first(where: { $0.id == stage }) else {
            throw Problem.notFound(Stage.resource.label)
        }
        return found
    }

    private func log(_ verb: String, _ stage: PipelineStage, _ deal: Record, _ details: JSONObject = [:]) throws {
        var after: JSONObject = ["stage": .integer(stage.id)]
        for member in details.members { after[member.name] = member.value }
        try transaction.events.append(
            Event(
                type: Deal.resource.singular + "." + verb,
                subject: EventSubject(resource: Deal.resource.name, id: deal.id),
                payload: ["after": .object(after)],
                related: Deal.resource.rules.related(to: deal)
            ),
            in: transaction
        )
    }

    private static let label = Text("deliverable", "交付物")
    private static let unknown = ValueRefusal(
        "unknown_criterion",
        "The stage has no such exit criterion.",
        "该阶段没有这项完成标准。"
    )
}

extension PipelineStage {
    fileprivate var asksForSomething: Bool { deliverable != nil || !exitCriteria.isEmpty }
}
