import KoiJSON
import KoiSQLite

/// What the company sells.
package enum Product {
    package static let resource = Resource(
        "products",
        singular: "product",
        Text("product", "产品"),
        plural: Text("products", "产品"),
        rules: ProductRules(),
        fields: [
            .text("code", "Code", "编码", max: 100).required().searched(as: .code).example("PUMP-80"),
            .text("name", "Name", "名称", max: 200).required().searched(as: .name)
                .sorted(by: "nameKey").example("离心泵 80"),
            Money.sum("price", "Price", "单价"),
            Money.currency(),
            .boolean("active", "Active", "在售").fallback(true)
                .noted("What is not is not sold any more.", "否表示已停售。"),
            .list("keywords", "Key words", "关键词", max: 50, of: TextRule(maximum: 100))
                .noted(
                    "Beside name and code: a need that has one of them in it is met by the product.",
                    "除名称和编码外：需求内容包含其中之一即视为符合此产品。"
                ).example(["轴承"]),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
        ]
    )
}

/// What a product must keep to beyond its field list: its code is its own.
struct ProductRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        Money.completeCurrency(of: &record, for: ["price"], in: transaction)
        guard record["code"] != before?["code"] || before?.isRemoved == true, let code = record["code"].stringValue
        else { return }
        let taken = try transaction.connection.first(
            "SELECT 1 FROM products WHERE code = ? AND id <> ? AND \"removedAt\" IS NULL",
            [.text(code), .integer(record.id)]
        ) { _ in true }
        guard taken != nil else { return }
        let refusal = ValueRefusal("taken", "Another product has this code.", "其他产品已使用此编码。")
        issues.append(refusal.issue(field: "code"))
    }

    /// What is sold anew may be what somebody needs.
    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        let told = ["code", "name", "keywords", "price", "currency", "active", "removedAt"]
        guard record["active"] == true, !record.isRemoved,
            before.map({ before in told.contains { record[$0] != before[$0] } }) ?? true
        else { return }
        try ProductMatching.compare(record, in: transaction)
    }
}
