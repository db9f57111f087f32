import KoiHTTP
import KoiJSON

/// The page behind the link of a remedy: it shows what is offered, and takes the answer once.
enum ConsentPageRoutes {
    private static let path = ConsentLink.path + "{token}"

    static let routes: [Route] = [
        Route(.get, path, .read(show)).access(.link).bodyLimit(4 << 10).alone(),
        Route(.post, path, .write(answer)).access(.link).bodyLimit(16 << 10).alone().taking([
            "application/x-www-form-urlencoded"
        ]),
    ]

    /// To look is not to answer: scanners of mail follow every link.
    private static func show(_ call: Call) throws -> Answer {
        let page = try ConsentPage(call)
        guard let remedy = try ConsentLink(call.transaction()).remedy(of: call.captures["token"] ?? "") else {
            return .page(page.unknown, isFound: false)
        }
        return .page(page.question(remedy))
    }

    private static func answer(_ call: Call) throws -> Answer {
        let page = try ConsentPage(call)
        let token = call.captures["token"] ?? ""
        let values = try IntakeValues(call)
        let said = values.text("answer")
        guard said == "yes" || said == "no" else {
            guard let remedy = try ConsentLink(call.transaction()).remedy(of: token) else {
                return .page(page.unknown, isFound: false)
            }
            return .page(page.question(remedy))
        }
        let holder = Actor(kind: .link, user: nil, access: .nothing)
        let remedy = try call.transaction().acting(as: holder) {
            try ConsentLink($0).answer(token, consents: said == "yes")
        }
        guard remedy != nil else { return .page(page.unknown, isFound: false) }
        return .page(page.thanks(said == "yes"))
    }
}

/// The page as HTML, without a script.
struct ConsentPage {
    private let language: Language
    private let company: String?

    init(_ call: Call) throws {
        language = call.language
        company = try call.transaction().catalog.settings.current.companyName
    }

    func question(_ remedy: Record) -> [UInt8] {
        let lead = Text("\(company ?? "We") would like to make up for what went wrong:", "为弥补不便，\(company ?? "我们")提出：")
        return page(
            Text("Do you agree?", "您是否同意？"),
            """
            <p>\(escaped(lead))</p>
            <p><strong>\(HTMLText.escaped(RemedyWords(remedy).summary(language)))</strong></p>
            <form class="card form" method="post">
              <button type="submit" name="answer" value="yes">\(escaped(Text("I agree", "同意")))</button>
              <button type="submit" name="answer" value="no">\(escaped(Text("No, thank you", "不同意")))</button>
            </form>
            """
        )
    }

    func thanks(_ consents: Bool) -> [UInt8] {
        let lead =
            consents
            ? Text("Thank you. We will see to it at once.", "谢谢，我们会立即兑现。")
            : Text("Thank you for telling us. We will get in touch with you.", "谢谢您的答复，我们会与您联系。")
        return page(Text("Thank you", "谢谢"), "<p role=\"status\">\(escaped(lead))</p>")
    }

    var unknown: [UInt8] {
        let lead = Text(
            "This link is not good any more, or was answered already. Write to us, please.",
            "此链接已失效，或已答复。如有疑问请与我们联系。"
        )
        return page(Text("Link not good", "链接无效"), "<p class=\"problem\" role=\"alert\">\(escaped(lead))</p>")
    }

    private func escaped(_ text: Text) -> String { HTMLText.escaped(text(language)) }

    private func page(_ title: Text, _ content: String) -> [UInt8] {
        PublicPage.html(title(language), content, language)
    }
}
