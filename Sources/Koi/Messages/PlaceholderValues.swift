import KoiJSON
import KoiSQLite

/// What placeholders stand for in a message to one recipient, as far as its sender may see it.
struct PlaceholderValues {
    let language: Language
    let parameters: JSONObject
    /// The recipient, where it is a record.
    let record: Record?
    /// Where its reader ends such messages; nothing where they cannot be ended.
    var unsubscribe: String?
    /// In the sender's name.
    let transaction: Transaction

    /// The words as the recipient reads them.
    func write(_ words: MessageWords) throws -> MessageWords {
        let subject = try words.subject.map { try Placeholders($0).filled(PlaceholderValues.line, value) }
        let text = try Placeholders(words.text).filled({ $0 }, value)
        let html = try words.html.map { try Placeholders($0).filled(HTMLText.escaped, value) }
        return MessageWords(subject: subject, text: text, html: html)
    }

    /// A subject has one line.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    func value(_ name: String) throws -> String? {
        if let parameter = parameters[name] { return shown(parameter, .text(TextRule(maximum: 1))) }
        switch name {
        case "company": return transaction.catalog.settings.current.companyName
        case "sender": return try user(transaction.actor.user)
        case "unsubscribe": return unsubscribe
        default: break
        }
        guard let placeholder = RecordPlaceholder(name, transaction.catalog),
            let record = try subject(of: placeholder.resource)
        else { return nil }
        let restrictions = transaction.actor.access.restrictions(of: placeholder.resource.name)
        guard let value = restrictions.shown(raw(placeholder, of: record), placeholder.field, placeholder.kind) else {
            return nil
        }
        if case .reference = placeholder.kind { return try user(value.integerValue) }
        return shown(value, placeholder.kind)
    }

    private func raw(_ placeholder: RecordPlaceholder, of record: Record) -> JSONValue {
        let custom = "custom."
        guard placeholder.field.hasPrefix(custom) else { return record[placeholder.field] }
        return record["custom"].objectValue?[String(placeholder.field.dropFirst(custom.count))] ?? .null
    }

    /// The recipient itself, or the customer of a contact; nil where the sender may not see it.
    private func subject(of resource: Resource) throws -> Record? {
        guard let record else { return nil }
        if record.resource.name == resource.name { return record }
        for field in record.resource.fields {
            guard let links = field.links, field.expandsTo == resource.name else { continue }
            let linked = (record[field.name].arrayValue ?? []).compactMap(\.objectValue)
            let chosen = linked.first { $0["main"] == true } ?? linked.first
            guard let id = chosen?[links.target]?.integerValue else { return nil }
            return try RecordStore(resource, transaction.connection).find(id, transaction.visibility(of: resource))
        }
        return nil
    }

    private func user(_ id: Int64?) throws -> String? {
        guard let id else { return nil }
        return try transaction.connection.first("SELECT name FROM users WHERE id = ?", [.integer(id)]) { $0.text(0) }
    }

    private func shown(_ value: JSONValue, _ kind: FieldKind) -> String? {
        switch (kind, value) {
        case (_, .null), (_, .object): nil
        case (.choice(let choices), .string(let code)): choices.first { $0.code == code }?.label(language) ?? code
        case (_, .string(let text)): text
        case (_, .bool(let flag)): (flag ? Text("yes", "是") : Text("no", "否"))(language)
        case (_, .integer(let number)): String(number)
        case (_, .number): value.text
        case (_, .array(let items)):
            items.compactMap(\.stringValue).joined(separator: Text(", ", "、")(language))
        }
    }
}

/// Text as a part of HTML.
enum HTMLText {
    /// Good between tags and within quoted attributes.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
