import Foundation
import KoiJSON

extension TextRule {
    /// The text as it will be stored, or null where nothing is left of it.
    func checked(_ value: JSONValue) throws(ValueRefusal) -> JSONValue {
        guard let sent = value.stringValue else {
            throw ValueRefusal("not_text", "Send a text.", "请填写文本。")
        }
        try refuseControlCharacters(sent)
        guard sent.unicodeScalars.count <= maximum else {
            throw ValueRefusal(
                "too_long",
                "Send at most \(maximum) characters.",
                "最多 \(maximum) 个字符。"
            )
        }
        let text = format == .multiline ? sent : sent.trimmingSpaces
        if text.isEmpty { return .null }
        try checkFormat(text)
        return .string(text)
    }

    private func refuseControlCharacters(_ text: String) throws(ValueRefusal) {
        for byte in text.utf8 where byte < 0x20 || byte == 0x7F {
            let isBreak = byte == 0x0A || byte == 0x0D || byte == 0x09
            guard isBreak, format == .multiline || format == .line && byte == 0x09 else {
                throw ValueRefusal(
                    "control_character",
                    "Leave out control characters"
                        + (format == .multiline ? "." : " and line breaks."),
                    "请去掉控制字符" + (format == .multiline ? "。" : "和换行。")
                )
            }
        }
    }

    private func checkFormat(_ text: String) throws(ValueRefusal) {
        switch format {
        case .line, .multiline: return
        case .email where TextRule.isEmail(text): return
        case .phone where TextRule.isPhone(text): return
        case .web where TextRule.isWeb(text): return
        case .key where TextRule.isKey(text): return
        case .day where CalendarDate(text) != nil || CalendarDate(lunar: text) != nil: return
        case .timeZone where TimeZone(identifier: text) != nil: return
        case .clock where WorkingWindow.minute(of: text) != nil: return
        case .email:
            throw ValueRefusal(
                "not_email",
                "Send an e-mail address such as li@example.com.",
                "请填写电子邮件地址，例如 li@example.com。"
            )
        case .phone:
            throw ValueRefusal(
                "not_phone",
                "Send a telephone number: digits, spaces and + - ( ) . / only, at least three digits.",
                "请填写电话号码：只用数字、空格和 + - ( ) . /，至少三位数字。"
            )
        case .web:
            throw ValueRefusal(
                "not_web",
                "Send a web address such as https://www.example.com.",
                "请填写网址，例如 https://www.example.com。"
            )
        case .key:
            throw ValueRefusal(
                "not_key",
                "Send small letters, digits and _, beginning with a letter.",
                "只用小写字母、数字和下划线，并以字母开头。"
            )
        case .day:
            throw ValueRefusal("not_date", "Send a day as YYYY-MM-DD.", "请按 YYYY-MM-DD 填写日期。")
        case .timeZone:
            throw ValueRefusal(
                "not_time_zone",
                "Send an IANA time zone such as Asia/Shanghai.",
                "请填写 IANA 时区，例如 Asia/Shanghai。"
            )
        case .clock:
            throw ValueRefusal(
                "not_clock",
                "Send a time of day as HH:MM, from 00:00 to 24:00.",
                "请按 HH:MM 填写时刻，从 00:00 到 24:00。"
            )
        }
    }

    /// One `@` between a local part and a domain, no spaces; what a mail server accepts beyond that only it can tell.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].count), (1...255).contains(parts[1].count)
        else { return false }
        let forbidden = Set(" \t<>()[]\\,;:\"".utf8)
        guard !text.utf8.contains(where: forbidden.contains) else { return false }
        let domain = parts[1]
        return domain.first != UInt8(ascii: ".") && domain.last != UInt8(ascii: ".")
    }

    static func isPhone(_ text: String) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let marks = Set("+-() ./#*".utf8)
        guard text.utf8.allSatisfy({ digits.contains($0) || marks.contains($0) }) else { return false }
        return text.utf8.count(where: digits.contains) >= 3
    }

    /// `http`, `https` or no scheme at all; never one that a browser would run as a script.
    static func isWeb(_ text: String) -> Bool {
        guard !text.unicodeScalars.contains(where: { $0.properties.isWhitespace }) else { return false }
        let lower = text.lowercased()
        for scheme in ["https://", "http://"] where lower.hasPrefix(scheme) {
            return lower.utf8.count > scheme.utf8.count
        }
        let host = lower.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let colon = host.firstIndex(of: ":") else { return host.contains(".") }
        return host[..<colon].contains(".")
            && host[colon...].dropFirst().utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }

    static func isKey(_ text: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first) else { return false }
        return text.utf8.allSatisfy {
            letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}

extension String {
    /// The text without white space at its ends.
    ///
    /// Most texts have none, and are returned as they are.
    package var trimmingSpaces: String {
        guard let first = unicodeScalars.first, let last = unicodeScalars.last else { return self }
        guard first.properties.isWhitespace || last.properties.isWhitespace else { return self }
        return trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
