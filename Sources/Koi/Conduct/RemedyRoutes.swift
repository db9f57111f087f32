import KoiHTTP
import KoiJSON

/// How a remedy goes on: decided, offered, agreed to, delivered.
enum RemedyRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == TicketRemedy.resource.name }) else { return [] }
        let path = "/v1/ticket-remedies/{id}"
        let docs = ConductDocumentation()
        let routes: [Route] = [
            .put(path + "/approval", decide).documented(docs.approval),
            .put(path + "/offer", offer).documented(docs.offer),
            .put(path + "/consent", consent).documented(docs.consent),
            .put(path + "/delivery", deliver).documented(docs.delivery),
        ]
        return routes.map { $0.permitted(.records) } + ConsentPageRoutes.routes
    }

    /// The remedy, which the actor may change.
    private static func remedy(_ call: Call) throws -> Record {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let remedy = try RecordService(TicketRemedy.resource, transaction).find(call.id())
        try RecordPermission(TicketRemedy.resource, transaction).check(.change, remedy)
        try call.match(remedy.version)
        return remedy
    }

    static let approval = BodyFields([
        .boolean("approved", "Approved", "批准").required(),
        .text("reason", "Reason", "理由", max: 500).noted("Required where it is not approved.", "不批准时必填。"),
    ])

    private static func decide(_ call: Call) throws -> Answer {
        let remedy = try remedy(call)
        let transaction = try call.transaction()
        let body = try approval.read(call.object())
        let isApproved = body["approved"]?.boolValue ?? false
        let reason = body["reason"]?.stringValue
        guard isApproved || reason != nil else {
            throw Problem.invalid([ValueRefusal.required.issue(field: "reason")])
        }
        let decided = try RemedyDecisions(transaction).decide(remedy, approved: isApproved, reason: reason)
        return try RecordRoutes.changed(decided, in: transaction)
    }

    static let offering = BodyFields([
        .text("text", "Text", "内容", max: TicketMessages.longestText, .multiline)
            .noted(
                "What the customer is told, in words of your own; a link to agree goes with it where Koi has a public address.",
                "发送给客户的内容；设置了公开网址时附上确认链接。"
            )
    ])

    private static func offer(_ call: Call) throws -> Answer {
        let remedy = try remedy(call)
        let transaction = try call.transaction()
        let text = try offering.read(call.object())["text"]?.stringValue
        return try RecordRoutes.changed(RemedyDecisions(transaction).offer(remedy, text), in: transaction)
    }

    static let consenting = BodyFields([
        .boolean("consented", "Agreed", "同意").required(),
        .text("by", "By whom", "答复人", max: 200).required().noted("Who said so.", "作出答复的人。").example("李明"),
        .time("at", "When", "时间").noted("Now, where nothing is given.", "默认为现在。"),
    ])

    private static func consent(_ call: Call) throws -> Answer {
        let remedy = try remedy(call)
        let transaction = try call.transaction()
        let body = try consenting.read(call.object())
        let at = body["at"]?.stringValue.flatMap(Timestamp.read)
        if let at, at > transaction.now { throw Problem.invalid([ConductRoutes.inFuture.issue(field: "at")]) }
        let answered = try RemedyDecisions(transaction).answer(
            remedy,
            consents: body["consented"]?.boolValue ?? false,
            by: body["by"]?.stringValue,
            at: at
        )
        return try RecordRoutes.changed(answered, in: transaction)
    }

    static let delivering = BodyFields([
        .integer("cost", "Cost", "成本", Money.range)
            .noted("What it cost the company; the amount where nothing is given.", "公司实际支出，默认为金额。")
    ])

    private static func deliver(_ call: Call) throws -> Answer {
        let remedy = try remedy(call)
        let transaction = try call.transaction()
        let cost = try delivering.read(call.object())["cost"]?.integerValue
        return try RecordRoutes.changed(RemedyDecisions(transaction).deliver(remedy, cost: cost), in: transaction)
    }
}
