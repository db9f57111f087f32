import KoiJSON

/// What is asked for when a user's records are handed over: who gets which, and why.
struct HandoverOrder {
    /// One successor, and the records that go there: all, those of one resource, or those that a list filter leaves.
    struct Rule {
        let successor: Int64
        let resource: String?
        let filter: [Parameter]
        /// Of the records that several rules claim alike, how many this one gets for each one of the others.
        let share: Int64
        /// Where it stands in the body.
        let place: String
    }

    static let maximumRules = 50

    let user: Int64
    let rules: [Rule]
    /// Nil for all.
    let resources: [String]?
    let reason: String?

    /// The members of the body, for `openapi.yaml` too.
    static let body = BodyFields([
        Field(
            "successors",
            .facts(
                maximum: maximumRules,
                fields: [
                    .reference("user", "Successor", "接收人", to: "users").required(),
                    .text("resource", "Resource", "对象", max: 40),
                    Field("filter", .object, Text("Filter", "筛选条件")),
                    .integer("share", "Share", "份数", 1...1_000).fallback(.integer(1)),
                ]
            ),
            Text("Rules", "规则")
        ).required()
            .noted(
                "The first that fits a record decides; what several claim alike is dealt out by share. A filter holds list parameters and names its resource.",
                "按顺序取第一条符合的规则；同等条件的多条规则按份数轮流分配。filter 为列表筛选参数，须指明 resource。"
            )
            .example([["user": 3, "resource": "customers", "filter": ["region": "重庆"]], ["user": 4, "share": 2]]),
        .list("resources", "Resources", "对象", max: 100, of: TextRule(maximum: 40))
            .noted("All where none are named.", "留空表示全部。"),
        .text("reason", "Reason", "原因", max: 500),
        .boolean("preview", "Preview", "预览").fallback(false)
            .noted("Says what would be done, and does nothing.", "仅说明结果，不执行。"),
    ])

    /// - Parameter body: as `HandoverOrder.body` has read it.
    init(of user: Int64, _ body: JSONObject) {
        self.user = user
        rules = (body["successors"]?.arrayValue ?? []).enumerated().map { index, value in
            let rule = value.objectValue ?? [:]
            return Rule(
                successor: rule["user"]?.integerValue ?? 0,
                resource: rule["resource"]?.stringValue,
                filter: (rule["filter"]?.objectValue ?? [:]).members.map {
                    ($0.name, $0.value.stringValue ?? $0.value.text)
                },
                share: rule["share"]?.integerValue ?? 1,
                place: "successors[\(index)]"
            )
        }
        let named = (body["resources"]?.arrayValue ?? []).compactMap(\.stringValue)
        resources = named.isEmpty ? nil : named
        reason = body["reason"]?.stringValue
    }
}

extension HandoverOrder.Rule {
    /// Rules of one resource with the same key claim the same records.
    var key: String {
        filter.map { $0.name + "\u{0}" + $0.value }.sorted().joined(separator: "\u{1}")
    }

    /// Without the values of the filter.
    var summary: JSONValue {
        [
            "user": .integer(successor), "resource": resource.map(JSONValue.string) ?? .null,
            "filter": .array(filter.map { .string($0.name) }), "share": .integer(share),
        ]
    }
}
