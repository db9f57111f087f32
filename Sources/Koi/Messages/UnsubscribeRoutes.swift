import KoiHTTP

/// The page behind the link of a message: it shows what it would do, and does it when asked, with or without a person
/// (RFC 8058).
enum UnsubscribeRoutes {
    private static let path = UnsubscribeLink.path + "{token}"

    static let routes: [Route] = [
        Route(.get, path, .read(show)).access(.link).bodyLimit(4 << 10).alone(),
        Route(.post, path, .write(end)).access(.link).bodyLimit(16 << 10).alone().taking([
            "application/x-www-form-urlencoded", "multipart/form-data",
        ]),
    ]

    /// To look is not to act: scanners of mail follow every link.
    private static func show(_ call: Call) throws -> Answer {
        let page = try UnsubscribePage(call)
        guard let channel = try Unsubscribing(call.transaction()).channel(of: call.captures["token"] ?? "") else {
            return .page(page.unknown, isFound: false)
        }
        return .page(page.question(channel))
    }

    private static func end(_ call: Call) throws -> Answer {
        let page = try UnsubscribePage(call)
        let holder = Actor(kind: .link, user: nil, access: .nothing)
        let channel = try call.transaction().acting(as: holder) {
            try Unsubscribing($0).end(call.captures["token"] ?? "")
        }
        guard let channel else { return .page(page.unknown, isFound: false) }
        return .page(page.done(channel))
    }
}

/// The page as HTML, without a script.
struct UnsubscribePage {
    private let language: Language
    /// Who writes; nil where the settings have no name.
    private let company: String?

    init(_ call: Call) throws {
        language = call.language
        company = try call.transaction().catalog.settings.current.companyName
    }

    func question(_ channel: MessageChannel) -> [UInt8] {
        let title = Text("Unsubscribe", "退订")(language)
        let lead = Text(
            "You will get no more messages from \(company ?? "us") on this channel: \(name(channel)). Answers to what you ask, and what you must know, still come.",
            "您将不再收到\(company ?? "我们")通过此渠道（\(name(channel))）发送的消息；对您咨询的答复和必要的通知仍会发送。"
        )(language)
        return page(
            title,
            """
            <p>\(HTMLText.escaped(lead))</p>
            <form class="card form" method="post">
              <button type="submit">\(HTMLText.escaped(title))</button>
            </form>
            """
        )
    }

    func done(_ channel: MessageChannel) -> [UInt8] {
        let lead = Text(
            "You will get no more messages from \(company ?? "us") on this channel: \(name(channel)).",
            "您将不再收到\(company ?? "我们")通过此渠道（\(name(channel))）发送的消息。"
        )(language)
        return page(
            Text("Unsubscribed", "已退订")(language),
            "<p role=\"status\">\(HTMLText.escaped(lead))</p>"
        )
    }

    var unknown: [UInt8] {
        let lead = Text(
            "This link is not good any more. Use the one in the newest message, or write to us.",
            "此链接已失效。请使用最新消息中的链接，或与我们联系。"
        )(language)
        return page(
            Text("Link not good", "链接无效")(language),
            "<p class=\"problem\" role=\"alert\">\(HTMLText.escaped(lead))</p>"
        )
    }

    private func name(_ channel: MessageChannel) -> String {
        MessageChannel.choices.first { $0.code == channel.rawValue }?.label(language) ?? channel.rawValue
    }

    private func page(_ title: String, _ content: String) -> [UInt8] {
        PublicPage.html(title, content, language)
    }
}
