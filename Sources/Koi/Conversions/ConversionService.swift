import KoiJSON

/// Makes a customer, a contact and a need of a lead, or has it join those that are there, in one transaction.
///
/// A lead that was converted stays so: to convert it again finds what became of it, so that of many who do so at once one does
/// and all get the same.
struct ConversionService {
    private let transaction: Transaction
    private let leads: RecordService
    private let store: ConversionStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        leads = RecordService(Lead.resource, transaction)
        store = ConversionStore(transaction.connection)
    }

    /// - Throws: `Problem.notFound` where the actor does not see the lead, or it was not converted.
    func find(_ id: Int64) throws -> (lead: Record, conversion: Conversion) {
        let lead = try leads.find(id)
        guard let conversion = try store.active(of: id) else { throw Problem.notFound(ConversionService.label) }
        return (lead, conversion)
    }

    static let label = Text("conversion", "转换")

    /// - Parameter match: tells whether the client's `If-Match` allows the lead's version.
    /// - Throws: `Problem.notFound` where the actor does not see the lead, 403 where it may not change it or make what comes of
    ///   it, 409 where the lead may be several records, or was converted to others than the order names, and
    ///   `Problem.invalid` naming what is not as it should be.
    func convert(_ id: Int64, _ order: ConversionOrder, match: (Int64) throws -> Void) throws -> Conversion {
        let lead = try leads.find(id)
        if let known = try store.active(of: id) {
            try refuseOther(lead, order)
            return known
        }
        try RecordPermission(Lead.resource, transaction).check(.change, lead)
        try match(lead.version)
        try refuseErased(lead)
        let carried = try CarriedFields(kept(lead), order, transaction)
        let found = try ConversionMatch(carried, order, transaction).find()
        var work = Work(lead)
        let customer = try customer(found.customer, carried, order, &work)
        let contact = try contact(found.contact, of: customer, isNew: found.customer == nil, carried, order, &work)
        try addNeed(carried, customer, contact, &work)
        let deal = order.makesDeal ? try deal(carried, order, customer, contact, &work) : nil
        work.filled += try CarriedConcerns(transaction).carry(from: id, to: customer, contact)
        try store(lead, customer, contact, deal, work)
        guard let conversion = try store.active(of: id) else { throw Problem.unforeseen }
        return conversion
    }

    /// What comes of a lead belongs to whom the lead does, and to who converts it where that is nobody, or somebody to whom
    /// that one may not give anything.
    private func kept(_ lead: Record) throws -> Record {
        guard let user = transaction.actor.user else { return lead }
        let targets = [Customer.resource, Contact.resource, Need.resource, Deal.resource]
        let owner = lead["owner"].integerValue
        if let owner, targets.allSatisfy({ RecordPermission($0, transaction).mayGive(to: owner) }) { return lead }
        var kept = lead
        kept["owner"] = .integer(user)
        return kept
    }

    private func refuseErased(_ lead: Record) throws {
        guard let erasure = try ErasureStore(transaction.connection).newest(of: lead),
            erasure.version == lead.version
        else { return }
        throw Problem.conflict(
            "erased",
            Text("The person behind this lead was erased; nothing is left to convert.", "此线索的个人信息已删除，无法转换。")
        )
    }

    /// What was done so far.
    private struct Work {
        let lead: Record
        var made: [EventSubject] = []
        var filled: [Conversion.Filled] = []

        init(_ lead: Record) {
            self.lead = lead
        }
    }

    private func refuseOther(_ lead: Record, _ order: ConversionOrder) throws {
        if order.makesDeal, lead["deal"].isNull { throw ConversionService.otherwise(lead, "deal") }
        for (name, wanted) in [("customer", order.customer), ("contact", order.contact)] {
            guard let wanted, lead[name] != .integer(wanted), try lead[name] != survivor(of: wanted, name) else {
                continue
            }
            throw ConversionService.otherwise(lead, name)
        }
    }

    /// Of a record that was merged into another since.
    private func survivor(of id: Int64, _ field: String) throws -> JSONValue {
        let resource = field == "customer" ? Customer.resource : Contact.resource
        return try MergedRecord.survivor(of: id, resource, transaction.connection).map(JSONValue.integer) ?? .null
    }

    private static func otherwise(_ lead: Record, _ name: String) -> Problem {
        .conflict(
            "converted_otherwise",
            Text(
                "The lead was converted to another \(name), or to none. Undo that first: DELETE /v1/leads/\(lead.id)/conversion.",
                "线索已按其他方式转换，请先撤销：DELETE /v1/leads/\(lead.id)/conversion。"
            )
        )
    }

    // MARK: What becomes of it

    private func customer(
        _ known: Record?,
        _ carried: CarriedFields,
        _ order: ConversionOrder,
        _ work: inout Work
    ) throws -> Int64 {
        if let known {
            try refuseFields(order.customerFields, "customerFields")
            work.filled += try JoinedRecord(known, transaction).fill(from: carried.known())
            return known.id
        }
        let body = try carried.customer().merging(order.customerFields)
        let origin = JSONObject(carried.origin().members.filter { order.customerFields[$0.name] == nil })
        return try add(body, setting: origin, Customer.resource, order, "customerFields", &work)
    }

    private func contact(
        _ known: Record?,
        of customer: Int64,
        isNew: Bool,
        _ carried: CarriedFields,
        _ order: ConversionOrder,
        _ work: inout Work
    ) throws -> Int64? {
        let link: JSONValue = ["customer": .integer(customer), "main": .bool(isNew)]
        if let known {
            try refuseFields(order.contactFields, "contactFields")
            work.filled += try JoinedRecord(known, transaction).fill(from: carried.knownContact(), linking: link)
            return known.id
        }
        guard carried.makesContact else {
            try refuseFields(order.contactFields, "contactFields")
            return nil
        }
        var body = try carried.contact().merging(order.contactFields)
        if body["customers"]?.arrayValue?.isEmpty ?? true { body["customers"] = [link] }
        return try add(body, Contact.resource, order, "contactFields", &work)
    }

    private func addNeed(_ carried: CarriedFields, _ customer: Int64, _ contact: Int64?, _ work: inout Work) throws {
        guard var body = carried.need() else { return }
        body["customer"] = .integer(customer)
        body["contact"] = contact.map(JSONValue.integer) ?? .null
        let need = try RecordService(Need.resource, transaction).add(body, setting: carried.originOfNeed())
        work.made.append(EventSubject(resource: Need.resource.name, id: need.id))
    }

    private func deal(
        _ carried: CarriedFields,
        _ order: ConversionOrder,
        _ customer: Int64,
        _ contact: Int64?,
        _ work: inout Work
    ) throws -> Int64 {
        var known = try carried.deal()
        // What somebody wants to spend is no sum of lines, and none in another currency.
        let isReckoned = order.dealFields["lines"]?.arrayValue?.isEmpty == false
        let isRedenominated = order.dealFields["currency"].map { $0 != known["currency"] } ?? false
        if isReckoned || isRedenominated { known["amount"] = nil }
        var body = known.merging(order.dealFields)
        body["customer"] = .integer(customer)
        body["contact"] = contact.map(JSONValue.integer) ?? .null
        let origin = JSONObject(carried.originOfDeal().members.filter { order.dealFields[$0.name] == nil })
        return try add(body, setting: origin, Deal.resource, order, "dealFields", &work)
    }

    private func add(
        _ body: JSONObject,
        setting own: JSONObject = [:],
        _ resource: Resource,
        _ order: ConversionOrder,
        _ place: String,
        _ work: inout Work
    ) throws -> Int64 {
        do {
            let service = RecordService(resource, transaction)
            let made = try service.add(body, setting: own, allowsDuplicate: order.allowsDuplicate)
            work.made.append(EventSubject(resource: resource.name, id: made.id))
            return made.id
        } catch let problem as Problem where !problem.issues.isEmpty {
            throw Problem.invalid(problem.issues.map { $0.within(place) })
        }
    }

    /// What is asked of a new record would be lost on one that is there.
    private func refuseFields(_ fields: JSONObject, _ place: String) throws {
        guard fields.isEmpty else { throw Problem.invalid([ConversionService.notNew.issue(field: place)]) }
    }

    // MARK: The lead

    private func store(
        _ before: Record,
        _ customer: Int64,
        _ contact: Int64?,
        _ deal: Int64?,
        _ work: Work
    ) throws {
        var lead = before
        lead["status"] = .string(LeadStatus.converted.rawValue)
        lead["customer"] = .integer(customer)
        lead["contact"] = contact.map(JSONValue.integer) ?? .null
        lead["deal"] = deal.map(JSONValue.integer) ?? .null
        // Nobody is to take it out of a pool any more.
        lead["pool"] = .null
        if lead["owner"].isNull { lead["owner"] = transaction.actor.user.map(JSONValue.integer) ?? .null }
        lead["convertedAt"] = .string(Timestamp.text(transaction.now))
        lead.noteResponse(before: before, at: transaction.now)
        _ = try leads.save(lead, before: before, fields: lead.fieldsOfConversion, verb: "converted")
        // As they are once everything has followed from everything.
        let made = try work.made.compactMap { subject -> Conversion.Made? in
            guard let resource = transaction.catalog.resources[subject.resource] else { return nil }
            let record = try RecordStore(resource, transaction.connection).find(subject.id, .all)
            return record.map { Conversion.Made(subject: subject, mark: $0.mark) }
        }
        try store.insert(before, made: made, filled: work.filled, user: transaction.actor.user, now: transaction.now)
    }

    private static let notNew = ValueRefusal(
        "not_new",
        "No new record is made of which these would be the fields; leave them out.",
        "没有新建使用这些字段的记录，请勿填写。"
    )
}

extension Record {
    /// The fields of a lead that a conversion changes.
    var fieldsOfConversion: [Field] {
        ["status", "owner", "pool", "firstResponseAt", "customer", "contact", "deal", "convertedAt"]
            .compactMap(resource.field)
    }
}
