import KoiFormats

/// Mails of strangers: whatever they are, what comes of them is text that can be shown, and files with names that are names.
enum MailFuzzing {
    static func read(_ input: [UInt8]) {
        let mail = IncomingMail(input)
        for line in [mail.subject] + (mail.from + mail.replyTo).map(\.name) { checkLine(line) }
        for box in mail.from + mail.replyTo {
            require(box.address.utf8.contains(UInt8(ascii: "@")), "An address that is none: \(box.address)")
            require(
                box.address.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F },
                "Space in an address."
            )
        }
        for id in mail.references + [mail.id].compactMap(\.self) {
            require(id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E }, "A bad id: \(id)")
        }
        checkText(mail.text, input)
        require(mail.files.count <= MailLimits.files, "More files than may be.")
        for file in mail.files {
            checkLine(file.name)
            require(!file.name.contains { "/\\<>:\"|?*".contains($0) }, "A path: \(file.name)")
            require(file.name.first != "." && !file.name.isEmpty, "A name that hides: \(file.name)")
            require(file.bytes().count <= input.count + 2, "More than was sent.")
        }
        checkSame(mail, IncomingMail(input))
        checkPieces(input)
    }

    private static func checkLine(_ line: String?) {
        guard let line else { return }
        require(!line.isEmpty && line.unicodeScalars.count <= MailLimits.line + 1, "A line beyond its bound.")
        require(
            line.unicodeScalars.allSatisfy { !isControl($0, butLines: false) && !isDirection($0) },
            "A mark in a line."
        )
    }

    private static func checkText(_ text: String, _ input: [UInt8]) {
        require(text.utf8.count <= 4 * MailLimits.text, "A text beyond its bound.")
        require(text.unicodeScalars.allSatisfy { !isControl($0, butLines: true) }, "A control character in a text.")
        let reply = ReplyText(text)
        require(reply.written.utf8.count + reply.quoted.utf8.count <= text.utf8.count, "A reply longer than itself.")
        require(text.isEmpty || !reply.written.isEmpty, "Nothing left of a text.")
    }

    private static func isControl(_ scalar: Unicode.Scalar, butLines: Bool) -> Bool {
        if butLines, scalar == "\n" || scalar == "\t" { return false }
        return scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }

    private static func isDirection(_ scalar: Unicode.Scalar) -> Bool {
        (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
    }

    private static func checkSame(_ one: IncomingMail, _ other: IncomingMail) {
        require(one.text == other.text && one.subject == other.subject && one.from == other.from, "Read in two ways.")
        require(one.files.map(\.name) == other.files.map(\.name), "Other files.")
        require(one.references == other.references && one.omissions == other.omissions, "Other references.")
    }

    /// Parts are within what they are parts of.
    private static func checkPieces(_ input: [UInt8]) {
        let parts = MailEntity(input[...]).parts() ?? []
        var end = 0
        for part in parts {
            require(part.startIndex >= end && part.endIndex <= input.count, "A part within another.")
            end = part.endIndex
        }
    }
}
