import KoiHTTP
import KoiJSON
import KoiSQLite

/// A way out beside mail: somebody's HTTP interface for SMS, WeChat or fax, described by templates.
package enum Gateway {
    package static let resource = Resource(
        "gateways",
        singular: "gateway",
        Text("gateway", "网关"),
        plural: Text("gateways", "网关"),
        takesExternalIDs: false,
        isMirrored: false,
        rules: GatewayRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("SMS"),
            .choice("channel", "Channel", "渠道", MessageChannel.gateways).required().fixed().example("sms"),
            .boolean("active", "Active", "启用").fallback(true),
            .choice(
                "method",
                "Method",
                "方法",
                [Choice("POST", "POST", "POST"), Choice("PUT", "PUT", "PUT"), Choice("GET", "GET", "GET")]
            ).fallback("POST"),
            .text("url", "URL", "网址", max: 1_500).required().unsorted()
                .noted(
                    "May have placeholders behind the host: {to}, {text}, {subject}, {id}, {parameter.NAME} and {secret.NAME}. Where scheme, host or port change, all secrets are forgotten.",
                    "主机之后可用占位符 {to}、{text}、{subject}、{id}、{parameter.名称} 和 {secret.名称}。协议、主机或端口变化时，所有机密会被清除。"
                )
                .example("https://sms.example.com/send"),
            .choice(
                "format",
                "Format",
                "格式",
                [
                    Choice("json", "JSON", "JSON"), Choice("form", "Form", "表单"), Choice("none", "No body", "无正文"),
                ]
            ).fallback("json"),
            .facts(
                "headers",
                "Headers",
                "请求头",
                max: 20,
                of: [
                    .text("name", "Name", "名称", max: 100).required().example("Authorization"),
                    .text("value", "Value", "值", max: 1_000).required().example("Bearer {secret.token}"),
                ]
            ).unfiltered(),
            Field("body", .object, Text("Body", "正文")).fallback(.object([:])).unfiltered()
                .noted(
                    "With placeholders in its texts; escaped for where they stand. Of a form the members are its fields.",
                    "文本中可用占位符，并按所在位置转义。表单的每个成员为一个字段。"
                )
                .example(["phone": "{to}", "content": "{text}"]),
            .text("successPath", "Path of success", "成功标志路径", max: 200).unfiltered()
                .noted(
                    "Where in the JSON of the answer it says whether it was taken: result.code, data[0].status. Without one each status from 200 to 299 is a success.",
                    "应答 JSON 中表示是否成功的位置，例如 result.code、data[0].status；未填写时 200 至 299 均为成功。"
                )
                .example("code"),
            .text("successValue", "Value of success", "成功标志值", max: 200).unfiltered()
                .noted("What stands there then.", "成功时的值。").example("0"),
            .text("receiptPath", "Path of the number", "消息编号路径", max: 200).unfiltered()
                .noted("Where the answer has the gateway's own number of the message.", "应答中网关消息编号的位置。")
                .example("data.id"),
            .integer("perMinute", "A minute", "每分钟", 1...60_000).noted("At most so many a minute.", "每分钟最多发送的数量。"),
            .integer("perDay", "A day", "每天", 1...10_000_000)
                .noted("At most so many a day; the rest waits for the next.", "每天最多发送的数量，其余顺延到次日。"),
            .list("secrets", "Secrets", "机密", max: 20, of: TextRule(maximum: 50, format: .key)).readOnly().unfiltered()
                .noted(
                    "Their names; they themselves are entered by PUT /v1/gateways/{id}/secrets and never shown.",
                    "机密的名称；其内容通过 PUT /v1/gateways/{id}/secrets 填写，从不显示。"
                ),
        ]
    )

    /// Where a secret is kept.
    static func place(_ secret: String, of id: Int64) -> String {
        "gateways/\(id)/\(secret)"
    }
}

