import KoiJSON

/// What is asked for when a lead is to become a customer.
struct ConversionOrder {
    /// Which customer it joins, and which contact; nil for those that it certainly is, or new ones.
    let customer: Int64?
    let contact: Int64?
    /// Nil where that follows from the lead.
    let makesContact: Bool?
    /// What the new customer and contact have in place of what the lead says.
    let customerFields: JSONObject
    let contactFields: JSONObject
    let makesDeal: Bool
    let dealFields: JSONObject
    /// Whether they are new ones, however alike others are.
    let allowsDuplicate: Bool

    /// The members of the body, for `openapi.yaml` too.
    static let body = BodyFields([
        .reference("customer", "Customer", "客户", to: Customer.resource.name)
            .noted(
                "Which customer it joins. Where none is named, the one that it certainly is, or a new one.",
                "并入哪个客户；未填写时并入可确定的客户，否则新建。"
            ),
        .reference("contact", "Contact", "联系人", to: Contact.resource.name)
            .noted(
                "Which contact it is. Where none is named, the one that it certainly is, or a new one.",
                "对应哪个联系人；未填写时取可确定的联系人，否则新建。"
            ),
        .boolean("makeContact", "With a contact", "生成联系人")
            .noted(
                "Where nothing is said, a lead with a company gets a contact, and one with what customers have no field for.",
                "未填写时，有公司名称或含客户没有的字段的线索会生成联系人。"
            ),
        Field("customerFields", .object, Text("Customer's fields", "客户字段"))
            .noted("Fields of a new customer, before those of the lead.", "新客户的字段，优先于线索中的值。")
            .example(["tier": "vip"]),
        Field("contactFields", .object, Text("Contact's fields", "联系人字段"))
            .noted("Fields of a new contact, before those of the lead.", "新联系人的字段，优先于线索中的值。"),
        .boolean("makeDeal", "With a deal", "生成商机").fallback(false)
            .noted("A deal for what the lead needs.", "为线索的需求生成商机。"),
        Field("dealFields", .object, Text("Deal's fields", "商机字段"))
            .noted("Fields of the deal, before those of the lead.", "商机的字段，优先于线索中的值。")
            .example(["name": "200 bearings"]),
    ])

    /// - Parameter body: as `ConversionOrder.body` has read it.
    init(_ body: JSONObject, allowsDuplicate: Bool) {
        customer = body["customer"]?.integerValue
        contact = body["contact"]?.integerValue
        makesContact = body["makeContact"]?.boolValue
        customerFields = body["customerFields"]?.objectValue ?? [:]
        contactFields = body["contactFields"]?.objectValue ?? [:]
        dealFields = body["dealFields"]?.objectValue ?? [:]
        makesDeal = body["makeDeal"] == true || !dealFields.isEmpty
        self.allowsDuplicate = allowsDuplicate
    }
}
