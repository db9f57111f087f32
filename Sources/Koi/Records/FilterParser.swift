import Foundation
import KoiJSON
import KoiSQLite

/// Reads the value of one filter parameter by the kind of its field and the operation behind its dot.
struct FilterParser {
    private let parameter: String
    private let text: String
    private let actor: Actor
    private let now: Int64?

    /// - Parameter now: what the words `now` and `today` mean; nil where they mean nothing.
    init(_ parameter: String, _ text: String, _ actor: Actor, at now: Int64? = nil) {
        self.parameter = parameter
        self.text = text
        self.actor = actor
        self.now = now
    }

    func condition(
        _ subject: Condition.Subject,
        _ kind: FieldKind,
        _ operation: String,
        isNullable: Bool
    ) throws -> Condition {
        guard FilterOperation.operations(of: kind, isNullable: isNullable).contains(operation) else {
            let known = FilterOperation.operations(of: kind, isNullable: isNullable)
                .map { $0.isEmpty ? "=" : "." + $0 }.joined(separator: ", ")
            throw Problem.badParameter(
                parameter,
                Text(
                    "This field has no such operation. It has: \(known).",
                    "该字段没有这种操作。可用：\(known)。"
                )
            )
        }
        return Condition(subject: subject, test: try test(kind, operation))
    }

    /// Keys of other systems: `externalIds=erp:C-1009`, `externalIds.system=erp`.
    func externalIDs(of resource: String, _ operation: String) throws -> Condition {
        do {
            switch operation {
            case "system":
                let id = try ExternalID(system: text, key: "any")
                return Condition(subject: .externalSystem(of: resource), test: .anyOf([.text(id.system)]))
            case "", "not":
                let id = try ExternalID(parameter: text)
                let values = [SQLValue.text(id.parameter)]
                let test = operation.isEmpty ? Condition.Test.anyOf(values) : .noneOf(values)
                return Condition(subject: .externalID(of: resource), test: test)
            default: return try condition(.externalID(of: resource), .externalIDs, operation, isNullable: true)
            }
        } catch let refusal as ValueRefusal {
            throw Problem.badParameter(parameter, refusal.message)
        }
    }

    private func test(_ kind: FieldKind, _ operation: String) throws -> Condition.Test {
        switch operation {
        case "": return .anyOf(try values(kind))
        case "not": return .noneOf(try values(kind))
        case "null": return .isNull(try boolean(text))
        case "has": return .contains(try nonEmpty())
        case "gt": return .compare(.gt, try value(kind, text))
        case "gte": return .compare(.gte, try value(kind, text))
        case "lt": return .compare(.lt, try value(kind, text))
        default: return .compare(.lte, try value(kind, text))
        }
    }

    /// Several values stand between commas; a text may contain commas itself and is always one value.
    private func values(_ kind: FieldKind) throws -> [SQLValue] {
        if case .text = kind { return [try value(kind, text)] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= ListQuery.maximumValues else {
            throw refusal(
                "Give at most \(ListQuery.maximumValues) values.",
                "最多 \(ListQuery.maximumValues) 个值。"
            )
        }
        return try parts.map { try value(kind, String($0)) }
    }

    /// One value of the parameter.
    func value(_ kind: FieldKind, _ part: String) throws -> SQLValue {
        do {
            switch kind {
            case .integer:
                guard let number = Digits.integer(part) else {
                    throw ValueRefusal("not_integer", "Give a whole number.", "请填写整数。")
                }
                return .integer(number)
            case .reference("users") where part == "me":
                return .integer(try me())
            case .reference:
                guard let number = Digits.integer(part) else {
                    throw ValueRefusal("not_integer", "Give the number of a record.", "请填写记录编号。")
                }
                return .integer(number)
            case .number: return .real(try number(part))
            case .boolean: return .integer(try boolean(part) ? 1 : 0)
            case .time: return .integer(try time(part))
            case .text, .list: return .text(try plainText(part))
            case .date, .choice: return kind.stored(try kind.checked(.string(part)))
            case .facts, .custom, .links, .object, .externalIDs:
                throw ValueRefusal("bad_parameter", "This cannot be filtered.", "不能按此筛选。")
            }
        } catch let refusal as ValueRefusal {
            throw Problem.badParameter(parameter, refusal.message)
        }
    }

    private func me() throws -> Int64 {
        guard let user = actor.user else {
            throw ValueRefusal("bad_parameter", "Nobody is \"me\" here.", "此处没有“me”。")
        }
        return user
    }

    private func number(_ part: String) throws -> Double {
        // A JSON text may have white space around it, a number in a filter may not.
        guard let last = part.utf8.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last),
            !part.utf8.contains(where: { $0 <= UInt8(ascii: " ") }),
            let value = try? JSONReader.read(Array(part.utf8))
        else { throw ValueRefusal("not_number", "Give a number.", "请填写数字。") }
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw ValueRefusal("not_number", "Give a number.", "请填写数字。")
        }
    }

    private func boolean(_ part: String) throws -> Bool {
        switch part {
        case "true": return true
        case "false": return false
        default: throw refusal("Give true or false.", "请填写 true 或 false。")
        }
    }

    /// A time, or a day, which means its first moment in the actor's time zone.
    private func time(_ part: String) throws -> Int64 {
        if part == "now", let now { return now }
        if part == "today", let now {
            let clocks = LocalTime(zone: actor.timeZone)
            return clocks.time(day: clocks.parts(now).day, rest: 0)
        }
        // In a query a bare + means a space, and curl users write offsets without encoding them.
        if let time = Timestamp.read(part.replacing(" ", with: "+")) { return time }
        guard let day = CalendarDate(part) else {
            throw ValueRefusal(
                "not_time",
                "Give a time such as 2026-11-22T09:30:00Z, or a day.",
                "请填写时间（例如 2026-11-22T09:30:00Z）或日期。"
            )
        }
        return day.beginning(in: TimeZone(identifier: actor.timeZone) ?? .gmt) * 1_000
    }

    private func plainText(_ part: String) throws(ValueRefusal) -> String {
        try ListQuery.checkLength(part)
        return part
    }

    private func nonEmpty() throws -> String {
        guard !text.isEmpty else { throw refusal("Give a text that is not empty.", "请填写非空文本。") }
        do {
            return try plainText(text)
        } catch {
            throw Problem.badParameter(parameter, error.message)
        }
    }

    private func refusal(_ en: String, _ zh: String) -> Problem {
        Problem.badParameter(parameter, Text(en, zh))
    }
}

extension CalendarDate {
    /// The first moment of the day in a time zone, in seconds since 1970.
    ///
    /// The clock may be changed on that very day, and even at midnight.
    func beginning(in zone: TimeZone) -> Int64 {
        LocalTime(zone).time(day: daysSince1970, rest: 0) / 1_000
    }
}

/// What can be asked of each kind of field: the words behind the dot of a filter parameter.
package enum FilterOperation {
    package static func operations(of kind: FieldKind, isNullable: Bool) -> [String] {
        var words: [String]
        switch kind {
        case .text: words = ["", "not", "has"]
        case .integer, .number, .date, .time: words = ["", "not", "gt", "gte", "lt", "lte"]
        case .boolean: words = [""]
        case .choice, .reference, .list: words = ["", "not"]
        case .facts: words = ["has"]
        case .externalIDs: return ["", "not", "system", "null"]
        case .custom, .links, .object: return []
        }
        if case .list = kind { return words + ["null"] }
        if isNullable { words.append("null") }
        return words
    }
}
