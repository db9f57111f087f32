import KoiHTTP
import KoiJSON

/// How a request to a gateway is made of a message: single braces in its URL, header fields and body.
struct GatewayTemplate {
    private static let own: Set<String> = ["to", "text", "subject", "id"]
    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent", "expect", "te",
        "trailer",
        "upgrade",
    ]

    private let record: Record

    init(_ record: Record) {
        self.record = record
    }

    var method: Method { Method(rawValue: record["method"].stringValue ?? "POST") }
    private var url: String { record["url"].stringValue ?? "" }

    /// Scheme, host and port; nil where the URL is none, or they depend on the message.
    var origin: String? {
        guard let scheme = ["https://", "http://"].first(where: url.lowercased().hasPrefix) else { return nil }
        let rest = url.dropFirst(scheme.count)
        let place = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !place.isEmpty, !place.contains("{"), !place.contains("@") else { return nil }
        return scheme + place.lowercased()
    }

    // MARK: Checks

    /// What is wrong with it.
    var issues: [Problem.Issue] {
        var issues: [Problem.Issue] = []
        check(url, "url", &issues)
        // Filled with letters, it must be an address.
        if origin == nil || OutgoingURL(filledURL { _ in "x" }) == nil {
            issues.append(GatewayTemplate.notURL.issue(field: "url"))
        }
        for (index, header) in headers.enumerated() {
            let place = "headers[\(index)]"
            var fields = Fields()
            if GatewayTemplate.reserved.contains(header.name.lowercased()) || !fields.append(header.name, "x") {
                issues.append(GatewayTemplate.notHeader.issue(field: place + ".name"))
            }
            check(header.value, place + ".value", &issues)
        }
        check(record["body"], "body", isTop: true, depth: 0, &issues)
        if (record["successPath"].isNull) != (record["successValue"].isNull) {
            let missing = record["successPath"].isNull ? "successPath" : "successValue"
            issues.append(ValueRefusal.required.issue(field: missing))
        }
        for name in ["successPath", "receiptPath"] {
            if let path = record[name].stringValue, JSONPath(path) == nil {
                issues.append(GatewayTemplate.notPath.issue(field: name))
            }
        }
        return issues
    }

    private func check(_ text: String, _ field: String, _ issues: inout [Problem.Issue]) {
        for name in BracePlaceholders(text).names where !GatewayTemplate.isKnown(name) {
            let refusal = ValueRefusal(
                "unknown_placeholder",
                "There is no placeholder {\(name)}: use {to}, {text}, {subject}, {id}, {parameter.NAME} or {secret.NAME}.",
                "没有占位符 {\(name)}：可用 {to}、{text}、{subject}、{id}、{parameter.名称}、{secret.名称}。"
            )
            issues.append(refusal.issue(field: field))
        }
    }

    /// No deeper than the reader of JSON lets a body go.
    private func check(_ value: JSONValue, _ place: String, isTop: Bool, depth: Int, _ issues: inout [Problem.Issue]) {
        guard issues.count < Problem.maximumIssues else { return }
        switch value {
        case .string(let text): check(text, place, &issues)
        case .object(let object):
            if record["format"] == "form", !isTop { issues.append(GatewayTemplate.notFlat.issue(field: place)) }
            for member in object.members {
                check(member.value, place + "." + member.name, isTop: false, depth: depth + 1, &issues)
            }
        case .array(let items):
            if record["format"] == "form" { issues.append(GatewayTemplate.notFlat.issue(field: place)) }
            for (index, item) in items.enumerated() {
                check(item, "\(place)[\(index)]", isTop: false, depth: depth + 1, &issues)
            }
        case .null, .bool, .integer, .number: return
        }
    }

    private static func isKnown(_ name: String) -> Bool {
        if own.contains(name) { return true }
        for prefix in ["parameter.", "secret."] where name.hasPrefix(prefix) {
            return TextRule.isKey(String(name.dropFirst(prefix.count)))
        }
        return false
    }

    // MARK: Filling

    var headers: [(name: String, value: String)] {
        (record["headers"].arrayValue ?? []).compactMap(\.objectValue).map {
            ($0["name"]?.stringValue ?? "", $0["value"]?.stringValue ?? "")
        }
    }

    func filledURL(_ value: (String) throws -> String) rethrows -> String {
        try BracePlaceholders(url).filled { PercentEncoding.encoded(try value($0)) }
    }

    /// - Returns: the body and its media type; nil where there is none.
    func filledBody(_ value: (String) throws -> String) rethrows -> (type: String, bytes: [UInt8])? {
        switch record["format"].stringValue {
        case "json": return ("application/json", Array(try filled(record["body"], value).text.utf8))
        case "form":
            let pairs = try (record["body"].objectValue ?? [:]).members.map { member in
                let text = member.value.stringValue ?? (member.value.isNull ? "" : member.value.text)
                return PercentEncoding.encoded(member.name) + "="
                    + PercentEncoding.encoded(try BracePlaceholders(text).filled(value))
            }
            return ("application/x-www-form-urlencoded", Array(pairs.joined(separator: "&").utf8))
        default: return nil
        }
    }

    private func filled(_ template: JSONValue, _ value: (String) throws -> String) rethrows -> JSONValue {
        switch template {
        case .string(let text): .string(try BracePlaceholders(text).filled(value))
        case .object(let object):
            .object(JSONObject(try object.members.map { .init(name: $0.name, value: try filled($0.value, value)) }))
        case .array(let items): .array(try items.map { try filled($0, value) })
        case .null, .bool, .integer, .number: template
        }
    }

    private static let notURL = ValueRefusal(
        "not_url",
        "Send an address such as https://sms.example.com/send; what comes before the path has no placeholders.",
        "请填写网址，例如 https://sms.example.com/send；路径之前不能有占位符。"
    )
    private static let notHeader = ValueRefusal(
        "not_header",
        "Send the name of a header field that Koi does not write by itself.",
        "请填写有效的请求头名称，且不是 Koi 自动填写的请求头。"
    )
    private static let notFlat = ValueRefusal(
        "not_flat",
        "The fields of a form are texts or numbers.",
        "表单字段只能是文本或数字。"
    )
    private static let notPath = ValueRefusal(
        "not_path",
        "Send names with dots between them, and numbers in brackets: data[0].id.",
        "请填写以点分隔的名称和方括号中的序号，例如 data[0].id。"
    )
}

