import KoiFormats

/// What a mail says, as a ticket has it.
struct TicketLetter {
    let subject: String
    let text: String
    let language: Language

    /// Letters without a Chinese one among them that make a text one of another language; a number or a name is of none.
    private static let telling = 20

    /// - Parameter usual: the language where nothing tells.
    init(_ mail: IncomingMail, _ usual: Language) {
        let language = TicketLetter.language(of: (mail.subject ?? "") + "\n" + mail.text) ?? usual
        self.language = language
        subject = mail.subject ?? Text("(no subject)", "（无主题）")(language)
        let room = TicketMessages.longestText - 200
        let isCut = mail.text.unicodeScalars.count > room
        let written = isCut ? String(String.UnicodeScalarView(mail.text.unicodeScalars.prefix(room))) : mail.text
        let shown = written.isEmpty ? Text("(no text)", "（无正文）")(language) : written
        let isLeftOut = isCut || !mail.omissions.isEmpty
        text = isLeftOut ? shown + "\n\n" + TicketLetter.leftOut(language) : shown
    }

    private static let leftOut = Text(
        "[Parts of this mail were left out: there was more than a ticket takes.]",
        "［此邮件内容过多，部分内容未收录。］"
    )

    private static func language(of text: String) -> Language? {
        var letters = 0
        for scalar in text.unicodeScalars.prefix(10_000) {
            if (0x4E00...0x9FFF).contains(scalar.value) { return .zh }
            if scalar.properties.isAlphabetic { letters += 1 }
        }
        return letters >= telling ? .en : nil
    }
}

/// What of a mail the answer tells of.
struct IncomingMailSummary: Sendable {
    let omitted: [String]

    init(_ mail: IncomingMail) {
        omitted = mail.omissions.map(\.rawValue).sorted()
    }
}
