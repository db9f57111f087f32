import KoiJSON
import KoiSQLite

/// What became of a lead, and what it takes to undo that.
struct Conversion: Sendable {
    /// A record that was made.
    struct Made: Sendable {
        let subject: EventSubject
        /// Of its values when it was made: with others it was changed since.
        let mark: Int64
    }

    /// A field of a record that was there before.
    struct Filled: Sendable {
        let subject: EventSubject
        let field: String
        let before: JSONValue
        let after: JSONValue
    }

    let id: Int64
    let lead: Int64
    let at: Int64
    /// On whose behalf; nil for Koi itself.
    let user: Int64?
    /// Of the lead before.
    let status: LeadStatus
    let firstResponseAt: Int64?
    /// In the order in which they were made.
    let made: [Made]
    let filled: [Filled]

    /// The columns in the order in which `init(row)` reads them.
    static let columns = "id, lead, at, \"user\", status, \"firstResponseAt\", made, filled"

    init(_ row: Row) {
        id = row.int(0)
        lead = row.int(1)
        at = row.int(2)
        user = row.intOrNil(3)
        status = LeadStatus(rawValue: row.text(4)) ?? .new
        firstResponseAt = row.intOrNil(5)
        made = Conversion.list(row.text(6)).compactMap(Made.init)
        filled = Conversion.list(row.text(7)).compactMap(Filled.init)
    }

    private static func list(_ text: String) -> [JSONObject] {
        ((try? JSONReader.read(Array(text.utf8)))?.arrayValue ?? []).compactMap(\.objectValue)
    }

    /// The number of the record of a resource that was made.
    func made(of resource: Resource) -> Int64? {
        made.first { $0.subject.resource == resource.name }?.subject.id
    }
}

extension Conversion.Made {
    fileprivate init?(_ stored: JSONObject) {
        guard let subject = EventSubject(stored: stored), let mark = stored["mark"]?.integerValue else { return nil }
        self.init(subject: subject, mark: mark)
    }

    var stored: JSONValue { .object(subject.members(["mark": .integer(mark)])) }
}

extension Conversion.Filled {
    static func changes(of after: Record, from before: Record) -> [Conversion.Filled] {
        let subject = EventSubject(resource: after.resource.name, id: after.id)
        return after.changedFields(from: before).map { field in
            Conversion.Filled(
                subject: subject,
                field: field.name,
                before: before[field.name],
                after: after[field.name]
            )
        }
    }

    fileprivate init?(_ stored: JSONObject) {
        guard let subject = EventSubject(stored: stored), let field = stored["field"]?.stringValue else { return nil }
        self.init(
            subject: subject,
            field: field,
            before: stored["before"] ?? .null,
            after: stored["after"] ?? .null
        )
    }

    var stored: JSONValue {
        .object(subject.members(["field": .string(field), "before": before, "after": after]))
    }
}

extension EventSubject {
    fileprivate init?(stored: JSONObject) {
        guard let resource = stored["resource"]?.stringValue, let id = stored["id"]?.integerValue else { return nil }
        self.init(resource: resource, id: id)
    }

    /// The subject with more beside it.
    fileprivate func members(_ others: JSONObject) -> JSONObject {
        JSONObject(
            [.init(name: "resource", value: .string(resource)), .init(name: "id", value: .integer(id))] + others.members
        )
    }
}

extension Record {
    /// A mark of what people have written into it, by which it is told whether somebody changed it.
    var mark: Int64 {
        var mark = Fingerprint()
        for field in resource.declared where !field.isReadOnly { mark.add(self[field.name].text) }
        return Int64(bitPattern: mark.value)
    }
}
