import KoiJSON
import KoiSQLite

/// Makes leads, or tickets, of what strangers send by a form.
///
/// What a machine has sent is counted and thrown away, and its sender is answered as all others are: what is wrong with the
/// fields is told before that is looked at, so that nothing of an answer tells it.
struct IntakeService {
    /// The same again within so many milliseconds is a second click.
    private static let repeatTime: Int64 = 600_000
    /// Leads that are looked through for that.
    private static let maximumCompared = 200

    private let transaction: Transaction

    /// - Parameter transaction: in the name of Koi.
    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `Problem.notFound` where there is no such form that takes anything.
    func form(_ token: String) throws -> Record {
        let resource = IntakeForm.resource
        let store = RecordStore(resource, transaction.connection)
        let form = try transaction.connection.first(
            """
            SELECT \(resource.encoder.selection) FROM forms AS t
            WHERE t.token = ? AND t.active = 1 AND t."removedAt" IS NULL
            """,
            [.text(token)]
        ) { try store.record(from: $0) }
        guard let form else { throw Problem.notFound(resource.label) }
        return form
    }

    /// - Throws: `Problem.invalid` naming what is not as it should be.
    func take(_ values: IntakeValues, by form: Record) throws {
        let (body, draft) = try checked(values, form)
        guard try !isByMachine(values, form) else { return try count("discarded", of: form) }
        guard IntakeForm.target(of: form).name == Lead.resource.name else {
            let tickets = IntakeTicket(transaction)
            guard try !tickets.isRepeated(draft, within: IntakeService.repeatTime) else { return }
            try tickets.make(body, by: form)
            return try count("accepted", of: form)
        }
        let origin = origin(of: form)
        guard try !isRepeated(body, draft, origin) else { return }
        let own = try withCollisions(origin, draft)
        let lead = try RecordService(Lead.resource, transaction)
            .add(body.withSource(origin), setting: own, allowsDuplicate: true, lacking: true)
        try count("accepted", of: form)
        guard let owner = lead["owner"].integerValue else { return }
        let subject = EventSubject(resource: Lead.resource.name, id: lead.id)
        try transaction.notifications.add(to: owner, .recordGiven, about: subject)
    }

    // MARK: What was sent

    /// - Returns: the fields of the lead or ticket, and this with them.
    private func checked(_ values: IntakeValues, _ form: Record) throws -> (JSONObject, Record) {
        let custom = transaction.catalog.customFields.current
        var body = values.body(of: form, custom)
        var issues: [Problem.Issue] = []
        for name in IntakeForm.required(of: form, custom) where !values.isFilled(name) {
            issues.append(ValueRefusal.required.issue(field: name))
        }
        let target = IntakeForm.target(of: form)
        let isLead = target.name == Lead.resource.name
        let (title, telling) = isLead ? ("name", IntakeForm.telling) : ("subject", IntakeTicket.telling)
        if body[title] == nil, let name = telling.compactMap({ body[$0] }).first {
            body[title] = name.stringValue.map { .string($0.asName) } ?? name
        }
        var record = Record(target)
        RecordDraft(target, transaction).fill(&record, from: body, isNew: true, lacking: true, &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return (body, record)
    }

    private func isByMachine(_ values: IntakeValues, _ form: Record) throws -> Bool {
        if let trap = form["trap"].stringValue, values.isFilled(trap) { return true }
        guard let seconds = form["minimumSeconds"].integerValue, seconds > 0 else { return false }
        let stamp = values[IntakeStamp.field].stringValue ?? ""
        return try !IntakeStamp(form, transaction).isGood(stamp, after: seconds, at: transaction.now)
    }

    private func isRepeated(_ body: JSONObject, _ wanted: Record, _ origin: JSONObject) throws -> Bool {
        let resource = Lead.resource
        let store = RecordStore(resource, transaction.connection)
        let recent = try transaction.connection.rows(
            """
            SELECT \(resource.encoder.selection) FROM leads AS t
            WHERE t."removedAt" IS NULL AND t."receivedAt" >= ? ORDER BY t."receivedAt" DESC, t.id DESC LIMIT ?
            """,
            [.integer(transaction.now - IntakeService.repeatTime), .integer(Int64(IntakeService.maximumCompared))]
        ) { try store.record(from: $0) }
        let channel = origin["channel"] ?? .null
        return recent.contains { lead in
            lead["channel"] == channel && body.members.allSatisfy { lead[$0.name] == wanted[$0.name] }
        }
    }

    // MARK: What it comes to

    private func origin(of form: Record) -> JSONObject {
        let owner = form["leadOwner"].integerValue.flatMap { transaction.isActive($0) ? $0 : nil }
        return [
            "source": form["source"], "campaign": form["campaign"], "owner": owner.map(JSONValue.integer) ?? .null,
            "channel": form["channel"].isNull ? .string((form["name"].stringValue ?? "").asName) : form["channel"],
        ]
    }

    /// A campaign that collides with another is told of at the lead; no lead is lost by it.
    private func withCollisions(_ origin: JSONObject, _ draft: Record) throws -> JSONObject {
        var (own, lead) = (origin, draft)
        lead["campaign"] = origin["campaign"] ?? .null
        own["collisions"] = .integer(try CampaignCollisions(transaction).count(for: lead))
        return own
    }

    /// A count is no change of the form: it has no event and no version.
    private func count(_ column: String, of form: Record) throws {
        let name = Dialect.quoted(column)
        try transaction.connection.run("UPDATE forms SET \(name) = \(name) + 1 WHERE id = ?", [.integer(form.id)])
    }
}

extension Transaction {
    /// Whether a user works here; who has left gets no leads.
    func isActive(_ user: Int64) -> Bool {
        let found = try? connection.first("SELECT active FROM users WHERE id = ?", [.integer(user)]) { $0.bool(0) }
        return found == true
    }
}

extension JSONObject {
    /// With what is known of where a lead came from before its score is told.
    fileprivate func withSource(_ origin: JSONObject) -> JSONObject {
        JSONObject(members + origin.members.filter { ["source", "channel"].contains($0.name) })
    }
}

extension String {
    /// Its beginning on one line.
    fileprivate var asName: String {
        String(String(unicodeScalars.prefix(100)).map { $0.isNewline ? " " : $0 })
    }
}
