import KoiHTTP
import KoiJSON
import KoiSQLite

/// Who gets a record by the rules: asked, done, and looked up.
package enum AssignmentRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        let assignable = resources.filter { Assignable.of($0) != nil }
        guard !assignable.isEmpty else { return [] }
        let single = assignable.flatMap { resource -> [Route] in
            let path = "/v1/\(resource.name)/{id}"
            let docs = AssignmentDocumentation(resource)
            return [
                .put(path + "/assignment") { try assign(resource, $0) }.documented(docs.assign),
                .get(path + "/assignments") { try list(resource, $0) }.documented(docs.list),
            ]
        }
        let all = [
            Route(.post, "/v1/assignments/preview", .read { try preview($0) })
                .documented(AssignmentDocumentation.preview),
            Route.get("/v1/assignment-rules/{id}/follow-up", followUp).documented(AssignmentDocumentation.followUp),
        ]
        return (single + all).map { $0.permitted(.records) }
    }

    // MARK: One record

    static let wish = BodyFields([
        .boolean("anew", "Anew", "重新分配").fallback(false)
            .noted("Whether a record that has an owner is given to somebody else.", "已有负责人的记录是否改派他人。")
    ])

    private static func assign(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        try RecordPermission(resource, transaction).check(.assign, record)
        try call.match(record.version)
        let isAnew = try wish.read(call.body.isNull ? [:] : call.object())["anew"] == true
        guard let service = AssignmentService(resource, transaction) else { throw Problem.notFound(resource.label) }
        let owner = resource.ownerField.flatMap { record[$0].integerValue }
        guard owner == nil || isAnew else {
            throw Problem.conflict(
                "has_owner",
                Text(
                    "The record has an owner. Send {\"anew\": true} to give it to somebody else by the rules.",
                    "该记录已有负责人。如需按规则改派他人，请发送 {\"anew\": true}。"
                )
            )
        }
        guard Assignable.of(resource)?.isOpen(record) == true else {
            throw Problem.conflict(
                "closed",
                Text("What is closed is given to nobody by the rules.", "已结束的记录不再按规则分配。")
            )
        }
        let decision = try service.assign(record, .asked, excluding: owner)
        return .json(Array(decision.json.text.utf8))
    }

    private static func list(_ resource: Resource, _ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        return .json(try AssignmentList(of: record, call).page(transaction))
    }

    // MARK: Without doing it

    private static func preview(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let question = try AssignmentQuestion(call.object(), transaction)
        return .json(Array(try question.answer().text.utf8))
    }

    private static func followUp(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let rule = try RecordService(AssignmentRule.resource, transaction).find(call.id())
        return .json(Array(try FollowUpPreview(of: rule, call.query, transaction).answer().text.utf8))
    }
}
