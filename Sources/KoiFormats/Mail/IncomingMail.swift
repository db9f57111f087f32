/// A mail of a stranger's, read as far as `MailLimits` goes: it never fails, and never holds HTML.
package struct IncomingMail: Sendable {
    /// What was left out.
    package enum Omission: String, Sendable, CaseIterable {
        case fields, parts, text, files
    }

    package let fields: MailFields
    package let subject: String?
    package let from: [Mailbox]
    package let replyTo: [Mailbox]
    /// Without brackets.
    package let id: String?
    /// The mails that it answers, the nearest last, without brackets.
    package let references: [String]
    /// All that was written, lines ended by `\n`; quotes stand in it.
    package let text: String
    package let files: [IncomingFile]
    package let omissions: Set<Omission>
    /// Whether it says what became of another mail (RFC 6522).
    package let isReport: Bool

    package init(_ bytes: [UInt8]) {
        let root = MailEntity(bytes[...])
        fields = root.fields
        isReport =
            root.type == "multipart/report" && root.parameters.word("report-type")?.lowercased() == "delivery-status"
        subject = root.fields.value("subject").flatMap { MailText.line(EncodedWords.text($0[...])) }
        from = IncomingMail.mailboxes("from", of: root.fields)
        replyTo = IncomingMail.mailboxes("reply-to", of: root.fields)
        id = root.fields.values("message-id").lazy.compactMap { MessageIDs.read($0).first }.first
        references = IncomingMail.references(root.fields)
        var walk = MailWalk()
        walk.run(root)
        text = walk.text
        files = walk.files
        omissions = walk.omissions
    }

    private static func mailboxes(_ name: String, of fields: MailFields) -> [Mailbox] {
        fields.value(name).map(MailboxReader.read) ?? []
    }

    /// RFC 5322 §3.6.4: what it answers is the last of its references, whether it says so twice or not.
    private static func references(_ fields: MailFields) -> [String] {
        let thread = fields.values("references").flatMap(MessageIDs.read)
        let answered = fields.values("in-reply-to").flatMap(MessageIDs.read)
        return Array((thread.filter { !answered.contains($0) } + answered).suffix(MailLimits.references))
    }

    /// Why nobody should be answered, or nil where a person wrote.
    package var automatic: String? {
        // RFC 3834 §5.
        if let value = fields.text("auto-submitted")?.lowercased(), !value.hasPrefix("no") { return "auto-submitted" }
        let quiet = ["auto_reply", "bulk", "junk", "list"]
        if let value = fields.text("precedence")?.lowercased(), quiet.contains(value) { return "precedence" }
        for name in ["x-autoreply", "x-autorespond", "x-auto-response-suppress"] where fields.has(name) { return name }
        // RFC 2919 and RFC 2369: a list is no person.
        for name in ["list-id", "list-unsubscribe", "list-post"] where fields.has(name) { return name }
        return nil
    }
}
