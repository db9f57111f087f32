extension Fields {
    /// The cookies that a browser sent, in order (RFC 6265 §4.2.1).
    ///
    /// A pair without a name or without an equals sign is left out; values are as they were sent, quotes included.
    package var cookies: [(name: String, value: String)] {
        values("Cookie").flatMap { field in
            field.utf8.split(separator: UInt8(ascii: ";")).compactMap(Fields.cookie)
        }
    }

    private static func cookie(_ pair: Substring.UTF8View) -> (name: String, value: String)? {
        guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = trimmed(pair[..<equals])
        guard !name.isEmpty else { return nil }
        return (name, trimmed(pair[pair.index(after: equals)...]))
    }

    private static func trimmed(_ text: Substring.UTF8View) -> String {
        var text = text.drop { $0 == .space || $0 == .tab }
        while let last = text.last, last == .space || last == .tab { text.removeLast() }
        return String(Substring(text))
    }
}
