import KoiJSON

/// Which customer and which contact a lead is, among those that the actor sees.
///
/// It is one where that is certain and of one alone; where it may be one, whoever converts decides.
struct ConversionMatch {
    private let carried: CarriedFields
    private let order: ConversionOrder
    private let transaction: Transaction
    private let check: DuplicateCheck

    init(_ carried: CarriedFields, _ order: ConversionOrder, _ transaction: Transaction) {
        self.carried = carried
        self.order = order
        self.transaction = transaction
        check = DuplicateCheck(transaction)
    }

    /// - Returns: nil for what is to be made.
    /// - Throws: `Problem` 409 with the candidates where it may be several, `Problem.invalid` where the order names what is
    ///   not there.
    func find() throws -> (customer: Record?, contact: Record?) {
        let named = (
            customer: try named(order.customer, Customer.resource, "customer"),
            contact: try named(order.contact, Contact.resource, "contact")
        )
        guard !order.allowsDuplicate else { return named }
        let alike = carried.makesContact && named.contact == nil ? try contacts(of: named.customer) : []
        let customer = try named.customer ?? customer(alike, named.contact)
        if let contact = named.contact { return (customer, contact) }
        let again = alike.isEmpty && carried.makesContact && customer != nil ? try contacts(of: customer) : alike
        guard again.count < 2 else { throw Problem.severalMatches(Contact.resource, again.map(check.json)) }
        return (customer, again.first?.record)
    }

    private func named(_ id: Int64?, _ resource: Resource, _ field: String) throws -> Record? {
        guard let id else { return nil }
        let found = try RecordStore(resource, transaction.connection).find(id, transaction.visibility(of: resource))
        if let found { return found }
        let refusal = ValueRefusal(
            "not_found",
            "There is no \(resource.label.en) with this number.",
            "没有此编号的\(resource.label.zh)。"
        )
        throw Problem.invalid([refusal.issue(field: field)])
    }

    // MARK: Contacts

    private func contacts(of customer: Record?) throws -> [DuplicateCheck.Candidate] {
        var record = Record(Contact.resource)
        for member in try carried.knownContact().members { record[member.name] = member.value }
        if let customer { record["customers"] = [["customer": .integer(customer.id)]] }
        return try check.alike(record).certain
    }

    // MARK: Customers

    private func customer(_ contacts: [DuplicateCheck.Candidate], _ named: Record?) throws -> Record? {
        var record = Record(Customer.resource)
        record["kind"] = carried.isCompany ? "company" : "person"
        for member in try carried.known().members { record[member.name] = member.value }
        let alike = try check.alike(record)
        var certain = alike.certain
        var possible = alike.named
        let chosen = named.map { [DuplicateCheck.Candidate(duplicate: nil, record: $0)] } ?? []
        for person in contacts + chosen {
            for customer in try customers(of: person.record) {
                let found = DuplicateCheck.Candidate(duplicate: person.duplicate, record: customer)
                if isOne(customer) { certain.append(found) } else { possible.append(found) }
            }
        }
        certain = certain.each()
        guard certain.count < 2 else { throw Problem.severalMatches(Customer.resource, certain.map(check.json)) }
        if let one = certain.first { return one.record }
        guard possible.isEmpty else {
            throw Problem.severalMatches(Customer.resource, possible.each().map(check.json))
        }
        return nil
    }

    /// The living customers of a contact that the actor sees.
    private func customers(of contact: Record) throws -> [Record] {
        let store = RecordStore(Customer.resource, transaction.connection)
        let visibility = transaction.visibility(of: Customer.resource)
        let links = (contact["customers"].arrayValue ?? []).compactMap(\.objectValue)
        // Who has left a company does not speak for it.
        let current = links.filter { $0["to"]?.isNull ?? true }
        let ids = Set(current.compactMap { $0["customer"]?.integerValue })
        return try ids.sorted().compactMap { try store.find($0, visibility) }
    }

    /// Whether the company of a person that is known is the one that the lead names.
    private func isOne(_ customer: Record) -> Bool {
        guard let company = carried.lead["company"].stringValue else { return true }
        let names = [customer["name"], customer["shortName"]].compactMap(\.stringValue)
        guard let stem = NameStem(company)?.text else { return names.contains(company) }
        return names.contains { NameStem($0)?.text == stem }
    }
}

extension [DuplicateCheck.Candidate] {
    /// Each record once.
    fileprivate func each() -> [DuplicateCheck.Candidate] {
        var seen: Set<Int64> = []
        return filter { seen.insert($0.record.id).inserted }
    }
}

extension Problem {
    /// A lead that may be several records, or one of them that is not certain.
    fileprivate static func severalMatches(_ resource: Resource, _ candidates: [JSONValue]) -> Problem {
        let numbers = candidates.compactMap { $0.objectValue?["id"]?.text }.joined(separator: ", ")
        let parameter = DuplicateCheck.parameter
        var problem = Problem.conflict(
            "which_" + resource.singular,
            Text(
                "The lead may be the \(resource.label.en) \(numbers). Name the one that it is as \"\(resource.singular)\", or send \(parameter)=true for a new one.",
                "该线索可能是\(resource.label.zh) \(numbers)。请在“\(resource.singular)”中指明，或加上 \(parameter)=true 新建。"
            )
        )
        problem.members = ["candidates": .array(candidates)]
        return problem
    }
}
