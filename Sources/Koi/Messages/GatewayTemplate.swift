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
