/// Texts of header fields with encoded words in them (RFC 2047).
enum EncodedWords {
    /// What has no words is taken for what it looks like, as many programs send it.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        var reader = Reader()
        var place = bytes.startIndex
        var plain = place
        while place < bytes.endIndex {
            guard bytes[place] == UInt8(ascii: "="), let word = word(bytes[place...]) else {
                place += 1
                continue
            }
            reader.take(plain: bytes[plain..<place])
            reader.take(word)
            place = word.end
            plain = place
        }
        reader.take(plain: bytes[plain...], isLast: true)
        return reader.finish()
    }

    fileprivate struct Word {
        let charset: String
        let bytes: [UInt8]
        let end: Int
    }

    /// RFC 2047 §2: `=?charset?encoding?text?=`, the text without `?`.
    ///
    /// Spaces in it, and words that are longer than they may be, are
    /// common and do no harm.
    private static func word(_ bytes: ArraySlice<UInt8>) -> Word? {
        guard bytes.dropFirst().first == question else { return nil }
        let charset = bytes.dropFirst(2).prefix(60).prefix(while: isToken)
        var rest = bytes[charset.endIndex...]
        guard !charset.isEmpty, rest.first == question else { return nil }
        rest = rest.dropFirst()
        guard let kind = rest.first, rest.dropFirst().first == question else { return nil }
        rest = rest.dropFirst(2)
        guard let end = rest.firstIndex(of: question), rest[end...].dropFirst().first == UInt8(ascii: "=") else {
            return nil
        }
        var content: [UInt8] = []
        switch kind {
        case UInt8(ascii: "B"), UInt8(ascii: "b"): content = TransferEncoding.base64.decoded(rest[..<end])
        case UInt8(ascii: "Q"), UInt8(ascii: "q"): TransferEncoding.unquote(rest[..<end], into: &content, isWord: true)
        default: return nil
        }
        return Word(charset: MailBytes.lowercased(charset), bytes: content, end: end + 2)
    }

    private static let question = UInt8(ascii: "?")

    private static func isToken(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != question && byte != UInt8(ascii: "=")
    }

    /// Joins what follows each other: a character is often cut in two by words (§5 forbids it in vain).
    private struct Reader {
        private var text = ""
        private var charset: String?
        private var bytes: [UInt8] = []

        mutating func take(plain: ArraySlice<UInt8>, isLast: Bool = false) {
            // §6.2: space between words is none.
            if charset != nil, !isLast, plain.allSatisfy(MailBytes.isSpace) { return }
            flush()
            text += MailCharset.guessed(plain)
        }

        mutating func take(_ word: Word) {
            if charset != word.charset { flush() }
            charset = word.charset
            bytes += word.bytes
        }

        mutating func finish() -> String {
            flush()
            return text
        }

        private mutating func flush() {
            if let charset { text += MailCharset.text(bytes[...], charset) }
            charset = nil
            bytes = []
        }
    }
}
