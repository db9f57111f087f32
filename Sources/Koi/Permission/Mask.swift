import KoiJSON

/// How a value is shown to whoever may see only a part of it.
package enum Mask: Sendable, Equatable {
    /// `138****5678`: some of the digits, without those of the country.
    case phone
    /// `l***@example.com`: the first letter and the domain.
    case email
    /// `重***`: the first character.
    case text

    /// How values of this kind are masked; nil for kinds that can only be shown or hidden.
    package init?(_ kind: FieldKind) {
        guard case .text(let rule) = kind else { return nil }
        switch rule.format {
        case .phone: self = .phone
        case .email: self = .email
        case .line, .multiline, .web, .day: self = .text
        case .key, .timeZone, .clock: return nil
        }
    }

    /// The shown part of a text.
    ///
    /// It never tells how long the rest is, but for the digits of a telephone number.
    package func shown(of text: String) -> String {
        switch self {
        case .phone: return Mask.phone(text)
        case .email:
            guard let at = text.lastIndex(of: "@") else { return Mask.start(text) }
            return Mask.start(String(text[..<at])) + text[at...]
        case .text: return Mask.start(text)
        }
    }

    private static func start(_ text: String) -> String {
        // One letter or ideograph; of a single one nothing, since it would be all.
        guard let first = text.first, text.count > 1 else { return "***" }
        return String(String(first).unicodeScalars.prefix(1)) + "***"
    }

    /// Of eleven digits within the country and more the first three and the last four, of eight the last four, of four the
    /// last two, and of fewer none: so at least as much is left out as is told.
    private static func phone(_ text: String) -> String {
        let numbers = PhoneNumber.all(in: text)
        let typed = text.utf8.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let digits = (numbers.count == 1 ? numbers.first?.core : nil) ?? Array(typed)
        let (first, last) =
            switch digits.count {
            case ..<4: (0, 0)
            case 4...7: (0, 2)
            case 8...10: (0, 4)
            default: (3, 4)
            }
        return String(decoding: digits.prefix(first), as: UTF8.self) + "****"
            + String(decoding: digits.suffix(last), as: UTF8.self)
    }

    /// Whether a client sent back what it was shown, if only with other spaces or in other letters.
    func isShown(_ sent: String, of stored: String) -> Bool {
        plain(sent) == plain(shown(of: stored))
    }

    private func plain(_ text: String) -> String {
        let text = text.filter { !$0.isWhitespace }
        switch self {
        case .phone: return text.filter { $0.isNumber || $0 == "*" }
        case .email: return text.lowercased()
        case .text: return text
        }
    }

    /// Whether a text is one that was masked, and not a value.
    static func isMasked(_ text: String) -> Bool { text.contains("***") }
}

extension FieldRestrictions {
    /// A field's value as the actor may see it; nil where the field is hidden.
    func shown(_ value: JSONValue, of field: Field) -> JSONValue? {
        if case .custom = field.kind { return shownCustom(value) }
        return shown(value, field.name, field.kind)
    }

    func shown(_ value: JSONValue, _ name: String, _ kind: FieldKind) -> JSONValue? {
        switch reading(name) {
        case .clear: return value
        case .hidden: return nil
        case .masked:
            guard let text = value.stringValue else { return .null }
            return .string((Mask(kind) ?? .text).shown(of: text))
        }
    }

    /// Whether a client sends back what it was shown of a masked value.
    func isUnchanged(_ sent: JSONValue, _ stored: JSONValue, _ name: String, _ kind: FieldKind) -> Bool {
        guard reading(name) == .masked else { return false }
        guard let text = sent.stringValue, let stored = stored.stringValue else { return sent.isNull && stored.isNull }
        return (Mask(kind) ?? .text).isShown(text, of: stored)
    }

    /// Whether a client sends something for a masked field that can only be a masked value: that of another record, or one
    /// that was changed meanwhile.
    func isMaskedValue(_ sent: JSONValue, _ name: String) -> Bool {
        reading(name) == .masked && sent.stringValue.map(Mask.isMasked) ?? false
    }

    /// The custom fields' values; those that are masked are always texts.
    private func shownCustom(_ value: JSONValue) -> JSONValue? {
        guard reading("custom") == .clear else { return nil }
        guard let object = value.objectValue else { return value }
        return .object(
            JSONObject(
                object.members.compactMap { member in
                    shown(member.value, "custom." + member.name, .text(TextRule(maximum: 1))).map {
                        JSONObject.Member(name: member.name, value: $0)
                    }
                }
            )
        )
    }
}
