import KoiHTTP

/// The page of a ticket for its customer as HTML, without a script.
struct TicketPage {
    /// What is said above it after something was sent.
    enum Notice {
        case thanks
        case problem(Text)
    }

    /// The name of the field in which a message is sent.
    static let field = "text"
    /// In code points.
    static let longestMessage = 10_000

    private let view: TicketView
    private let time: PageTime
    private var language: Language { view.language }

    init(_ view: TicketView, zone: String) {
        self.view = view
        time = PageTime(zone: zone)
    }

    /// - Parameter typed: what was sent and refused.
    func html(_ notice: Notice? = nil, typed: String = "") -> [UInt8] {
        let content = """
            \(said(notice))
            <dl class="card ticket">
            \(line(Text("Number", "工单号"), view.number))
            \(line(Text("State", "状态"), view.standing))
            \(line(Text("Responsible for you", "您的负责人"), view.responsible ?? Text("To be named", "待确定")(language)))
            </dl>
            <h2>\(words(Text("What was said", "往来消息")))</h2>
            <ol class="talk">
            \(view.messages.map(item).joined(separator: "\n"))
            </ol>
            \(view.asksForScore ? rating : "")
            \(form(typed))
            """
        return PublicPage.html(view.subject, content, language)
    }

    static func unknown(_ language: Language) -> [UInt8] {
        let lead = Text(
            "This link is not good any more. Use the one in the newest message, or write to us.",
            "此链接已失效。请使用最新消息中的链接，或与我们联系。"
        )(language)
        return PublicPage.html(
            Text("Link not good", "链接无效")(language),
            "<p class=\"problem\" role=\"alert\">\(HTMLText.escaped(lead))</p>",
            language
        )
    }

    private func said(_ notice: Notice?) -> String {
        switch notice {
        case nil: ""
        case .thanks:
            "<p class=\"done\" role=\"status\">\(words(Text("Thank you. We have it.", "谢谢，我们已收到。")))</p>"
        case .problem(let text): "<p class=\"problem\" role=\"alert\">\(words(text))</p>"
        }
    }

    private func line(_ name: Text, _ value: String) -> String {
        "<dt>\(words(name))</dt><dd>\(HTMLText.escaped(value))</dd>"
    }

    private func item(_ message: TicketView.Message) -> String {
        let who = message.isOurs ? Text("We", "我们") : Text("You", "您")
        let quote =
            message.quoted.isEmpty
            ? ""
            : "<details><summary>\(words(Text("Quoted", "引用内容")))</summary><p class=\"words\">\(HTMLText.escaped(message.quoted))</p></details>"
        return """
            <li class="card\(message.isOurs ? "" : " own")"><p class="about">\(words(who)) · \(HTMLText.escaped(time.text(message.at)))</p>
            <p class="words">\(HTMLText.escaped(message.text))</p>\(quote)</li>
            """
    }

    private var rating: String {
        let scores = TicketSatisfaction.scores.reversed().map { score in
            "<label class=\"tick\"><input type=\"radio\" name=\"score\" value=\"\(score)\" required> \(words(TicketPage.score(score)))</label>"
        }
        return """
            <form class="card form" method="post" accept-charset="utf-8">
              <fieldset><legend>\(words(Text("How satisfied are you with the way it was handled?", "您对处理过程满意吗？")))</legend>
            \(scores.joined(separator: "\n"))</fieldset>
              <input type="hidden" name="result" value="rated">
              <label>\(words(Text("What should we know?", "您想告诉我们什么？")))
            <textarea name="comment" rows="3" maxlength="\(TicketSatisfaction.longestComment)"></textarea></label>
              <button type="submit">\(words(Text("Send", "发送")))</button>
            </form>
            """
    }

    private static func score(_ score: Int64) -> Text {
        switch score {
        case 5: Text("5 – very satisfied", "5 – 非常满意")
        case 4: Text("4 – satisfied", "4 – 满意")
        case 3: Text("3 – neither", "3 – 一般")
        case 2: Text("2 – dissatisfied", "2 – 不满意")
        default: Text("1 – very dissatisfied", "1 – 非常不满意")
        }
    }

    private func form(_ typed: String) -> String {
        """
        <form class="card form" method="post" accept-charset="utf-8">
          <label>\(words(Text("Write to us", "给我们留言")))
        <textarea name="\(TicketPage.field)" rows="5" maxlength="\(TicketPage.longestMessage)" required>
        \(HTMLText.escaped(typed))</textarea></label>
          <button type="submit">\(words(Text("Send", "发送")))</button>
        </form>
        """
    }

    private func words(_ text: Text) -> String { HTMLText.escaped(text(language)) }
}

/// Times as the company's clocks show them: `2026-11-22 17:00`.
struct PageTime {
    private static let minute: Int64 = 60_000

    private let clocks: LocalTime

    init(zone: String) {
        clocks = LocalTime(zone: zone)
    }

    func text(_ time: Int64) -> String {
        let (day, rest) = clocks.parts(time)
        let minutes = rest / PageTime.minute
        return CalendarDate(daysSince1970: day).text + " " + PageTime.two(minutes / 60) + ":"
            + PageTime.two(minutes % 60)
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
