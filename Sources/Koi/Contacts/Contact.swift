import KoiJSON
import KoiSQLite

/// A contact: a person who speaks for one or several customers.
package enum Contact {
    package static let resource = Resource(
        "contacts",
        singular: "contact",
        Text("contact", "联系人"),
        plural: Text("contacts", "联系人"),
        owner: "owner",
        describesPeople: true,
        rules: ContactRules(),
        fields: [
            .text("name", "Name", "姓名", max: 200).required().searched(as: .name)
                .sorted(by: "nameKey").recognised(.personName).example("李明"),
            .text("title", "Title", "职务", max: 100).weighed(1),
            .text("phone", "Phone", "电话", max: 40, .phone).searched(as: .phone),
            .text("mobile", "Mobile", "手机", max: 40, .phone).searched(as: .phone)
                .recognised(.alone).weighed(3).example("138 0013 8000"),
            .text("email", "E-mail", "电子邮件", max: 254, .email).searched(as: .email).recognised(.alone).weighed(2),
            .text("wechat", "WeChat", "微信", max: 100).searched(as: .text).recognised(.alone),
            .links(
                "customers",
                "Customers",
                "所属客户",
                LinkTable(
                    table: "contact_customers",
                    holder: "contact",
                    target: "customer",
                    maximum: 100,
                    fields: links
                )
            ).recognised(.place).weighed(2).noted(
                "The customers this person belongs to, each with role and period. A customer has one main contact.",
                "此人所属的客户及其角色和起止日期。每个客户只有一位主要联系人。"
            ),
        ] + Person.birthday + [
            .choice("preferredChannel", "Preferred channel", "首选联系方式", Person.channels),
            .reference("owner", "Owner", "负责人", to: "users"),
        ] + Person.shared
    )

    private static let links: [Field] = [
        .reference("customer", "Customer", "客户", to: "customers").required(),
        .text("role", "Role", "角色", max: 100).example("采购"),
        .boolean("main", "Main contact", "主要联系人").fallback(false),
        .date("from", "From", "开始日期").impersonal(),
        .date("to", "To", "结束日期").impersonal(),
    ]
}

/// What a contact must keep to beyond its field list.
package struct ContactRules: RecordRules {
    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        Person.checkBirthday(record, &issues)
        if let before, before.isRemoved { try yieldMain(&record, transaction) }
        var led: Set<Int64> = []
        for (index, link) in (record["customers"].arrayValue ?? []).enumerated() {
            guard link.objectValue?["main"] == true,
                let customer = link.objectValue?["customer"]?.integerValue,
                !led.insert(customer).inserted
            else { continue }
            let refusal = ValueRefusal(
                "repeated",
                "A person is a customer's main contact once.",
                "每个客户只能将此人设为一次主要联系人。"
            )
            issues.append(refusal.issue(field: "customers[\(index)].main"))
        }
        for (index, link) in (record["customers"].arrayValue ?? []).enumerated() {
            guard let from = link.objectValue?["from"]?.stringValue,
                let to = link.objectValue?["to"]?.stringValue, to < from
            else { continue }
            let refusal = ValueRefusal("ends_before_start", "The end must not lie before the start.", "结束日期不能早于开始日期。")
            issues.append(refusal.issue(field: "customers[\(index)].to"))
        }
    }

    /// Who comes back from the bin leaves it to others to be the main contact, where they became so meanwhile.
    private func yieldMain(_ record: inout Record, _ transaction: Transaction) throws {
        let taken = try transaction.connection.rows(
            """
            SELECT own.customer FROM contact_customers AS own
            JOIN contact_customers AS other
                ON other.customer = own.customer AND other.main = 1 AND other.contact <> own.contact
            JOIN contacts AS c ON c.id = other.contact AND c."removedAt" IS NULL
            WHERE own.contact = ? AND own.main = 1
            """,
            [.integer(record.id)]
        ) { $0.int(0) }
        for customer in Set(taken) { record.takeMain(of: customer) }
    }

    /// Who led a customer that is another now goes on leading where that one had nobody.
    package func redirected(_ record: inout Record, to survivor: EventSubject, in transaction: Transaction) throws {
        guard survivor.resource == Customer.resource.name else { return }
        let isLed = try transaction.connection.first(
            """
            SELECT 1 FROM contact_customers AS l JOIN contacts AS c ON c.id = l.contact AND c."removedAt" IS NULL
            WHERE l.customer = ? AND l.main = 1 AND l.contact <> ? LIMIT 1
            """,
            [.integer(survivor.id), .integer(record.id)]
        ) { _ in true }
        if isLed == true { return record.takeMain(of: survivor.id) }
        record.leadOnce(survivor.id)
    }

    /// A customer has one main contact: making this one main takes it from the other.
    package func saved(
        _ record: Record,
        before: Record?,
        in transaction: Transaction
    ) throws {
        // Who lies in the bin leads nobody, and takes it from nobody.
        guard record["customers"] != before?["customers"], !record.isRemoved else { return }
        for link in record["customers"].arrayValue ?? [] {
            guard link.objectValue?["main"] == true,
                let customer = link.objectValue?["customer"]?.integerValue
            else { continue }
            let others = try transaction.connection.rows(
                "SELECT contact FROM contact_customers WHERE customer = ? AND main = 1 AND contact <> ?",
                [.integer(customer), .integer(record.id)]
            ) { $0.int(0) }
            for other in others { try takeMain(from: other, of: customer, in: transaction) }
        }
    }

    private func takeMain(
        from contact: Int64,
        of customer: Int64,
        in transaction: Transaction
    ) throws {
        let store = RecordStore(Contact.resource, transaction.connection)
        guard let before = try store.find(contact, .all) else { return }
        var changed = before
        changed.takeMain(of: customer)
        _ = try RecordService(Contact.resource, transaction).save(changed, before: before)
    }

    package func related(to record: Record) -> [EventSubject] {
        let customers = (record["customers"].arrayValue ?? []).compactMap {
            $0.objectValue?["customer"]?.integerValue
        }
        return Set(customers).sorted().map { EventSubject(resource: "customers", id: $0) }
    }
}

extension Record {
    /// Leaves of several links by which this contact leads a customer the first.
    fileprivate mutating func leadOnce(_ customer: Int64) {
        var leads = false
        let links = (self["customers"].arrayValue ?? []).map { link -> JSONValue in
            guard var object = link.objectValue, object["customer"] == .integer(customer), object["main"] == true else {
                return link
            }
            object["main"] = .bool(!leads)
            leads = true
            return .object(object)
        }
        self["customers"] = .array(links)
    }

    /// Makes this contact no longer the main one of a customer.
    fileprivate mutating func takeMain(of customer: Int64) {
        let links = (self["customers"].arrayValue ?? []).map { link -> JSONValue in
            guard var object = link.objectValue, object["customer"] == .integer(customer) else {
                return link
            }
            object["main"] = false
            return .object(object)
        }
        self["customers"] = .array(links)
    }
}
