import KoiJSON

/// Why something could not be delivered.
struct DeliveryFailure: Error, Sendable, Equatable {
    let code: String
    let message: Text
    /// Whether trying again cannot help.
    let isFinal: Bool
    /// Whether it is not sent since a rule forbids it, and not since it could not be.
    let isRefusal: Bool
    /// Whether the other side says that there is no such address.
    let isOfAddress: Bool

    init(
        _ code: String,
        _ en: String,
        _ zh: String,
        isFinal: Bool = false,
        isRefusal: Bool = false,
        isOfAddress: Bool = false
    ) {
        self.code = code
        message = Text(en, zh)
        self.isFinal = isFinal || isRefusal
        self.isRefusal = isRefusal
        self.isOfAddress = isOfAddress
    }

    /// As the column `error` has it.
    var stored: JSONValue {
        ["code": .string(code), "en": .string(message.en), "zh": .string(message.zh)]
    }

    init?(stored text: String) {
        guard let object = (try? JSONReader.read(Array(text.utf8)))?.objectValue,
            let code = object["code"]?.stringValue,
            let en = object["en"]?.stringValue, let zh = object["zh"]?.stringValue
        else { return nil }
        self.init(code, en, zh)
    }
}

extension DeliveryFailure {
    static let noMailServer = DeliveryFailure(
        "mail_not_configured",
        "Koi has no mail server. An administrator enters one in the settings.",
        "Koi 尚未设置邮件服务器，请管理员在设置中填写。"
    )

    static let noAddress = DeliveryFailure(
        "no_address",
        "There is no e-mail address to send it to.",
        "没有可用的收件地址。",
        isFinal: true
    )

    static let unforeseen = DeliveryFailure(
        "internal_error",
        "Something went wrong in Koi. The log has the detail.",
        "Koi 内部出错，详情见日志。"
    )

    static let unreadableReply = DeliveryFailure(
        "bad_reply",
        "The server does not speak as a mail server should. Check server, port and security.",
        "服务器的应答不符合邮件协议，请检查服务器、端口和加密方式。"
    )

    static let noEncryption = DeliveryFailure(
        "no_starttls",
        "The server does not offer STARTTLS. Choose the security tls, or another port.",
        "服务器不支持 STARTTLS，请改用 TLS 或其他端口。"
    )

    static let noSignIn = DeliveryFailure(
        "no_auth",
        "The server offers no way to sign in that Koi knows (PLAIN, LOGIN). Leave out the user, or use another port.",
        "服务器不支持 Koi 的登录方式（PLAIN、LOGIN），请去掉用户名或使用其他端口。"
    )

    static let noUnicode = DeliveryFailure(
        "no_smtputf8",
        "The server takes no addresses with letters beyond ASCII.",
        "服务器不支持含非 ASCII 字符的邮件地址。",
        isFinal: true
    )

    static let closed = DeliveryFailure(
        "connection_lost",
        "The server ended the connection before it took the mail.",
        "服务器在收下邮件前断开了连接。"
    )

    static func signInRefused(_ reply: SMTPReply) -> DeliveryFailure {
        DeliveryFailure(
            "auth_refused",
            "The server refused user and password: \(reply.text)",
            "服务器拒绝了用户名和密码：\(reply.text)"
        )
    }

    /// What the server says of itself may be mended; what it says of a mail holds.
    static func refused(_ reply: SMTPReply, ofMail: Bool, ofAddress: Bool = false) -> DeliveryFailure {
        DeliveryFailure(
            ofMail ? "refused" : "server_refused",
            "The server refused \(ofMail ? "the mail" : "Koi"): \(reply.text)",
            "服务器拒绝了\(ofMail ? "邮件" : "连接")：\(reply.text)",
            isFinal: ofMail && !reply.isTransient,
            // A bare 550 may as well be about Koi or what it sends (RFC 3463 §3.2).
            isOfAddress: ofAddress && reply.lines.first?.hasPrefix("5.1.") == true
        )
    }

    static func tooLarge(_ limit: Int64) -> DeliveryFailure {
        DeliveryFailure(
            "too_large",
            "The server takes mails of at most \(limit) bytes.",
            "邮件服务器只接收不超过 \(limit) 字节的邮件。",
            isFinal: true
        )
    }
}
