import KoiJSON

/// Makes of what stands in a cell the value of a field, as the API takes it.
///
/// What is no text already, as in JSON lines, stays as it is. A text that cannot be read as the kind has it goes on as a text,
/// and the field list says what is wrong with it.
enum CellReader {
    /// - Returns: nil for an empty cell.
    static func value(_ cell: JSONValue, _ kind: FieldKind) -> JSONValue? {
        guard let text = cell.stringValue else { return cell.isNull ? nil : cell }
        let trimmed = text.trimmingSpaces
        guard !trimmed.isEmpty else { return nil }
        switch kind {
        case .text(let rule): return .string(rule.format == .day ? day(trimmed) : text)
        case .integer, .number: return number(trimmed) ?? .string(trimmed)
        case .reference: return number(trimmed) ?? object(trimmed) ?? .string(trimmed)
        case .boolean: return flag(trimmed).map(JSONValue.bool) ?? .string(trimmed)
        case .date: return .string(day(trimmed))
        case .time: return .string(trimmed)
        case .choice(let choices): return .string(code(trimmed, choices))
        case .list: return list(trimmed)
        case .externalIDs: return keys(trimmed)
        case .facts, .custom, .links, .object: return object(trimmed) ?? .string(trimmed)
        }
    }

    private static func object(_ text: String) -> JSONValue? {
        guard text.hasPrefix("{") || text.hasPrefix("[") else { return nil }
        return try? JSONReader.read(Array(text.utf8))
    }

    /// Digits, with commas between groups of three as spreadsheets show them.
    private static func number(_ text: String) -> JSONValue? {
        let plain = text.filter { $0 != "," }
        if plain != text, !isGrouped(text) { return nil }
        if let integer = Digits.integer(plain) { return .integer(integer) }
        guard let value = try? JSONReader.read(Array(plain.utf8)), case .number = value else { return nil }
        return value
    }

    private static func isGrouped(_ text: String) -> Bool {
        let whole = text.prefix { $0 != "." }
        let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = groups.first, (1...3).contains(first.drop { $0 == "-" }.count) else { return false }
        return groups.dropFirst().allSatisfy { $0.count == 3 }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "y", "1", "x", "是", "有", "真", "√", "ja", "wahr": true
        case "false", "no", "n", "0", "否", "无", "假", "nein", "falsch": false
        default: nil
        }
    }

    /// By its code, or by its label in either language.
    private static func code(_ text: String, _ choices: [Choice]) -> String {
        let folded = TextFolding.fold(text)
        return choices.first { $0.code == text }?.code
            ?? choices.first {
                TextFolding.fold($0.code) == folded || TextFolding.fold($0.label.en) == folded
                    || TextFolding.fold($0.label.zh) == folded
            }?.code ?? text
    }

    /// Items between semicolons, as Koi's own tables have them, or a list in JSON.
    private static func list(_ text: String) -> JSONValue {
        if text.hasPrefix("["), let items = object(text), items.arrayValue != nil { return items }
        let marks: Set<Character> = [";", "；", "、", "\n"]
        let separators = text.contains(where: marks.contains) ? marks : [",", "，"]
        let items = text.split(whereSeparator: separators.contains).map { String($0).trimmingSpaces }
        return .array(items.filter { !$0.isEmpty }.map(JSONValue.string))
    }

    /// `erp:C-1009; shop:12`, as Koi's own tables have them, or a list in JSON.
    private static func keys(_ text: String) -> JSONValue {
        if text.hasPrefix("["), let items = object(text), items.arrayValue != nil { return items }
        let keys = text.split(separator: ";").map { String($0).trimmingSpaces }
        let ids = keys.map { (key: $0, id: try? ExternalID(parameter: $0)) }
        guard ids.allSatisfy({ $0.id != nil }) else { return .string(text) }
        return .array(ids.compactMap { $0.id?.json })
    }

    /// `2026/3/5`, `2026年3月5日`, `2026.3.5`, `20260305` and `5.3.2026` as `2026-03-05`.
    private static func day(_ text: String) -> String {
        let parts = text.split { !$0.isASCII || !$0.isNumber }.map(String.init)
        let marks = text.filter { !($0.isASCII && $0.isNumber) }
        if parts.count == 1, marks.isEmpty, text.count == 8 {
            return "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))"
        }
        guard parts.count == 3, ["--", "//", "..", "年月日", "年月"].contains(marks) else { return text }
        let isLast = marks == ".." && parts[2].count == 4 && parts[0].count <= 2
        let (year, month, day) = isLast ? (parts[2], parts[1], parts[0]) : (parts[0], parts[1], parts[2])
        guard year.count == 4, (1...2).contains(month.count), (1...2).contains(day.count) else { return text }
        return year + "-" + padded(month) + "-" + padded(day)
    }

    private static func padded(_ text: String) -> String { text.count < 2 ? "0" + text : text }
}
