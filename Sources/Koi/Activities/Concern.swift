import KoiJSON
import KoiSQLite

/// What an activity or a task is about: records that people look after.
enum Concern {
    static let fields: [Field] = [
        .reference("customer", "Customer", "客户", to: "customers")
            .noted(
                "Where only a contact is given who belongs to one customer, that one.",
                "只填写联系人且其仅属于一个客户时，自动填写该客户。"
            ),
        .reference("contact", "Contact", "联系人", to: "contacts"),
        .reference("lead", "Lead", "线索", to: "leads"),
        .reference("deal", "Deal", "商机", to: "deals"),
    ]

    /// The records that one of these is about.
    static func subjects(of record: Record) -> [EventSubject] {
        fields.compactMap { field in
            guard case .reference(let resource) = field.kind, let id = record[field.name].integerValue else {
                return nil
            }
            return EventSubject(resource: resource, id: id)
        }
    }

    /// The records that one of these is about and the actor sees, by field.
    static func seen(of record: Record, in transaction: Transaction) throws -> [(field: String, record: Int64)] {
        try fields.compactMap { field in
            guard case .reference(let name) = field.kind, let id = record[field.name].integerValue,
                let resource = transaction.catalog.resources[name], try sees(id, of: resource, transaction)
            else { return nil }
            return (field.name, id)
        }
    }

    /// Completes what follows from what is given.
    static func complete(_ record: inout Record, before: Record?, in transaction: Transaction) throws {
        for (name, find) in [("deal", customerOfDeal), ("contact", onlyCustomer), ("lead", customerOfLead)] {
            guard record["customer"].isNull, let id = record[name].integerValue, record[name] != before?[name],
                let customer = try find(id, transaction), try sees(customer, of: Customer.resource, transaction)
            else { continue }
            record["customer"] = .integer(customer)
        }
    }

    /// Refuses what is about nothing.
    static func require(_ record: Record, issues: inout [Problem.Issue]) {
        let isNamed = fields.contains { !record[$0.name].isNull }
        let isRefused = issues.contains { issue in fields.contains { $0.name == issue.field } }
        guard !isNamed, !isRefused else { return }
        issues.append(nothing.issue(field: "customer"))
    }

    /// The customer to whom a contact belongs, where it is one.
    private static func onlyCustomer(of contact: Int64, _ transaction: Transaction) throws -> Int64? {
        let today = CalendarDate(daysSince1970: transaction.now.flooredQuotient(86_400_000)).text
        let customers = try transaction.connection.rows(
            """
            SELECT DISTINCT l.customer FROM contact_customers AS l
            JOIN customers AS c ON c.id = l.customer AND c."removedAt" IS NULL
            WHERE l.contact = ? AND (l."to" IS NULL OR l."to" >= ?) LIMIT 2
            """,
            [.integer(contact), .text(today)]
        ) { $0.int(0) }
        return customers.count == 1 ? customers.first : nil
    }

    private static func customerOfDeal(_ deal: Int64, _ transaction: Transaction) throws -> Int64? {
        try transaction.connection.first("SELECT customer FROM deals WHERE id = ?", [.integer(deal)]) { $0.int(0) }
    }

    /// The customer that a lead has become.
    private static func customerOfLead(_ lead: Int64, _ transaction: Transaction) throws -> Int64? {
        try transaction.connection.first("SELECT customer FROM leads WHERE id = ?", [.integer(lead)]) {
            $0.intOrNil(0)
        } ?? nil
    }

    /// What somebody does not see is not written down for them.
    private static func sees(_ id: Int64, of resource: Resource, _ transaction: Transaction) throws -> Bool {
        let query = RecordSQL.exists(id, resource, transaction.visibility(of: resource))
        return try transaction.connection.first(query.sql, query.values) { _ in true } ?? false
    }

    private static let nothing = ValueRefusal(
        "about_nothing",
        "Say what it is about: a customer, a contact, a lead or a deal.",
        "请填写相关的客户、联系人、线索或商机。"
    )
}