/// A text with placeholders in single braces; braces around anything else stand for themselves.
struct BracePlaceholders {
    private var pieces: [Placeholders.Piece] = []

    init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let inner = rest[rest.index(after: open)...].prefix { $0 != "}" && $0 != "{" }
            let isName =
                !inner.isEmpty && inner.utf8.allSatisfy(BracePlaceholders.isName) && inner.endIndex < rest.endIndex
                && rest[inner.endIndex] == "}"
            let end = isName ? rest.index(after: inner.endIndex) : rest.index(after: open)
            if isName {
                pieces += [.text(String(rest[..<open])), .name(String(inner))]
            } else {
                pieces.append(.text(String(rest[..<end])))
            }
            rest = rest[end...]
        }
        pieces.append(.text(String(rest)))
    }

    var names: [String] { pieces.compactMap { if case .name(let name) = $0 { name } else { nil } } }

    func filled(_ value: (String) throws -> String) rethrows -> String {
        try pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .name(let name): try value(name)
            }
        }.joined()
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
}

/// Text as a part of a URL or form.
enum PercentEncoding {
    /// All but the unreserved characters (RFC 3986 §2.3) escaped, so that nothing can end the part where it stands.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || Array("-._~".utf8).contains(byte)
            bytes += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A place in a JSON document: `data[0].id`.
struct JSONPath {
    private enum Step {
        case member(String)
        case item(Int)
    }

    private var steps: [Step] = []

    init?(_ text: String) {
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let name = part.prefix { $0 != "[" }
            if !name.isEmpty { steps.append(.member(String(name))) }
            var rest = part[name.endIndex...]
            guard !name.isEmpty || !rest.isEmpty else { return nil }
            while !rest.isEmpty {
                guard rest.first == "[", let close = rest.firstIndex(of: "]"),
                    let index = Digits.integer(String(rest[..<close].dropFirst())), (0..<10_000).contains(index)
                else { return nil }
                steps.append(.item(Int(index)))
                rest = rest[rest.index(after: close)...]
            }
        }
    }

    /// Nil where there is nothing.
    func value(in document: JSONValue) -> JSONValue? {
        var value = document
        for step in steps {
            switch step {
            case .member(let name):
                guard let next = value.objectValue?[name] else { return nil }
                value = next
            case .item(let index):
                guard let items = value.arrayValue, items.indices.contains(index) else { return nil }
                value = items[index]
            }
        }
        return value
    }
}
