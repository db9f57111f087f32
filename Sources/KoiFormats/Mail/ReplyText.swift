/// A text cut into what somebody wrote and what they quoted below it.
package struct ReplyText: Sendable, Equatable {
    package let written: String
    /// Empty where nothing was quoted.
    package let quoted: String

    /// Bytes of a line that are looked at.
    private static let shownBytes = 300
    /// Lines that a program may need to say who wrote, and when.
    private static let introduction = 4

    package init(_ text: String) {
        let lines = text.utf8.split(separator: .lineFeed, omittingEmptySubsequences: false)
        let heads = lines.map { String(decoding: $0.prefix(ReplyText.shownBytes), as: UTF8.self).lowercased() }
        let end = ReplyText.announced(heads) ?? ReplyText.trailing(heads)
        let written = end.map { ReplyText.text(lines[..<$0]) } ?? text
        // Who wrote below, or nothing, means all of it.
        guard let end, !written.utf8.allSatisfy(MailBytes.isSpace) else {
            (self.written, quoted) = (text, "")
            return
        }
        self.written = written
        quoted = ReplyText.text(lines[end...])
    }

    private static func text(_ lines: ArraySlice<Substring.UTF8View>) -> String {
        MailText.lines(lines.map { String(Substring($0)) }.joined(separator: "\n"))
    }

    /// The first line that says that what follows is another mail.
    private static func announced(_ lines: [String]) -> Int? {
        let lastQuoted = lines.lastIndex { $0.hasPrefix(">") } ?? -1
        let lastWritten = lines.lastIndex { !isBlank($0) && !$0.hasPrefix(">") } ?? -1
        for (index, line) in lines.enumerated() {
            if isSeparator(line) { return index }
            if isHeader(line), lines[index...].dropFirst().prefix(5).count(where: isHeader) >= 2 {
                // Outlook draws a line above.
                return index > 0 && isRule(lines[index - 1]) ? index - 1 : index
            }
            // Behind it there is the quote alone, marked or not.
            if startsIntroduction(line), let end = introductionEnd(lines, from: index),
                lastWritten <= end || lastQuoted <= end
            {
                return index
            }
        }
        return nil
    }

    /// Quoted lines at the end, and who is quoted above them.
    private static func trailing(_ lines: [String]) -> Int? {
        var start = lines.count
        var isQuoted = false
        while start > 0, isBlank(lines[start - 1]) || lines[start - 1].hasPrefix(">") {
            start -= 1
            isQuoted = isQuoted || lines[start].hasPrefix(">")
        }
        return isQuoted ? start : nil
    }

    // MARK: Lines

    /// `-----Original Message-----` and its like; what is forwarded is what is meant and stays.
    private static func isSeparator(_ line: String) -> Bool {
        guard line.hasPrefix("--"), line.utf8.count < 120 else { return false }
        return ["original message", "原始邮件", "原始郵件", "ursprüngliche nachricht", "message d'origine"].contains {
            line.contains($0)
        }
    }

    private static func isRule(_ line: String) -> Bool {
        line.utf8.count >= 10 && line.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    /// As Outlook and Chinese programs head a quote.
    private static func isHeader(_ line: String) -> Bool {
        let line = line.drop { "*> ".contains($0) }
        return headerNames.contains { name in
            line.hasPrefix(name) && line.utf8.dropFirst(name.utf8.count).prefix(8).contains(where: isColon)
        }
    }

    private static let headerNames = [
        "from", "sent", "to", "subject", "date", "发件人", "发送时间", "收件人", "主题", "日期", "抄送", "寄件者", "收件者", "主旨",
    ]

    /// `:` or the first byte of `：`.
    private static func isColon(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ":") || byte == 0xEF }

    private static func startsIntroduction(_ line: String) -> Bool {
        ["on ", "am ", "le ", "在 ", "在", "el "].contains { line.hasPrefix($0) } || endsIntroduction(line)
    }

    private static func endsIntroduction(_ line: String) -> Bool {
        let end = line.utf8.reversed().drop(while: MailBytes.isSpace).prefix(30).reversed()
        let text = String(decoding: Array(end), as: UTF8.self)
        return ["wrote:", "写道：", "写道:", "寫道：", "寫道:", "schrieb:", "a écrit :", "escribió:"].contains {
            text.hasSuffix($0)
        }
    }

    /// The line with which an introduction ends, within a few lines; without a date it is none.
    private static func introductionEnd(_ lines: [String], from start: Int) -> Int? {
        let few = lines[start...].prefix(introduction)
        guard let end = few.firstIndex(where: endsIntroduction) else { return nil }
        let hasDate = few[...end].contains { $0.utf8.contains { (0x30...0x39).contains($0) } }
        return hasDate ? end : nil
    }

    private static func isBlank(_ line: String) -> Bool { line.utf8.allSatisfy(MailBytes.isSpace) }
}
