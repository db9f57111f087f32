import KoiHTTP
import KoiJSON

/// How the customer of a ticket is treated, from the result to the acceptance, and who helps with it.
enum ConductRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Ticket.resource.name }) else { return [] }
        let ticket = "/v1/tickets/{id}"
        let docs = ConductDocumentation()
        let routes: [Route] = [
            .put(ticket + "/result", tell).documented(docs.result),
            .put(ticket + "/acceptance", accept).documented(docs.acceptance),
            .put(ticket + "/apology", apologise).documented(docs.apology),
            .get(ticket + "/conduct", show).documented(docs.conduct),
            .put("/v1/ticket-assists/{id}/completion", complete).documented(docs.completion),
        ]
        return routes.map { $0.permitted(.records) }
    }

    /// The ticket, which the actor may change.
    static func ticket(_ call: Call) throws -> Record {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let ticket = try RecordService(Ticket.resource, transaction).find(call.id())
        try RecordPermission(Ticket.resource, transaction).check(.change, ticket)
        try call.match(ticket.version)
        return ticket
    }

    // MARK: Result

    static let result = BodyFields([
        .text("text", "Result", "处理结果", max: TicketMessages.longestText, .multiline).required()
            .noted("Sent to the customer.", "发送给客户。")
            .example("已为您更换密封圈并试机两小时，未再漏水。")
    ])

    private static func tell(_ call: Call) throws -> Answer {
        let ticket = try ticket(call)
        let transaction = try call.transaction()
        let text = try result.read(call.object())["text"]?.stringValue ?? ""
        return try RecordRoutes.changed(TicketResult(transaction).tell(text, to: ticket), in: transaction)
    }

    // MARK: Acceptance

    static let acceptance = BodyFields([
        .boolean("accepted", "Accepted", "客户认可").required()
            .noted("false moves the ticket to the status of the category rejected.", "false 会将工单移到“客户不认可”类的状态。"),
        .text("by", "By whom", "答复人", max: 200).noted("Who said so.", "作出答复的人。").example("李明"),
        .time("at", "When", "时间").noted("Now, where nothing is given.", "默认为现在。"),
        .text("comment", "Comment", "意见", max: 2_000, .multiline),
    ])

    private static func accept(_ call: Call) throws -> Answer {
        let ticket = try ticket(call)
        let transaction = try call.transaction()
        let body = try acceptance.read(call.object())
        let at = body["at"]?.stringValue.flatMap(Timestamp.read)
        if let at, at > transaction.now { throw Problem.invalid([inFuture.issue(field: "at")]) }
        let answer = TicketResult.Answer(
            accepted: body["accepted"]?.boolValue ?? false,
            by: body["by"]?.stringValue,
            at: at,
            comment: body["comment"]?.stringValue
        )
        return try RecordRoutes.changed(TicketResult(transaction).note(answer, of: ticket), in: transaction)
    }

    static let inFuture = ValueRefusal("in_future", "Send a time that has come.", "请填写已经过去的时间。")

    // MARK: Apology

    static let apology = BodyFields([
        .boolean("faultAdmitted", "Fault admitted", "承认我方过错").required(),
        .text("text", "Words", "致歉内容", max: TicketMessages.longestText, .multiline)
            .noted("Sent to the customer; null where it was said in person.", "发送给客户；当面致歉时可不填。"),
    ])

    private static func apologise(_ call: Call) throws -> Answer {
        let ticket = try ticket(call)
        let transaction = try call.transaction()
        let body = try apology.read(call.object())
        let noted = try TicketApology(transaction).note(
            faultAdmitted: body["faultAdmitted"]?.boolValue ?? false,
            body["text"]?.stringValue,
            on: ticket
        )
        return try RecordRoutes.changed(noted, in: transaction)
    }

    // MARK: All of it

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let ticket = try RecordService(Ticket.resource, transaction).find(call.id())
        return .json(Array(try TicketConductReport(ticket, transaction).document(call.language).text.utf8))
    }

    // MARK: Assists

    static let completion = BodyFields([
        .text("answer", "Answer", "答复", max: 10_000, .multiline).required()
            .noted("What came of it.", "协助的结果。").example("该批次密封圈硬度不足，建议全部更换。")
    ])

    private static func complete(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let id = try RecordService(TicketAssist.resource, transaction).find(call.id()).id
        let answer = try completion.read(call.object())["answer"]?.stringValue ?? ""
        let done = try TicketAssists(transaction).complete(id, answer: answer, match: call.match)
        return try RecordRoutes.changed(done, in: transaction)
    }
}
