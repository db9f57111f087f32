import KoiJSON

/// What customers who complain need beside a remedy: to be heard, to know who sees to it, to be told the truth (F89).
struct SincerityCheck: Sendable {
    let code: String
    let text: Text
    /// Whether it is done, by the ticket and its remedies as the reader sees them.
    let isDone: @Sendable (_ ticket: JSONObject, _ remedies: [JSONObject]) -> Bool

    func json(of ticket: JSONObject, _ remedies: [JSONObject], _ language: Language) -> JSONValue {
        ["code": .string(code), "text": .string(text(language)), "done": .bool(isDone(ticket, remedies))]
    }

    static let all = [
        SincerityCheck(
            "heard",
            "Listen first: note what the customer expected and what remedy is sought.",
            "先倾听：记下客户原本的期望和希望得到的补救。"
        ) { ticket, _ in has(ticket, "expectation") && has(ticket, "remedySought") },
        SincerityCheck("answered", "Answer at once, if only to say that it is seen to.", "立即回应，哪怕只是告知正在处理。") {
            ticket,
            _ in
            has(ticket, "firstResponseAt")
        },
        SincerityCheck("responsible", "Say who is responsible, and stay so to the end.", "告知由谁负责，并负责到底。") { ticket, _ in
            has(ticket, "owner") && ticket["handovers"]?.integerValue == 0
        },
        SincerityCheck(
            "apologised",
            "Apologise in person, before any compensation; admit what was our fault.",
            "先真诚道歉，再谈补偿；属于我方过错的要承认。"
        ) { ticket, _ in has(ticket, "apologisedAt") },
        SincerityCheck(
            "explained",
            "Explain what happened without excuses, or why it takes longer.",
            "如实说明原因，不推诿；需要更久时说明理由。"
        ) {
            ticket,
            _ in
            has(ticket, "explainedAt") || has(ticket, "resultToldAt")
        },
        SincerityCheck("agreed", "Compensate only with the customer's consent.", "补偿须征得客户同意。") { _, remedies in
            remedies.allSatisfy {
                ["consented", "delivered", "declined", "refused"].contains($0["state"]?.stringValue)
            }
        },
        SincerityCheck("told", "Tell the result yourself, without being asked.", "主动告知处理结果。") { ticket, _ in
            has(ticket, "resultToldAt")
        },
        SincerityCheck("asked", "Ask whether the customer is content with it.", "询问客户是否满意。") { ticket, _ in
            has(ticket, "acceptedAt")
        },
    ]

    private init(
        _ code: String,
        _ en: String,
        _ zh: String,
        isDone: @escaping @Sendable (JSONObject, [JSONObject]) -> Bool
    ) {
        self.code = code
        text = Text(en, zh)
        self.isDone = isDone
    }

    private static func has(_ ticket: JSONObject, _ name: String) -> Bool { ticket[name]?.isNull == false }
}
