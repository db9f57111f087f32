import KoiJSON
import KoiSQLite

/// Puts a notification into words, with the names that its reader may see by now.
struct NotificationText {
    private static let longestName = 200

    private let transaction: Transaction
    private let language: Language

    /// - Parameter transaction: of the reader.
    init(_ transaction: Transaction, _ language: Language) {
        self.transaction = transaction
        self.language = language
    }

    /// As clients see it.
    func document(_ notification: Notification) throws -> JSONValue {
        let subject = try notification.subject.map { subject -> JSONValue in
            [
                "resource": .string(subject.resource), "record": .integer(subject.id),
                "name": try name(of: subject).map(JSONValue.string) ?? .null,
            ]
        }
        return [
            "id": .integer(notification.id),
            "kind": .string(notification.kind),
            "text": .string(try sentence(notification)),
            "subject": subject ?? .null,
            "by": notification.maker.map(JSONValue.integer) ?? .null,
            "parameters": .object(notification.parameters),
            "createdAt": .string(Timestamp.text(notification.createdAt)),
            "readAt": notification.readAt.map { .string(Timestamp.text($0)) } ?? .null,
        ]
    }

    /// The sentence; of a kind that this version does not know, its name.
    func sentence(_ notification: Notification) throws -> String {
        guard let kind = NotificationKind(rawValue: notification.kind) else { return notification.kind }
        let maker = notification.maker == notification.user ? nil : notification.maker
        var values = notification.parameters.members.map { ($0.name, $0.value.stringValue ?? $0.value.text) }
        if let maker { values.append(("by", try name(ofUser: maker))) }
        if let subject = notification.subject {
            let noun = transaction.catalog.resources[subject.resource]?.label(language) ?? subject.resource
            values.append(("noun", noun))
            values.append(("record", try name(of: subject) ?? String(subject.id)))
        }
        return NotificationText.filled(kind.sentence(hasMaker: maker != nil)(language), values)
    }

    /// Each pair of braces once, so that a name which looks like one is left alone.
    private static func filled(_ sentence: String, _ values: [(name: String, value: String)]) -> String {
        var result = ""
        var rest = sentence[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            result += rest[..<open]
            result += values.first { $0.name == name }?.value.prefix(longestName) ?? "…"
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    // MARK: Names

    private func name(ofUser id: Int64) throws -> String {
        try name(of: EventSubject(resource: User.resource.name, id: id))
            ?? Text("A colleague", "一位同事")(language)
    }

    /// Nil where the reader does not see it, or it has no name.
    private func name(of subject: EventSubject) throws -> String? {
        guard let resource = transaction.catalog.resources[subject.resource], let field = resource.field("name"),
            case .text = field.kind
        else { return nil }
        var sql = SQLFragment(
            "SELECT t.\"name\" FROM \(Dialect.quoted(resource.name)) AS t WHERE t.\"id\" = ? AND t.\"removedAt\" IS NULL",
            [.integer(subject.id)]
        )
        if let seen = transaction.visibility(of: resource).condition {
            sql.append(" AND ")
            sql.append(seen)
        }
        let name = try transaction.connection.first(sql.sql, sql.values) { $0.textOrNil(0) } ?? nil
        guard name != nil else { return nil }
        let access = transaction.actor.access
        transaction.saw(access.watched([field.name], of: resource.name), of: subject.id, resource.name)
        let restrictions = access.restrictions(of: resource.name)
        return name.flatMap { restrictions.shown(.string($0), of: field)?.stringValue }
    }
}
