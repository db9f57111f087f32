import Foundation
package import KoiJSON

/// Why one value was refused: a stable code and a sentence.
package struct ValueRefusal: Error, Sendable {
    let code: String
    let message: Text
    var path = ""

    init(_ code: String, _ en: String, _ zh: String, path: String = "") {
        self.code = code
        message = Text(en, zh)
        self.path = path
    }
}

extension FieldKind {
    /// The value as it will be stored: text trimmed, whole numbers as integers, repeats dropped.
    ///
    /// Null never comes here.
    func checked(_ value: JSONValue) throws(ValueRefusal) -> JSONValue {
        switch self {
        case .text(let rule): try rule.checked(value)
        case .integer(let range): .integer(try FieldKind.integer(value, in: range))
        case .number: JSONValue(shortest: try FieldKind.number(value))
        case .boolean: .bool(try FieldKind.boolean(value))
        case .date: .string(try FieldKind.date(value))
        case .time: .string(Timestamp.text(try FieldKind.time(value)))
        case .choice(let choices): .string(try FieldKind.choice(value, of: choices))
        case .reference: .integer(try FieldKind.integer(value, in: 1...Int64.max))
        case .list(let maximum, let item): try FieldKind.list(value, maximum, item)
        case .facts(let maximum, let fields): try FieldKind.objects(value, maximum, fields)
        case .links(let links): try FieldKind.objects(value, links.maximum, links.fields)
        case .custom, .object: try FieldKind.object(value)
        case .externalIDs: try FieldKind.externalIDs(value)
        }
    }

    private static func integer(
        _ value: JSONValue,
        in range: ClosedRange<Int64>
    ) throws(ValueRefusal) -> Int64 {
        guard let number = value.wholeNumber else {
            throw ValueRefusal("not_integer", "Send a whole number.", "请填写整数。")
        }
        guard range.contains(number) else {
            throw ValueRefusal(
                "out_of_range",
                "Send a whole number from \(range.lowerBound) to \(range.upperBound).",
                "请填写 \(range.lowerBound) 到 \(range.upperBound) 之间的整数。"
            )
        }
        return number
    }

