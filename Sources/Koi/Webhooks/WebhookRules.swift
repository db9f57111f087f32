import KoiHTTP
package import KoiJSON
import KoiSQLite

/// A webhook leads out of Koi: it tells no more than who makes or changes it may see, and goes nowhere but where Koi may.
package struct WebhookRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if let before {
            try WebhookRules.refuseOtherName(before, transaction)
        } else if record["user"].isNull {
            record["user"] = transaction.actor.user.map(JSONValue.integer) ?? .null
            if record["user"].isNull { issues.append(ValueRefusal.required.issue(field: "user")) }
        }
        if before == nil, let key = transaction.actor.key { record["key"] = .integer(key) }
        checkURL(record, transaction, &issues)
        try checkSelection(record, transaction, &issues)
        guard issues.isEmpty else { return }
        if before == nil { try WebhookRules.refuseOtherName(record, transaction) }
    }

    private func checkURL(_ record: Record, _ transaction: Transaction, _ issues: inout [Problem.Issue]) {
        guard let text = record["url"].stringValue else { return }
        guard let url = OutgoingURL(text) else {
            return issues.append(WebhookRules.notURL.issue(field: "url"))
        }
        let policy = transaction.catalog.outgoing
        if let address = NumericAddress(url.host), !policy.permits(address, isSecure: url.isSecure) {
            let isPlain = AddressPolicy.isPublic(address)
            issues.append((isPlain ? WebhookRules.plain : WebhookRules.forbidden).issue(field: "url"))
        } else if !url.isSecure, policy.allowed.isEmpty {
            issues.append(WebhookRules.plain.issue(field: "url"))
        }
    }

    private func checkSelection(
        _ record: Record,
        _ transaction: Transaction,
        _ issues: inout [Problem.Issue]
    ) throws {
        let name = record["resource"].stringValue
        let resources = transaction.catalog.resources.all.filter(\.isMirrored)
        if let name, !resources.contains(where: { $0.name == name }) {
            return issues.append(WebhookRules.noResource.issue(field: "resource"))
        }
        let nouns = Set(resources.filter { name == nil || $0.name == name }.map(\.singular))
        for (index, type) in (record["types"].arrayValue ?? []).enumerated()
        where !ChangeTypes.has(type.stringValue ?? "", of: nouns) {
            issues.append(WebhookRules.noType.issue(field: "types[\(index)]"))
        }
        let hasFilter = record["filter"].objectValue?.isEmpty == false
        guard let name else {
            if hasFilter { issues.append(WebhookRules.needsResource.issue(field: "filter")) }
            if record["fields"].arrayValue?.isEmpty == false {
                issues.append(WebhookRules.needsResource.issue(field: "fields"))
            }
            return
        }
        guard issues.isEmpty, let check = FilterCheck(name, &issues, transaction) else { return }
        issues += try check.issues(of: record["filter"], and: SavedView.presentation(of: record), in: "filter")
    }

    /// What the webhook is told, against what the actor may see.
    static func refuseOtherName(_ record: Record, _ transaction: Transaction) throws {
        guard !transaction.actor.access.isFull, let user = record["user"].integerValue else { return }
        let key = record["key"].integerValue
        if user == transaction.actor.user, key == transaction.actor.key || !transaction.actor.access.isNarrowed {
            return
        }
        let access = try Webhook.actor(
            user: user,
            key: key,
            at: transaction.now,
            in: transaction.catalog,
            transaction.connection
        )?.access
        guard let access else {
            throw Problem.forbidden(
                "maker_ended",
                "The user or key of this webhook has ended, and nobody can say what it would be told. Ask an administrator.",
                "此 Webhook 的用户或密钥已失效，无法确定其获知的内容，请联系管理员。"
            )
        }
        let resources = transaction.catalog.resources.all
        guard let excess = access.excess(inNameOver: transaction.actor.access, of: resources) else { return }
        throw Problem.forbidden(
            "wider_than_own",
            "This webhook is told more than you may see (\(excess)). Ask its user or an administrator.",
            "此 Webhook 获知的内容超出您自己的权限（\(excess)），请联系其用户或管理员。"
        )
    }

    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        let store = WebhookStore(transaction.connection)
        if before == nil {
            try store.begin(record.id, after: EventLog.head(transaction.connection).sequence)
        }
        if record["active"] == true { try store.setPause(of: record.id, nil) }
        if let before, record["active"] == true, before["active"] != true || record["url"] != before["url"] {
            try store.hurry(record.id, at: transaction.now)
        }
        if record.isRemoved { try store.dropWaiting(of: record.id, now: transaction.now) }
        let bell = transaction.catalog.webhookBell
        transaction.whenCommitted { bell.ring() }
    }

    package func removing(_ record: Record, in transaction: Transaction) throws {
        try WebhookRules.refuseOtherName(record, transaction)
    }

    package func makeShownOnce(for record: Record, in transaction: Transaction) throws -> JSONObject {
        ["secret": .string(try WebhookSecrets(transaction).make(for: record.id))]
    }
}

extension WebhookRules {
    private static let notURL = ValueRefusal(
        "not_web",
        "Send an address such as https://erp.example.com/hooks, in ASCII, without user name and #.",
        "请填写网址，例如 https://erp.example.com/hooks，仅限 ASCII，不含用户名和 #。"
    )
    private static let plain = ValueRefusal(
        "insecure",
        "Send an https address: without encryption nothing is sent into the Internet.",
        "请使用 https 地址：不加密的内容不会发送到互联网。"
    )
    private static let forbidden = ValueRefusal(
        "forbidden_address",
        "This address lies in the own network or is none of the Internet. Whoever runs Koi can allow it with --webhook-allow.",
        "该地址位于内部网络或不是互联网地址。运行 Koi 的人员可用 --webhook-allow 允许访问。"
    )
    private static let noResource = ValueRefusal("not_found", "There is no such resource.", "没有这个对象。")
    private static let noType = ValueRefusal(
        "unknown_type",
        "Send types of events of the resource, such as customer.changed.",
        "请填写该对象的事件类型，例如 customer.changed。"
    )
    private static let needsResource = ValueRefusal("needs_resource", "Say of which resource.", "请同时指定对象。")
}
