import KoiJSON
import KoiSQLite

/// A stage of a pipeline: who sees to it, how long it may take, what it hands on, and what a deal needs to be in it.
package enum Stage {
    package static let resource = Resource(
        "stages",
        singular: "stage",
        Text("stage", "阶段"),
        plural: Text("stages", "阶段"),
        isMirrored: false,
        rules: StageRules(),
        fields: [
            .reference("pipeline", "Pipeline", "销售流程", to: "pipelines").required().fixed(),
            .text("name", "Name", "名称", max: 100).required().example("Quote and negotiation"),
            .integer("position", "Position", "顺序", 0...10_000).fallback(0)
                .noted("Stages follow one another by it, then by their numbers.", "阶段按此值排列，相同时按编号。"),
            .choice("kind", "Kind", "类型", kinds).fallback("open").fixed(),
            .integer("probability", "Probability", "成功概率", 0...100).fallback(0)
                .noted(
                    "How many of 100 deals in this stage are won; 100 where it is won, 0 where it is lost.",
                    "处于此阶段的商机每 100 个预计成交的个数；赢单为 100，输单为 0。"
                ).example(60),
            .reference("responsible", "Responsible", "责任人", to: "users")
                .noted("Who sees to it; the owner of the deal where nobody is named.", "未指定时由商机负责人负责。"),
            .integer("days", "Days", "期限（天）", 1...3_650)
                .noted("A deal that is in it for longer is stuck.", "停留超过此天数的商机视为停滞。").example(14),
            .text("deliverable", "Deliverable", "交付物", max: 500)
                .noted(
                    "What has to be there before a deal moves on; null for nothing.",
                    "商机进入后续阶段前必须交付的内容；留空表示无。"
                ).example("报价单"),
            .list("requiredFields", "Required fields", "必填字段", max: 50, of: TextRule(maximum: 50))
                .noted(
                    "The fields of a deal that must have a value for it to be in this stage, such as amount, or custom.region for one of your own.",
                    "处于此阶段的商机必须填写的字段，例如 amount，自定义字段写作 custom.region。"
                ).example(["amount"]),
            .list("exitCriteria", "Exit criteria", "完成标准", max: 20, of: TextRule(maximum: 200)).unfiltered()
                .noted("What must be met before a deal moves on.", "商机进入后续阶段前必须满足的条件。")
                .example(["决策人已确认"]),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
        ]
    )

    private static let kinds = [
        Choice("open", "Open", "进行中"),
        Choice("won", "Won", "赢单"),
        Choice("lost", "Lost", "输单"),
    ]
}

/// What a stage must keep to beyond its field list.
struct StageRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        switch record["kind"] {
        case "won": record["probability"] = 100
        case "lost": record["probability"] = 0
        default: break
        }
        if before?.isRemoved == true { try checkPipeline(record, &issues, transaction) }
        guard record["requiredFields"] != before?["requiredFields"] else { return }
        let known = (before?["requiredFields"].arrayValue ?? []).compactMap(\.stringValue)
        for (index, name) in (record["requiredFields"].arrayValue ?? []).compactMap(\.stringValue).enumerated()
        where !known.contains(name) && !canRequire(name, record["kind"], transaction) {
            issues.append(StageRules.unknown.issue(field: "requiredFields[\(index)]"))
        }
    }

    private func canRequire(_ name: String, _ kind: JSONValue, _ transaction: Transaction) -> Bool {
        // Nothing but a lost deal has one.
        if name == "lostReason", kind != "lost" { return false }
        if let field = Deal.resource.declared.first(where: { $0.name == name }) {
            return !field.isReadOnly && field.kind.hasValues
        }
        return transaction.catalog.customFields.current.field(name, of: Deal.resource) != nil
    }

    /// A stage comes back to a pipeline that is there.
    private func checkPipeline(
        _ record: Record,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        let isThere = try transaction.connection.first(
            "SELECT 1 FROM pipelines WHERE id = ? AND \"removedAt\" IS NULL",
            [record["pipeline"].integerValue.map(SQLValue.integer) ?? .null]
        ) { _ in true }
        guard isThere == nil else { return }
        let refusal = ValueRefusal("removed", "Its pipeline lies in the bin.", "其销售流程在回收站中。")
        issues.append(refusal.issue(field: "pipeline"))
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        let deal = try transaction.connection.first(
            "SELECT 1 FROM deals WHERE stage = ? LIMIT 1",
            [.integer(record.id)]
        ) { _ in true }
        guard deal == nil else {
            throw Problem.conflict(
                "stage_in_use",
                Text(
                    "There are deals in this stage, be it in the bin. Move them first.",
                    "该阶段仍有商机（含回收站中的），请先移走。"
                )
            )
        }
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "There is no such field of deals that could be required.",
        "商机没有这个可设为必填的字段。"
    )
}

extension FieldKind {
    /// Whether it can be told by itself whether there is a value.
    fileprivate var hasValues: Bool {
        switch self {
        case .boolean, .custom, .object: false
        default: true
        }
    }
}
