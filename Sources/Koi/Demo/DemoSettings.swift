import KoiJSON

/// The custom fields and saved views of the demo company.
enum DemoSettings {
    static func addFields(_ fields: RecordService) throws {
        for body in customFields { _ = try fields.add(body) }
    }

    static func addViews(_ views: RecordService) throws {
        for body in savedViews { _ = try views.add(body) }
    }

    private static let customFields: [JSONObject] = [
        field("customers", "payment_days", "number", "Days to pay", "账期（天）"),
        [
            "resource": "customers", "key": "delivery", "kind": "choice", "labelEn": "Delivery",
            "labelZh": "配送方式",
            "choices": [
                ["code": "express", "en": "Express", "zh": "快递"],
                ["code": "truck", "en": "Own truck", "zh": "专车"],
                ["code": "pickup", "en": "Collected", "zh": "自提"],
            ],
        ],
        field("customers", "contract_until", "date", "Contract until", "合同到期日"),
        field("customers", "newsletter", "boolean", "Newsletter", "订阅简报"),
        [
            "resource": "contacts", "key": "influence", "kind": "choice", "labelEn": "Influence",
            "labelZh": "影响力",
            "choices": [
                ["code": "decides", "en": "Decides", "zh": "决策者"],
                ["code": "advises", "en": "Advises", "zh": "建议者"],
                ["code": "uses", "en": "Uses", "zh": "使用者"],
            ],
        ],
        field("contacts", "assistant", "text", "Assistant", "助理"),
    ]

    private static func field(
        _ resource: String,
        _ key: String,
        _ kind: String,
        _ en: String,
        _ zh: String
    ) -> JSONObject {
        [
            "resource": .string(resource), "key": .string(key), "kind": .string(kind),
            "labelEn": .string(en), "labelZh": .string(zh),
        ]
    }

    private static let savedViews: [JSONObject] = [
        view("重点客户", ["tier": "vip"], sort: "-updatedAt"),
        view("重庆潜力客户", ["tier": "potential", "region": "重庆"], sort: "name"),
        view(
            "Large companies abroad",
            ["size.gte": "500", "custom.delivery": "truck"],
            sort: "-size"
        ),
        view("无负责人 / No owner", ["owner.null": "true"], sort: "-createdAt"),
        view(
            "Contracts by end",
            ["custom.contract_until.null": "false"],
            sort: "custom.contract_until"
        ),
    ]

    private static func view(_ name: String, _ filter: JSONObject, sort: String) -> JSONObject {
        [
            "resource": "customers", "name": .string(name), "filter": .object(filter),
            "sort": .string(sort), "shared": true,
        ]
    }
}