/// What a gateway must keep to beyond its field list.
struct GatewayRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        let order = GatewayTemplate(record)
        issues += order.issues
        if let before, GatewayTemplate(before).origin != order.origin { record["secrets"] = [] }
    }

    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        guard let before else { return }
        if GatewayTemplate(before).origin != GatewayTemplate(record).origin { try forget(before, transaction) }
        try transaction.outbox.hurry(.gateway(record.id))
    }

    /// A secret goes nowhere else than where it was given for.
    private func forget(_ before: Record, _ transaction: Transaction) throws {
        for secret in (before["secrets"].arrayValue ?? []).compactMap(\.stringValue) {
            try SecretStore(transaction).remove(at: Gateway.place(secret, of: before.id))
        }
        try transaction.connection.run("UPDATE gateways SET secrets = '[]' WHERE id = ?", [.integer(before.id)])
    }
}

/// `/v1/gateways/{id}/secrets`.
enum GatewayRoutes {
    static let routes: [Route] = [
        .put("/v1/gateways/{id}/secrets", put).permitted(.records).documented(documentation)
    ]

    private static func put(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let gateway = try RecordService(Gateway.resource, transaction).find(call.id())
        try RecordPermission(Gateway.resource, transaction).check(.change, gateway)
        try call.match(gateway.version)
        try GatewaySecrets(transaction).change(call.object(), of: gateway)
        return .noContent
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "putSecretsOfGateway",
            tag: "gateways",
            "Enters secrets of a gateway, or with null removes them; others stay. They are sealed and never shown."
        )
        docs.parameters = [Schema.idParameter]
        docs.request = ["type": "object", "additionalProperties": ["type": ["string", "null"], "maxLength": 2_000]]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()
}

/// Seals what a gateway is to be shown.
struct GatewaySecrets {
    private static let maximum = 20

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `Problem.invalid`
    func change(_ body: JSONObject, of gateway: Record) throws {
        var names = (gateway["secrets"].arrayValue ?? []).compactMap(\.stringValue)
        var issues: [Problem.Issue] = []
        for member in body.members where issues.count < Problem.maximumIssues {
            if let refusal = GatewaySecrets.refusal(member) { issues.append(refusal.issue(field: member.name)) }
            if member.value.isNull {
                names.removeAll { $0 == member.name }
            } else if !names.contains(member.name) {
                names.append(member.name)
            }
        }
        if names.count > GatewaySecrets.maximum {
            let refusal = ValueRefusal("too_many", "At most 20 secrets.", "机密最多 20 个。")
            issues.append(refusal.issue(field: "secrets"))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        let store = SecretStore(transaction)
        for member in body.members {
            let place = Gateway.place(member.name, of: gateway.id)
            if let text = member.value.stringValue {
                try store.put(Array(text.utf8), at: place)
            } else {
                try store.remove(at: place)
            }
        }
        try transaction.connection.run(
            "UPDATE gateways SET secrets = ? WHERE id = ?",
            [.text(JSONValue.array(names.map(JSONValue.string)).text), .integer(gateway.id)]
        )
        try transaction.events.append(
            Event(
                type: "gateway.secretsChanged",
                subject: EventSubject(resource: Gateway.resource.name, id: gateway.id),
                payload: ["after": ["secrets": .array(body.members.map { .string($0.name) })]]
            ),
            in: transaction
        )
        try transaction.outbox.hurry(.gateway(gateway.id))
    }

    private static func refusal(_ member: JSONObject.Member) -> ValueRefusal? {
        guard TextRule.isKey(member.name), member.name.utf8.count <= 50 else {
            return ValueRefusal(
                "not_key",
                "Name it with small letters, digits and _, beginning with a letter.",
                "名称只用小写字母、数字和下划线，并以字母开头。"
            )
        }
        guard !member.value.isNull else { return nil }
        guard let text = member.value.stringValue, (1...2_000).contains(text.utf8.count),
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else {
            return ValueRefusal(
                "not_text",
                "Send a text of at most 2000 bytes, without control characters.",
                "请填写不超过 2000 字节且不含控制字符的文本。"
            )
        }
        return nil
    }
}
