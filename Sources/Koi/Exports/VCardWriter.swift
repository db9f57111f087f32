import KoiJSON

/// Writes records about people, and companies, as cards (vCard 4.0, RFC 6350).
struct VCardWriter {
    /// Bytes of a line before it is folded (RFC 6350 §3.2).
    private static let lineLength = 75

    private let resource: Resource

    init(_ resource: Resource) {
        self.resource = resource
    }

    func write(_ record: JSONObject, to bytes: inout [UInt8]) {
        VCardWriter.append("BEGIN:VCARD", to: &bytes)
        VCardWriter.append("VERSION:4.0", to: &bytes)
        let isCompany = record["kind"] == "company"
        if resource.field("kind") != nil {
            VCardWriter.append("KIND:" + (isCompany ? "org" : "individual"), to: &bytes)
        }
        if let id = record["id"]?.integerValue { VCardWriter.append("UID:urn:koi:\(resource.name):\(id)", to: &bytes) }
        // RFC 6350 §6.2.1: a card has a name, be it empty.
        VCardWriter.append("FN:" + VCardWriter.escaped(record["name"]?.stringValue ?? ""), to: &bytes)
        if isCompany { property("ORG", record["name"], to: &bytes) }
        for field in resource.declared { write(field, record, to: &bytes) }
        VCardWriter.append("END:VCARD", to: &bytes)
    }

    private func write(_ field: Field, _ record: JSONObject, to bytes: inout [UInt8]) {
        let value = record[field.name]
        switch field.kind {
        case .text(let rule):
            switch rule.format {
            case .phone: property(field.name == "mobile" ? "TEL;TYPE=cell" : "TEL;TYPE=voice", value, to: &bytes)
            case .email: property("EMAIL", value, to: &bytes)
            case .web: property("URL", value, to: &bytes)
            case .day where record["birthdayCalendar"] != "lunar":
                property("BDAY", value?.stringValue.map { .string($0.filter { $0 != "-" }) }, to: &bytes)
            default: writeText(field.name, value, to: &bytes)
            }
        case .list where field.name == "tags":
            let tags = (value?.arrayValue ?? []).compactMap(\.stringValue).map(VCardWriter.escaped)
            if !tags.isEmpty { VCardWriter.append("CATEGORIES:" + tags.joined(separator: ","), to: &bytes) }
        default: break
        }
    }

    private func writeText(_ name: String, _ value: JSONValue?, to bytes: inout [UInt8]) {
        switch name {
        case "title": property("TITLE", value, to: &bytes)
        case "notes": property("NOTE", value, to: &bytes)
        case "wechat": property("X-WECHAT", value, to: &bytes)
        // RFC 6350 §6.3.1: of an address that is one text, the street.
        case "address":
            guard let text = value?.stringValue else { return }
            VCardWriter.append("ADR:;;" + VCardWriter.escaped(text) + ";;;;", to: &bytes)
        default: break
        }
    }

    private func property(_ name: String, _ value: JSONValue?, to bytes: inout [UInt8]) {
        guard let text = value?.stringValue, !text.isEmpty else { return }
        VCardWriter.append(name + ":" + VCardWriter.escaped(text), to: &bytes)
    }

    /// RFC 6350 §3.4.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ",", ";": result.append(contentsOf: ["\\", scalar])
            case "\r", "\n":
                if !(scalar == "\n" && wasReturn) { result.append(contentsOf: ["\\", "n"]) }
            default: result.append(scalar)
            }
            wasReturn = scalar == "\r"
        }
        return String(result)
    }

    /// Folds between characters, never within one.
    private static func append(_ line: String, to bytes: inout [UInt8]) {
        var length = 0
        for scalar in line.unicodeScalars {
            let piece = UTF8.encode(scalar).map(Array.init) ?? []
            if length + piece.count > lineLength {
                bytes += [0x0D, 0x0A, 0x20]
                length = 1
            }
            bytes += piece
            length += piece.count
        }
        bytes += [0x0D, 0x0A]
    }
}
