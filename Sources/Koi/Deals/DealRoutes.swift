import KoiHTTP
import KoiJSON

/// How a deal moves on: its gates, its stages, what these handed on and what went wrong in them.
enum DealRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Deal.resource.name }) else { return [] }
        let path = "/v1/deals/{id}"
        let docs = DealDocumentation()
        let routes: [Route] = [
            .get(path + "/gate", gate).documented(docs.gate),
            .put(path + "/stage", move).documented(docs.move),
            .get(path + "/stages", stages).documented(docs.stages),
            .get(path + "/deliverables", deliverables).documented(docs.deliverables),
            .put(path + "/deliverables/{stage}", give).documented(docs.give),
            .delete(path + "/deliverables/{stage}", takeBack).documented(docs.takeBack),
            .get(path + "/problems", problems).documented(docs.problems),
            .post(path + "/problems", noteProblem).documented(docs.noteProblem),
        ]
        return routes.map { $0.permitted(.records) }
    }

    private static func deal(_ call: Call, toChange: Bool = false) throws -> Record {
        let transaction = try call.transaction()
        let deal = try RecordService(Deal.resource, transaction).find(call.id())
        if toChange { try RecordPermission(Deal.resource, transaction).check(.change, deal) }
        return deal
    }

    private static func json(_ value: JSONValue) -> Answer { .json(Array(value.text.utf8)) }

    // MARK: Stages

    private static func gate(_ call: Call) throws -> Answer {
        let deal = try deal(call)
        let transaction = try call.transaction()
        let (stage, missing) = try DealMove(transaction).gate(of: deal, to: stageParameter(call))
        let issues = missing.map { issue -> JSONValue in
            [
                "field": .string(issue.field), "code": .string(issue.code),
                "message": .string(issue.message(call.language)),
            ]
        }
        return json([
            "stage": .integer(stage.id), "name": .string(stage.name), "open": .bool(missing.isEmpty),
            "missing": .array(issues),
            "mayForce": .bool(call.actor.access.allows(.change, on: DealMove.area.rawValue)),
        ])
    }

    private static func stageParameter(_ call: Call) throws -> Int64? {
        var stage: Int64?
        for (name, value) in call.query {
            guard name == "stage", stage == nil else {
                throw Problem.badParameter(name, Text("This path takes stage, once.", "此路径只接受一个 stage 参数。"))
            }
            guard let number = Digits.integer(value), number > 0 else {
                throw Problem.badParameter(name, Text("Give the number of a stage.", "请填写阶段编号。"))
            }
            stage = number
        }
        return stage
    }

    static let order = BodyFields([
        .reference("stage", "Stage", "阶段", to: Stage.resource.name).required(),
        .reference("pipeline", "Pipeline", "销售流程", to: Pipeline.resource.name)
            .noted("Where the stage is of another one.", "阶段属于其他流程时填写。"),
        .choice("lostReason", "Reason of the loss", "输单原因", LossReason.choices)
            .noted("Where it is a stage for lost deals.", "移到输单阶段时填写。"),
        .text("reason", "Reason", "原因", max: 500)
            .noted("Why it is moved; must be there where it is forced.", "移动原因；强制移动时必填。"),
        .boolean("force", "Force", "强制").fallback(false)
            .noted(
                "Whether it is moved although something is missing, for which the right overrides.change is needed.",
                "是否在条件不满足时仍然移动，需要 overrides.change 权限。"
            ),
    ])

    private static func move(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let deal = try deal(call)
        let transaction = try call.transaction()
        let body = try order.read(call.object(), in: transaction)
        let patch = body.members.filter { member in
            ["stage", "pipeline", "lostReason"].contains(member.name) && !member.value.isNull
        }
        let moved = try DealMove(transaction).move(
            deal,
            DealMove.Order(
                patch: JSONObject(patch),
                reason: body["reason"]?.stringValue,
                isForced: body["force"] == true
            ),
            match: call.match
        )
        return try RecordRoutes.changed(moved, in: transaction)
    }

    private static func stages(_ call: Call) throws -> Answer {
        let deal = try deal(call)
        let query = try PageQuery(call.query, of: "deals/\(deal.id)/stages")
        return json(try DealHistory(call.transaction()).page(of: deal.id, query))
    }

    // MARK: Deliverables

    static let delivery = BodyFields([
        .text("note", "Deliverable", "交付物", max: 2_000, .multiline)
            .noted("What was given, or where it lies.", "交付的内容或存放位置。").example("报价单 Q-118，见共享盘"),
        .list("criteria", "Met criteria", "已满足的标准", max: 20, of: TextRule(maximum: 200))
            .noted("Those exit criteria of the stage that are met.", "该阶段已满足的完成标准。"),
    ])

    private static func deliverables(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return json(try DealDeliverables(call.transaction()).list(of: deal(call)))
    }

    private static func give(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let deal = try deal(call, toChange: true)
        let stage = try call.id("stage")
        let body = try delivery.read(call.object())
        let store = DealDeliverables(try call.transaction())
        let criteria = (body["criteria"]?.arrayValue ?? []).compactMap(\.stringValue)
        try store.give(body["note"]?.stringValue, criteria, by: stage, of: deal)
        return json(try store.list(of: deal))
    }

    private static func takeBack(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let deal = try deal(call, toChange: true)
        try DealDeliverables(call.transaction()).takeBack(by: call.id("stage"), of: deal)
        return .noContent
    }

    // MARK: Problems

    static let note = BodyFields([
        .text("text", "Problem", "问题", max: 2_000, .multiline).required().example("客户预算被推迟到下季度"),
        .reference("stage", "Stage", "阶段", to: Stage.resource.name)
            .noted("That of the deal where none is given.", "默认为商机当前的阶段。"),
    ])

    private static func problems(_ call: Call) throws -> Answer {
        let deal = try deal(call)
        let query = try PageQuery(call.query, of: "deals/\(deal.id)/problems")
        return json(try DealProblems(call.transaction()).page(of: deal.id, query))
    }

    private static func noteProblem(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let deal = try deal(call, toChange: true)
        let transaction = try call.transaction()
        let body = try note.read(call.object(), in: transaction)
        let made = try DealProblems(transaction).add(
            body["text"]?.stringValue ?? "",
            in: body["stage"]?.integerValue,
            of: deal
        )
        return .created(Array(made.text.utf8), at: "/v1/deals/\(deal.id)/problems")
    }
}
