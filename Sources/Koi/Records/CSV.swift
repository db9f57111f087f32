import KoiHTTP
import KoiJSON
import KoiSQLite

/// Comma-separated values (RFC 4180) in UTF-8 with a byte order mark, as spreadsheets like them.
package enum CSV {
    static let mediaType = "text/csv; charset=utf-8; header=present"
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Appends one row.
    ///
    /// A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection").
    static func append(_ cells: [String], to bytes: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(cell, to: &bytes)
        }
        bytes += [0x0D, 0x0A]
    }

    private static func append(_ cell: String, to bytes: inout [UInt8]) {
        let text = isFormula(cell) ? guardMark + cell : cell
        let quotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
        }
        guard quotes else {
            bytes += text.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// What keeps a spreadsheet from running a text.
    private static let guardMark = "'"
    private static let formulaStarts = Set("=+-@\t\r".utf8)

    /// A cell of a table without the apostrophe that `append` put in front.
    package static func withoutGuard(_ cell: String) -> String {
        guard cell.hasPrefix(guardMark), isGuarded(cell) else { return cell }
        return String(cell.dropFirst())
    }

    /// Whether a text looks like one with apostrophes in front of a formula: it gets one more, so that each can be taken back.
    private static func isGuarded(_ cell: String) -> Bool {
        let text = cell.utf8.drop { $0 == UInt8(ascii: "'") }
        return text.count < cell.utf8.count && text.first.map(formulaStarts.contains) ?? false
    }

    private static func isFormula(_ cell: String) -> Bool {
        guard let first = cell.utf8.first else { return false }
        guard formulaStarts.contains(first) else { return isGuarded(cell) }
        guard first != UInt8(ascii: "=") else { return true }
        // A telephone or other number with a sign does no harm and should stay as it is.
        return !cell.utf8.dropFirst().allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: " ")
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
    }
}

extension RecordReader {
    /// A page of a list or search as a table whose headings are the labels in the reader's language and whose columns
    /// follow the field list.
    func table(
        _ page: [UInt8],
        _ selection: Selection,
        _ language: Language
    ) throws -> (bytes: [UInt8], rows: Int, next: String?) {
        let page = try JSONReader.read(page)
        let columns = columns(selection, language)
        var bytes = CSV.byteOrderMark
        CSV.append(columns.headings, to: &bytes)
        let items = page.objectValue?["items"]?.arrayValue ?? []
        for item in items { CSV.append(columns.cells(item.objectValue ?? [:]), to: &bytes) }
        return (bytes, items.count, page.objectValue?["next"]?.stringValue)
    }

    func columns(_ selection: Selection, _ language: Language) -> CSVColumns {
        CSVColumns(resource, custom: customFields, selection, restrictions, language)
    }
}

/// The columns of a table of records: one for each chosen field, and one for each custom field.
struct CSVColumns {
    private let fields: [Field]
    private let custom: [CustomField]
    private let language: Language

    init(
        _ resource: Resource,
        custom: [CustomField],
        _ selection: Selection,
        _ restrictions: FieldRestrictions,
        _ language: Language
    ) {
        fields = resource.fields.filter { field in
            if case .custom = field.kind { return false }
            return restrictions.reading(field.name) != .hidden
                && (selection.fields?.contains(field.name) ?? true)
        }
        let showsCustom =
            restrictions.reading("custom") == .clear && (selection.fields?.contains("custom") ?? true)
        self.custom = showsCustom ? custom.filter { restrictions.reading("custom." + $0.key) != .hidden } : []
        self.language = language
    }

    var headings: [String] {
        fields.map { $0.label(language) } + custom.map { $0.label(language) }
    }

    func cells(_ record: JSONObject) -> [String] {
        fields.map { cell(record[$0.name] ?? .null) }
            + custom.map { cell(record["custom"]?.objectValue?[$0.key] ?? .null) }
    }

    private func cell(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .array(let items) where items.isEmpty: ""
        case .object(let object) where object.isEmpty: ""
        case .array(let items) where CSVColumns.isPlain(items):
            items.compactMap(\.stringValue).joined(separator: "; ")
        case .array(let items) where CSVColumns.arePlainKeys(items):
            items.compactMap { try? ExternalID($0).parameter }.joined(separator: "; ")
        default: value.text
        }
    }

    private static func arePlainKeys(_ items: [JSONValue]) -> Bool {
        items.allSatisfy { item in (try? ExternalID(item)).map { !$0.parameter.contains(";") } ?? false }
    }

    /// Whether a list can be told from its items with semicolons between them; others are written as JSON.
    private static func isPlain(_ items: [JSONValue]) -> Bool {
        let marks: Set<Character> = [";", "；", "、", "\n"]
        return items.allSatisfy { item in
            guard let text = item.stringValue else { return false }
            return !text.contains(where: marks.contains) && !text.hasPrefix("[")
                && (items.count > 1 || !text.contains { $0 == "," || $0 == "，" })
        }
    }
}
