import KoiJSON
package import KoiSQLite

/// The definition of a custom field: `/v1/fields` is where a company makes fields of its own.
package enum CustomFieldDefinition {
    /// The resources that take custom fields.
    static let holders = [
        Choice("customers", "Customers", "客户"),
        Choice("contacts", "Contacts", "联系人"),
        Choice("leads", "Leads", "线索"),
        Choice("deals", "Deals", "商机"),
        Choice("tickets", "Tickets", "工单"),
    ]

    /// The most custom fields that one resource can have.
    static let maximumPerResource = 200

    package static let resource = Resource(
        "fields",
        singular: "field",
        Text("custom field", "自定义字段"),
        plural: Text("custom fields", "自定义字段"),
        isMirrored: false,
        rules: CustomFieldRules(),
        fields: [
            .choice("resource", "Resource", "对象", holders).required().fixed()
                .example("customers"),
            .text("key", "Key", "键", max: 40, .key).required().fixed().example("colour")
                .noted("The name within custom, in filters and sorts.", "在 custom、筛选和排序中使用的名称。"),
            .choice("kind", "Kind", "类型", kinds).required().fixed().example("text"),
            .text("labelEn", "English label", "英文名称", max: 100).required().example("Colour"),
            .text("labelZh", "Chinese label", "中文名称", max: 100).required().example("颜色"),
            .facts(
                "choices",
                "Choices",
                "选项",
                max: 200,
                of: [
                    .text("code", "Code", "代码", max: 100).required(),
                    .text("en", "English label", "英文名称", max: 100),
                    .text("zh", "Chinese label", "中文名称", max: 100),
                ]
            ).unfiltered().noted("For kind choice only.", "仅用于选项类型。"),
            .boolean("required", "Required", "必填").fallback(false),
        ]
    )

    private static let kinds = [
        Choice("text", "Text", "文本"),
        Choice("number", "Number", "数字"),
        Choice("date", "Date", "日期"),
        Choice("choice", "Choice", "选项"),
        Choice("boolean", "Yes/no", "是/否"),
    ]

    /// All custom fields as the connection sees them.
    package static func load(_ connection: Connection) throws -> CustomFields {
        let store = RecordStore(resource, connection)
        var byResource: [String: [CustomField]] = [:]
        let sql = """
            SELECT \(resource.encoder.selection) FROM fields AS t
            WHERE t."removedAt" IS NULL ORDER BY t.id
            """
        try connection.query(sql) { row in
            let record = try store.record(from: row)
            let holder = record["resource"].stringValue ?? ""
            byResource[holder, default: []].append(field(record))
        }
        let withRemoved = try connection.rows("SELECT DISTINCT resource FROM fields WHERE \"removedAt\" IS NOT NULL") {
            $0.text(0)
        }
        return CustomFields(byResource, withRemoved: Set(withRemoved))
    }

    private static func field(_ record: Record) -> CustomField {
        CustomField(
            id: record.id,
            key: record["key"].stringValue ?? "",
            kind: kind(record),
            label: Text(
                record["labelEn"].stringValue ?? "",
                record["labelZh"].stringValue ?? ""
            ),
            isRequired: record["required"].boolValue ?? false
        )
    }

    private static func kind(_ record: Record) -> FieldKind {
        switch record["kind"].stringValue {
        case "number": .number
        case "date": .date
        case "boolean": .boolean
        case "choice": .choice((record["choices"].arrayValue ?? []).compactMap(choice))
        default: .text(TextRule(maximum: 2_000))
        }
    }

    private static func choice(_ item: JSONValue) -> Choice? {
        guard let object = item.objectValue, let code = object["code"]?.stringValue else { return nil }
        return Choice(
            code,
            object["en"]?.stringValue ?? code,
            object["zh"]?.stringValue ?? code
        )
    }
}

/// What a custom field must keep to, and the renewal of the cached definitions.
package struct CustomFieldRules: RecordRules {
    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        let choices = record["choices"].arrayValue ?? []
        let isChoice = record["kind"] == "choice"
        if isChoice, choices.isEmpty {
            issues.append(ValueRefusal.required.issue(field: "choices"))
        }
        if !isChoice, !choices.isEmpty {
            let refusal = ValueRefusal("choices_only", "Only a field of kind choice has choices.", "只有选项类型的字段才有选项。")
            issues.append(refusal.issue(field: "choices"))
        }
        let codes = choices.compactMap { $0.objectValue?["code"]?.stringValue }
        if Set(codes).count < codes.count {
            let refusal = ValueRefusal("repeated", "Each code can stand once.", "每个代码只能出现一次。")
            issues.append(refusal.issue(field: "choices"))
        }
        try checkKey(record, before, &issues, transaction)
    }

    private func checkKey(
        _ record: Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        guard let holder = record["resource"].stringValue, let key = record["key"].stringValue,
            before.map(\.isRemoved) ?? true
        else { return }
        let fields = try CustomFieldDefinition.load(transaction.connection).fields(of: holder)
        guard !fields.contains(where: { $0.key == key }) else {
            throw Problem.conflict(
                "key_taken",
                Text(
                    "\(holder) already have a custom field with the key \(key).",
                    "\(holder) 已有键为 \(key) 的自定义字段。"
                )
            )
        }
        try refuseOtherKind(record, transaction)
        guard fields.count < CustomFieldDefinition.maximumPerResource else {
            issues.append(
                ValueRefusal(
                    "too_many",
                    "A resource has at most \(CustomFieldDefinition.maximumPerResource) custom fields.",
                    "每个对象最多 \(CustomFieldDefinition.maximumPerResource) 个自定义字段。"
                ).issue(field: "resource")
            )
            return
        }
    }

    /// The values of a removed field stay in their records, and would come back as values of this one.
    ///
    /// A text may have been a choice or a date.
    private func refuseOtherKind(_ record: Record, _ transaction: Transaction) throws {
        let fitting = record["kind"] == "text" ? "'choice', 'date'" : ""
        let kind = try transaction.connection.first(
            """
            SELECT kind FROM fields
            WHERE resource = ? AND "key" = ? AND kind <> ? AND kind NOT IN (\(fitting))
                AND "removedAt" IS NOT NULL
            """,
            ["resource", "key", "kind"].map { SQLValue(record[$0].stringValue) }
        ) { $0.text(0) }
        guard let kind else { return }
        throw Problem.conflict(
            "key_used",
            Text(
                "A removed custom field has this key and the kind \(kind); its values are still there. Restore it, or take another key.",
                "回收站中已有同键但类型为 \(kind) 的自定义字段，其值仍然保留。请恢复该字段或换一个键。"
            )
        )
    }

    package func saved(
        _ record: Record,
        before: Record?,
        in transaction: Transaction
    ) throws {
        let fields = try CustomFieldDefinition.load(transaction.connection)
        let cache = transaction.catalog.customFields
        transaction.whenCommitted { cache.replace(fields) }
    }
}