    private static func number(_ value: JSONValue) throws(ValueRefusal) -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number) where number.isFinite: return number
        default: throw ValueRefusal("not_number", "Send a number.", "请填写数字。")
        }
    }

    private static func boolean(_ value: JSONValue) throws(ValueRefusal) -> Bool {
        guard let flag = value.boolValue else {
            throw ValueRefusal("not_boolean", "Send true or false.", "请填写 true 或 false。")
        }
        return flag
    }

    private static func date(_ value: JSONValue) throws(ValueRefusal) -> String {
        guard let text = value.stringValue, let date = CalendarDate(text) else {
            throw ValueRefusal(
                "not_date",
                "Send a day that exists, as YYYY-MM-DD.",
                "请按 YYYY-MM-DD 填写真实存在的日期。"
            )
        }
        return date.text
    }

    private static func time(_ value: JSONValue) throws(ValueRefusal) -> Int64 {
        guard let text = value.stringValue, let time = Timestamp.read(text) else {
            throw ValueRefusal(
                "not_time",
                "Send a time as RFC 3339 has it, such as 2026-11-22T09:30:00Z.",
                "请按 RFC 3339 填写时间，例如 2026-11-22T09:30:00Z。"
            )
        }
        return time
    }

    private static func choice(_ value: JSONValue, of choices: [Choice]) throws(ValueRefusal) -> String {
        guard let code = value.stringValue, choices.contains(where: { $0.code == code }) else {
            let codes = choices.map(\.code).joined(separator: ", ")
            throw ValueRefusal("not_a_choice", "Send one of: \(codes).", "请从以下取值中选择：\(codes)。")
        }
        return code
    }

    private static func list(
        _ value: JSONValue,
        _ maximum: Int,
        _ item: TextRule
    ) throws(ValueRefusal) -> JSONValue {
        let items = try elements(value, maximum)
        var result: [JSONValue] = []
        var seen: Set<String> = []
        for (index, element) in items.enumerated() {
            do throws(ValueRefusal) {
                let checked = try item.checked(element)
                guard let text = checked.stringValue else {
                    throw ValueRefusal("required", "Send a text that is not empty.", "请填写非空文本。")
                }
                if seen.insert(text).inserted { result.append(checked) }
            } catch {
                throw ValueRefusal(error, at: "[\(index)]")
            }
        }
        return .array(result)
    }

    private static func objects(
        _ value: JSONValue,
        _ maximum: Int,
        _ fields: [Field]
    ) throws(ValueRefusal) -> JSONValue {
        let items = try elements(value, maximum)
        var result: [JSONValue] = []
        for (index, element) in items.enumerated() {
            do throws(ValueRefusal) {
                result.append(try FieldKind.item(element, fields))
            } catch {
                throw ValueRefusal(error, at: "[\(index)]")
            }
        }
        return .array(result)
    }

    private static func item(_ value: JSONValue, _ fields: [Field]) throws(ValueRefusal) -> JSONValue {
        guard let object = value.objectValue else {
            throw ValueRefusal("not_object", "Send an object.", "请填写对象。")
        }
        for member in object.members where !fields.contains(where: { $0.name == member.name }) {
            throw ValueRefusal("unknown_field", "There is no such field.", "没有这个字段。", path: member.name)
        }
        var members: [JSONObject.Member] = []
        for field in fields {
            var value = object[field.name] ?? .null
            do throws(ValueRefusal) {
                if !value.isNull { value = try field.kind.checked(value) }
                if value.isNull { value = field.fallback }
                if value.isNull, field.isRequired { throw ValueRefusal.required }
            } catch {
                throw ValueRefusal(error, at: field.name)
            }
            members.append(JSONObject.Member(name: field.name, value: value))
        }
        return .object(JSONObject(members))
    }

    private static func elements(
        _ value: JSONValue,
        _ maximum: Int
    ) throws(ValueRefusal) -> [JSONValue] {
        guard let items = value.arrayValue else {
            throw ValueRefusal("not_array", "Send a list.", "请填写列表。")
        }
        guard items.count <= maximum else {
            throw ValueRefusal(
                "too_many",
                "Send at most \(maximum) items.",
                "最多 \(maximum) 项。"
            )
        }
        return items
    }

    /// The members of an object whose shape is not the field list's.
    private static let maximumMembers = 200

    private static func object(_ value: JSONValue) throws(ValueRefusal) -> JSONValue {
        guard let object = value.objectValue else {
            throw ValueRefusal("not_object", "Send an object.", "请填写对象。")
        }
        guard object.count <= maximumMembers else {
            throw ValueRefusal(
                "too_many",
                "Send at most \(maximumMembers) members.",
                "最多 \(maximumMembers) 项。"
            )
        }
        return value
    }
}

extension ValueRefusal {
    static let required = ValueRefusal("required", "This must be given.", "此项必填。")

    /// The same refusal, one level further out: `[2]` or a field's name.
    init(_ inner: ValueRefusal, at step: String) {
        self = inner
        if inner.path.isEmpty {
            path = step
        } else {
            path = inner.path.hasPrefix("[") ? step + inner.path : step + "." + inner.path
        }
    }

    func issue(field: String) -> Problem.Issue {
        let place = path.isEmpty ? field : path.hasPrefix("[") ? field + path : field + "." + path
        return Problem.Issue(field: place, code: code, message: message)
    }
}

extension JSONValue {
    /// A number in its shortest form: 3 rather than 3.0.
    init(shortest number: Double) {
        self = Int64(exactly: number).map(JSONValue.integer) ?? .number(number)
    }

    /// The value as an integer where it is one, also when it was written as `5.0` or `5e0`.
    package var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int64(exactly: number)
        default: nil
        }
    }
}
