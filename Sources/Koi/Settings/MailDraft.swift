import KoiHTTP
import KoiJSON

/// The mail settings while a patch is applied to them.
struct MailDraft {
    enum Password: Equatable {
        case kept
        case removed
        case changed(String)
    }

    /// As they are stored, every member in its place.
    private(set) var values: JSONObject
    private(set) var password = Password.kept
    private let before: JSONObject
    private let now: Int64

    /// - Parameter before: as they are stored.
    init(_ before: JSONObject, now: Int64) {
        self.before = before
        self.now = now
        values = before
    }

    mutating func fill(from sent: JSONValue, _ issues: inout [Problem.Issue]) {
        guard let patch = sent.objectValue ?? (sent.isNull ? MailDraft.nothing : nil) else {
            return issues.append(ValueRefusal("not_object", "Send an object.", "请填写对象。").issue(field: "mail"))
        }
        let known = issues.count
        for member in patch.members where issues.count < Problem.maximumIssues { fill(member, &issues) }
        guard issues.count == known else { return }
        if values["server"]?.isNull != false || values["user"]?.isNull != false, password == .kept {
            password = .removed
        }
        check(&issues)
        switch password {
        case .kept: return
        case .removed: values["passwordSetAt"] = .null
        case .changed: values["passwordSetAt"] = .string(Timestamp.text(now))
        }
    }

    private mutating func fill(_ member: JSONObject.Member, _ issues: inout [Problem.Issue]) {
        do throws(ValueRefusal) {
            if member.name == "password" {
                password = try MailDraft.password(member.value)
                return
            }
            guard let field = Settings.mailFields.first(where: { $0.name == member.name }) else {
                throw ValueRefusal("unknown_field", "There is no such field.", "没有这个字段。")
            }
            guard !field.isReadOnly else {
                throw ValueRefusal("read_only", "This field is set by Koi; leave it out.", "该字段由 Koi 维护，请勿填写。")
            }
            let value = member.value.isNull ? .null : try field.kind.checked(member.value)
            values[field.name] = value.isNull ? field.fallback : value
        } catch {
            issues.append(error.issue(field: "mail." + member.name))
        }
    }

    /// As it was sent: white space at its ends may be part of a password.
    private static func password(_ sent: JSONValue) throws(ValueRefusal) -> Password {
        if sent.isNull || sent == "" { return .removed }
        guard let text = sent.stringValue, text.unicodeScalars.count <= 500,
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else {
            throw ValueRefusal(
                "not_password",
                "Send a text of at most 500 characters, without control characters.",
                "请填写不超过 500 个字符且不含控制字符的文本。"
            )
        }
        return .changed(text)
    }

    // MARK: What must agree

    private func check(_ issues: inout [Problem.Issue]) {
        guard let server = values["server"]?.stringValue else {
            if case .changed = password { issues.append(ValueRefusal.required.issue(field: "mail.server")) }
            return
        }
        if !MailDraft.isHost(server) { issues.append(MailDraft.notHost.issue(field: "mail.server")) }
        if values["from"]?.stringValue == nil { issues.append(ValueRefusal.required.issue(field: "mail.from")) }
        if values["security"] == "none", !MailServer.isLoopback(server) {
            issues.append(MailDraft.insecure.issue(field: "mail.security"))
        }
        if values["user"]?.stringValue == nil {
            if case .changed = password { issues.append(ValueRefusal.required.issue(field: "mail.user")) }
        } else if password == .removed || password == .kept && before["passwordSetAt"]?.isNull != false {
            issues.append(ValueRefusal.required.issue(field: "mail.password"))
        } else if password == .kept,
            ["server", "port", "security", "user"].contains(where: { values[$0] != before[$0] })
        {
            issues.append(MailDraft.againNeeded.issue(field: "mail.password"))
        }
    }

    /// A name or an address in numbers.
    private static func isHost(_ text: String) -> Bool {
        if AddressRange(text) != nil, !text.contains("/") { return true }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "-")
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                }
        }
    }

    private static let nothing = JSONObject(
        (Settings.mailFields.filter { !$0.isReadOnly } + [Settings.password]).map { .init(name: $0.name, value: .null) }
    )
    private static let notHost = ValueRefusal(
        "not_host",
        "Send the name or address of a server, such as smtp.example.com.",
        "请填写服务器名称或地址，例如 smtp.example.com。"
    )
    private static let insecure = ValueRefusal(
        "insecure",
        "Without encryption mail goes to this machine only (localhost). Choose starttls or tls.",
        "不加密的连接仅限本机（localhost）。请选择 starttls 或 tls。"
    )
    private static let againNeeded = ValueRefusal(
        "password_again",
        "Enter the password again, since it would be sent to another place than the one it was given for.",
        "服务器或账号已更改，请重新填写密码。"
    )
}
