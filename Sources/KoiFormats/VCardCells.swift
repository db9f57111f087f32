import KoiJSON

/// What a card says, in the columns of `VCardReader`.
struct VCardCells {
    private var values: [String: String] = [:]

    init(_ lines: [[UInt8]]) {
        var names: [String] = []
        for line in lines {
            guard let property = VCardProperty(line) else { continue }
            if property.name == "N" { names = property.components ?? [] }
            add(property)
        }
        if values["FN", default: ""].isEmpty { values["FN"] = VCardCells.fullName(names) ?? values["ORG"] ?? "" }
    }

    var cells: [JSONValue] {
        VCardReader.columns.map { column in values[column].map { .string($0) } ?? .null }
    }

    private mutating func add(_ property: VCardProperty) {
        switch property.name {
        case "FN", "TITLE", "UID", "KIND", "URL", "NOTE": first(property.name, property.unescaped)
        case "ORG": first("ORG", property.components?.filter { !$0.isEmpty }.joined(separator: " "))
        case "BDAY": first("BDAY", property.unescaped.map(VCardCells.day))
        case "CATEGORIES": first("CATEGORIES", property.text.map(VCardCells.list))
        case "EMAIL": first("EMAIL", or: "EMAIL 2", property.unescaped)
        case "TEL": addNumber(property)
        case "ADR": first("ADR", VCardCells.address(property))
        case "X-WECHAT", "X-MICROMSG": first("WECHAT", property.unescaped)
        case "IMPP": addMessenger(property)
        default: break
        }
    }

    private mutating func first(_ column: String, or other: String? = nil, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        if values[column] == nil {
            values[column] = value
        } else if let other, values[other] == nil {
            values[other] = value
        }
    }

    private mutating func addNumber(_ property: VCardProperty) {
        guard var number = property.unescaped else { return }
        // RFC 6350 §6.4.1: a number may be a URI.
        if number.lowercased().hasPrefix("tel:") { number = String(number.dropFirst(4).prefix { $0 != ";" }) }
        if property.has(type: "CELL") {
            first("TEL;TYPE=CELL", or: "TEL 2", number)
        } else if !property.has(type: "FAX"), !property.has(type: "PAGER") {
            first("TEL", or: "TEL 2", number)
        }
    }

    private mutating func addMessenger(_ property: VCardProperty) {
        guard let value = property.unescaped,
            value.lowercased().hasPrefix("wechat:") || value.lowercased().hasPrefix("weixin:")
        else { return }
        first("WECHAT", String(value.dropFirst(7)))
    }

    /// RFC 6350 §6.2.2: family, given, additional names, prefixes, suffixes; Chinese names are written without spaces.
    private static func fullName(_ parts: [String]) -> String? {
        let parts = parts + [String](repeating: "", count: max(0, 5 - parts.count))
        let isChinese = (parts[0] + parts[1]).unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) }
        let name =
            isChinese
            ? parts[0] + parts[1]
            : [parts[3], parts[1], parts[2], parts[0], parts[4]].filter { !$0.isEmpty }.joined(separator: " ")
        return name.isEmpty ? nil : name
    }

    /// RFC 6350 §6.3.1: box, extension, street, town, region, code, country; or as the card's label has it.
    private static func address(_ property: VCardProperty) -> String? {
        guard let parts = property.components?.filter({ !$0.isEmpty }), !parts.isEmpty else { return nil }
        return parts.joined(separator: ", ").split(whereSeparator: \.isNewline).joined(separator: ", ")
    }

    private static func list(_ text: String) -> String {
        VCardProperty.parts(text, at: ",").filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// `19850412` and `1985-04-12T00:00:00Z` as `1985-04-12` (RFC 6350 §4.3.1).
    private static func day(_ text: String) -> String {
        let day = text.prefix { $0 != "T" }
        guard day.utf8.count == 8, day.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return String(day) }
        return "\(day.prefix(4))-\(day.dropFirst(4).prefix(2))-\(day.suffix(2))"
    }
}
