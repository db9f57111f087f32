/// The header fields of a mail or of a part, in their order (RFC 5322 §2.2).
package struct MailFields: Sendable {
    private var fields: [(name: String, value: [UInt8])] = []
    /// Whether fields were left out, or an end of one.
    private(set) var isCut = false

    /// Takes the fields from the bytes, and the empty line behind them.
    ///
    /// What is no field is passed over, with what continues it: the `From ` line of mailboxes, for instance.
    init(_ rest: inout ArraySlice<UInt8>, maximum: Int = MailLimits.fields) {
        var continues = false
        while let line = MailBytes.line(&rest), !line.isEmpty {
            if line.first == .space || line.first == .tab {
                if continues { append(line) }
                continue
            }
            continues = false
            guard let (name, value) = MailFields.field(line) else { continue }
            guard fields.count < maximum else {
                isCut = true
                continue
            }
            continues = true
            fields.append((name, []))
            append(value)
        }
    }

    /// The values of all fields of a name in small letters, unfolded, as they stand.
    func values(_ name: String) -> [[UInt8]] {
        fields.lazy.filter { $0.name == name }.map(\.value)
    }

    func value(_ name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

    /// The values as texts without space around them; encoded words stay.
    package func texts(_ name: String) -> [String] {
        values(name).map { MailCharset.guessed(MailBytes.trimmed($0[...])) }
    }

    /// The first of them.
    package func text(_ name: String) -> String? {
        value(name).map { MailCharset.guessed(MailBytes.trimmed($0[...])) }
    }

    /// Whether there is such a field.
    package func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

    /// RFC 5322 §2.2.3: unfolding takes the line end alone.
    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        let room = MailLimits.fieldBytes - fields[fields.count - 1].value.count
        if bytes.count > room { isCut = true }
        fields[fields.count - 1].value += bytes.prefix(max(room, 0))
    }

    /// RFC 5322 §3.6.8: a name is of visible ASCII; §4.5.3: space before the colon is of old.
    private static func field(_ line: ArraySlice<UInt8>) -> (name: String, value: ArraySlice<UInt8>)? {
        let name = line.prefix { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        let rest = line[name.endIndex...].drop { $0 == .space || $0 == .tab }
        guard !name.isEmpty, name.count <= 100, rest.first == UInt8(ascii: ":") else { return nil }
        return (MailBytes.lowercased(name), rest.dropFirst())
    }
}
