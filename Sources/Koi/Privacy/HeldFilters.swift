import KoiJSON
import KoiSQLite

/// Saved views, webhooks, rules and pools that look for a person: a telephone number as a filter, a name as a view's name.
struct HeldFilters: PersonalHolding {
    /// With a name and these filters.
    let resource: Resource
    let fields: [String]

    var name: String { resource.name }

    /// Puts the record's number in the place of its values, in the views and in the events of their past.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = RecordStore(resource, transaction.connection)
        let views = try mentioning(marks, transaction)
        for id in views {
            let before = try store.findAny(id, .all)
            var view = before
            let neutral = JSONValue.string("#" + String(record.id))
            if marks.tell(of: before["name"]) { view["name"] = neutral }
            for field in fields {
                let filter = (before[field].objectValue ?? [:]).members.map { member in
                    JSONObject.Member(name: member.name, value: marks.tell(of: member.value) ? neutral : member.value)
                }
                view[field] = .object(JSONObject(filter))
            }
            view["version"] = .integer(before.version + 1)
            view["updatedAt"] = .string(Timestamp.text(transaction.now))
            try store.update(view, changed: view.changedFields(from: before))
            _ = try HeldEvents().erase(before, marks, in: transaction)
            try transaction.events.append(
                Event(
                    type: resource.singular + EventChain.erased,
                    subject: EventSubject(resource: resource.name, id: id),
                    payload: ["after": ["resource": .string(record.resource.name), "record": .integer(record.id)]]
                ),
                in: transaction
            )
        }
        return Int64(views.count)
    }

    /// They are the staff's, and say nothing of the person but what they look for.
    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] { [] }

    /// The views that have a value, or once had.
    private func mentioning(_ marks: PersonalMarks, _ transaction: Transaction) throws -> [Int64] {
        var found: Set<Int64> = []
        let columns = fields.map(Dialect.quoted).joined(separator: ", ")
        try transaction.connection.query("SELECT id, name, \(columns) FROM \(Dialect.quoted(resource.name))") { row in
            let filters = fields.indices.map { row.text($0 + 2) }
            if marks.tell(of: row.text(1)) || filters.contains(where: { tells($0, marks) }) { found.insert(row.int(0)) }
        }
        try transaction.connection.query(
            """
            SELECT e.record, p.payload FROM events AS e JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.resource = ?
            """,
            [.text(resource.name)]
        ) { row in
            if !found.contains(row.int(0)), tells(row.text(1), marks) { found.insert(row.int(0)) }
        }
        return found.sorted()
    }

    /// As they are stored: by the values, since JSON may write a text in another way.
    private func tells(_ json: String, _ marks: PersonalMarks) -> Bool {
        guard let value = try? JSONReader.read(Array(json.utf8)) else { return marks.occur(in: json) }
        return marks.tell(of: value)
    }
}
