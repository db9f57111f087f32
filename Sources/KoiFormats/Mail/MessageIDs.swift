/// What mails are called (RFC 5322 §3.6.4).
enum MessageIDs {
    /// Longer ones are nobody's.
    private static let maximum = 500

    /// All of a field without their brackets, each once: of too many those that stand last, which are the nearest.
    static func read(_ value: [UInt8]) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        var rest = value[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[(start + 1)...]
            guard let end = rest.firstIndex(where: { $0 == 0x3C || $0 == 0x3E }) else { break }
            let text = rest[..<end].filter { !MailBytes.isSpace($0) }
            let isEnded = rest[end] == 0x3E
            // One that lacks its end has the beginning of the next behind it.
            rest = isEnded ? rest[(end + 1)...] : rest[end...]
            guard isEnded, isID(text) else { continue }
            let id = String(decoding: text, as: UTF8.self)
            if seen.insert(id).inserted { found.append(id) }
        }
        // Some programs leave the brackets out.
        if found.isEmpty, !value.contains(UInt8(ascii: "<")) {
            let words = value.split(whereSeparator: MailBytes.isSpace).filter { isID(Array($0)) }
            found = words.map { String(decoding: $0, as: UTF8.self) }
        }
        return found.suffix(MailLimits.references)
    }

    private static func isID(_ bytes: [UInt8]) -> Bool {
        (3...maximum).contains(bytes.count) && bytes.contains(UInt8(ascii: "@"))
            && bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E }
    }
}
