/// An address that mail can go to, safe to be put into a command or a header field.
struct MailAddress: Sendable, Equatable {
    let text: String
    /// What people see beside it.
    let name: String?

    /// Nil where it is no address: what cannot be made cannot smuggle a command or a field.
    init?(_ text: String, name: String? = nil) {
        guard text.utf8.count <= 254, TextRule.isEmail(text),
            !text.unicodeScalars.contains(where: { $0.value < 0x21 || $0.value == 0x7F || $0.properties.isWhitespace })
        else { return nil }
        self.text = text
        self.name = name
    }

    /// Whether the server must know SMTPUTF8 (RFC 6531) to take it.
    var needsUnicode: Bool { text.utf8.contains { $0 >= 0x80 } }

    /// The same mailbox with a mark in its local part, as `bounces+mark@example.com`; nil where that becomes too long.
    func marked(_ mark: String) -> MailAddress? {
        let local = text.prefix { $0 != "@" }
        return MailAddress(String(local) + "+" + mark + "@" + domain)
    }

    var domain: String { String(text.drop { $0 != "@" }.dropFirst()) }
}
