import KoiJSON

/// What a lead brings along: the fields that a customer, a contact and a need get from it.
///
/// A field that is held back from the actor goes only where it is held back as much, and nothing goes into a field that the
/// actor may not write.
struct CarriedFields {
    let lead: Record
    let makesContact: Bool
    private let transaction: Transaction
    private let held: FieldRestrictions

    init(_ lead: Record, _ order: ConversionOrder, _ transaction: Transaction) {
        self.lead = lead
        self.transaction = transaction
        held = transaction.actor.access.restrictions(of: lead.resource.name)
        makesContact = order.contact != nil || (order.makesContact ?? CarriedFields.needsContact(lead))
    }

    var isCompany: Bool { !lead["company"].isNull }

    /// A company speaks by somebody, and a customer has room for one number and no title.
    private static func needsContact(_ lead: Record) -> Bool {
        let isWithoutRoom = !lead["wechat"].isNull || !lead["title"].isNull
        return !lead["company"].isNull || isWithoutRoom || !lead["phone"].isNull && !lead["mobile"].isNull
    }

    // MARK: Customers

    /// What a new customer gets.
    func customer() throws -> JSONObject {
        var body = try known()
        body["kind"] = isCompany ? "company" : "person"
        for name in ["source", "notes", "owner"] { set(&body, name, Customer.resource, name) }
        return body
    }

    /// What a new customer came of, be it that the actor does not see that.
    func origin() -> JSONObject {
        var fields = JSONObject()
        for name in ["campaign", "referrerCustomer", "referrerContact"] { set(&fields, name, Customer.resource, name) }
        return fields
    }

    /// What a customer that is there already gets where it has nothing.
    func known() throws -> JSONObject {
        var body = JSONObject()
        func set(_ name: String, _ target: String? = nil) {
            self.set(&body, name, Customer.resource, target ?? name)
        }
        set(isCompany ? "company" : "name", "name")
        set("phone")
        if !isCompany { set("mobile", "phone") }
        if !isCompany || !makesContact { set("email") }
        for name in ["website", "industry", "region", "tags"] { set(name) }
        if isCompany { set("size") }
        try addOwnFields(&body, Customer.resource)
        return body
    }

    // MARK: Contacts

    /// What a new contact gets beside its customer.
    func contact() throws -> JSONObject {
        var body = try knownContact()
        set(&body, "owner", Contact.resource, "owner")
        return body
    }

    /// What a contact that is there already gets where it has nothing.
    func knownContact() throws -> JSONObject {
        var body = JSONObject()
        for name in ["name", "title", "phone", "mobile", "email", "wechat"] { set(&body, name, Contact.resource, name) }
        try addOwnFields(&body, Contact.resource)
        return body
    }

    // MARK: Needs

    /// Nil where the lead says of none.
    func need() -> JSONObject? {
        let fields = [
            ("need", "what"), ("needWhen", "when"), ("needBudget", "budget"), ("expectations", "expectations"),
        ]
        guard fields.contains(where: { !lead[$0.0].isNull }) || !lead["product"].isNull else { return nil }
        var body = JSONObject()
        for (name, target) in fields { set(&body, name, Need.resource, target) }
        set(&body, "currency", Need.resource, "currency")
        set(&body, "owner", Need.resource, "owner")
        if body["what"] == nil { set(&body, "name", Need.resource, "what") }
        return body
    }

    /// What a need came of, be it that the actor does not see that.
    func originOfNeed() -> JSONObject {
        var fields: JSONObject = ["lead": .integer(lead.id)]
        set(&fields, "product", Need.resource, "product")
        return fields
    }

    // MARK: Deals

    func deal() throws -> JSONObject {
        var body = JSONObject()
        for (name, target) in [("need", "name"), ("needBudget", "amount"), ("needWhen", "expectedClose")] {
            set(&body, name, Deal.resource, target)
        }
        for name in ["currency", "owner"] { set(&body, name, Deal.resource, name) }
        body["name"] = body["name"]?.stringValue.flatMap(\.title).map(JSONValue.string) ?? lead["name"]
        try addOwnFields(&body, Deal.resource)
        return body
    }

    /// What a deal came of, be it that the actor does not see that.
    func originOfDeal() -> JSONObject {
        var fields: JSONObject = ["lead": .integer(lead.id)]
        set(&fields, "campaign", Deal.resource, "campaign")
        return fields
    }

    // MARK: Fields

    private func set(_ body: inout JSONObject, _ name: String, _ target: Resource, _ field: String) {
        let value = lead[name]
        guard !MergedField.isEmpty(value), carries(name, to: target, field) else { return }
        body[field] = value
    }

    private func carries(_ name: String, to target: Resource, _ field: String) -> Bool {
        let there = transaction.actor.access.restrictions(of: target.name)
        return there.isWritable(field) && held.reading(name) <= there.reading(field)
    }

    /// The company's own fields, as far as both have them, and the keys that no other record has.
    private func addOwnFields(_ body: inout JSONObject, _ target: Resource) throws {
        let own = lead["custom"].objectValue ?? [:]
        var custom = JSONObject()
        for field in transaction.catalog.customFields.current.fields(of: target.name) {
            guard let value = own[field.key], !value.isNull,
                carries("custom." + field.key, to: target, "custom." + field.key),
                let checked = try? field.kind.checked(value)
            else { continue }
            custom[field.key] = checked
        }
        if !custom.isEmpty { body["custom"] = .object(custom) }
        let name = SystemField.externalIDs.name
        guard carries(name, to: target, name) else { return }
        let keys = ExternalIDStore(transaction.connection)
        let free = try ExternalID.list(lead[name]).filter { try keys.find(target.name, $0) == nil }
        if !free.isEmpty { body[name] = .array(free.map(\.json)) }
    }
}

extension String {
    /// As much of its first line as a name has room for; nil where there is none.
    fileprivate var title: String? {
        split(whereSeparator: \.isNewline).lazy.map { String($0).trimmingSpaces }.first { !$0.isEmpty }
            .map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(200))) }
    }
}
