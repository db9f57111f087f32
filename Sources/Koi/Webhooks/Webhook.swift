import KoiJSON
import KoiSQLite

/// A webhook: an address of another system that is told what happens.
package enum Webhook {
    package static let resource = Resource(
        "webhooks",
        singular: "webhook",
        Text("webhook", "Webhook"),
        plural: Text("webhooks", "Webhook"),
        owner: "user",
        isMirrored: false,
        shownOnce: [
            .text("secret", "Secret", "密钥", max: 100).required()
                .noted(
                    "What its messages are signed with, by Standard Webhooks. Shown this once.",
                    "按 Standard Webhooks 签名消息所用的密钥，仅显示这一次。"
                )
                .example("whsec_…")
        ],
        rules: WebhookRules(),
        fields: [
            .text("name", "Name", "名称", max: 200).required().example("ERP"),
            .text("url", "Address", "地址", max: OutgoingURL.maximumLength, .web).required().unsorted()
                .noted(
                    "Where messages go; https unless it is in the own network and whoever runs Koi allows it.",
                    "消息发送的地址；除运行者允许的内部网络外，必须为 https。"
                )
                .example("https://erp.example.com/hooks/koi"),
            .reference("user", "User", "用户", to: "users").fixed()
                .noted(
                    "In whose name it works: it is told what this user may see by then; its maker where none is given.",
                    "以谁的名义工作：仅告知该用户届时有权查看的内容，默认为创建者。"
                ),
            .reference("key", "Key", "密钥", to: "keys").readOnly()
                .noted(
                    "The key by which it was made: it is told no more than this one may see, and pauses where that ends.",
                    "创建时所用的密钥：告知的内容不超出其权限，密钥失效则暂停。"
                ),
            .text("resource", "Resource", "对象", max: 40).noted("Of which records; empty for all.", "哪类记录，留空表示全部。")
                .example("customers"),
            .list("types", "Types of events", "事件类型", max: 50, of: TextRule(maximum: 100)).unfiltered()
                .noted("Only events of these types; empty for all.", "仅限这些类型的事件，留空表示全部。")
                .example(["customer.created", "customer.changed"]),
            .list("fields", "Fields", "字段", max: 100, of: TextRule(maximum: 100)).unfiltered()
                .noted(
                    "Of changes only those of one of these fields; empty for all. Needs a resource.",
                    "仅限涉及这些字段的更改，留空表示全部；须指定对象。"
                )
                .example(["name"]),
            Field("filter", .object, Text("Filter", "筛选"))
                .fallback(.object([:])).unfiltered()
                .noted(
                    "Only records that a list with these filters has, or had when it happened or before. Needs a resource.",
                    "仅限现在符合，或事件发生时、发生前符合这些筛选条件的记录；须指定对象。"
                )
                .example(.object(["tier": "vip"])),
            .boolean("active", "Active", "启用").fallback(true)
                .noted("False pauses it; once it is true again, it goes on where it was.", "false 表示暂停，恢复后从暂停处继续。"),
            .choice(
                "pause",
                "Paused because",
                "暂停原因",
                [
                    Choice("gone", "The address said that it is gone (410)", "对方表示地址已失效（410）"),
                    Choice("failing", "The address failed for too long", "对方长时间失败"),
                    Choice("maker", "Its user or key has ended", "其用户或密钥已失效"),
                    Choice("filter", "Its filter cannot be used any more", "其筛选条件已无法使用"),
                ]
            ).readOnly(),
        ]
    )

    /// As the maker: Koi, with what the user and the key may see by now; nil where one of them has ended.
    static func actor(
        user: Int64,
        key: Int64?,
        at now: Int64,
        in catalog: Catalog,
        _ connection: Connection
    ) throws -> Actor? {
        if let key { return try APIKey.actor(of: key, user, at: now, in: catalog, connection) }
        return try Actor.user(user, kind: .system, in: catalog, connection)
    }
}
