/// Turns HTML of mails into plain text.
///
/// Nothing of it is HTML afterwards: no tag, no script, no style.
///
/// Reads each byte once, without a tree: what is opened need not be closed.
struct HTMLReader {
    private let bytes: [UInt8]
    private var place = 0
    private var writer = PlainWriter()
    /// Where the text of the link at hand begins, and where it leads.
    private var link: (start: Int, target: [UInt8])?

    static func text(_ html: String) -> String {
        var reader = HTMLReader(bytes: Array(html.utf8))
        reader.run()
        return String(decoding: reader.writer.text, as: UTF8.self)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func run() {
        while place < bytes.count, !writer.isFull {
            let byte = bytes[place]
            if byte == UInt8(ascii: "<"), isMarkup(at: place + 1) {
                readMarkup()
            } else if byte == UInt8(ascii: "&"), let (text, length) = HTMLEntity.read(bytes[place...].prefix(12)) {
                writer.add(text)
                place += length
            } else {
                writer.add(byte)
                place += 1
            }
        }
    }

    private func isMarkup(at index: Int) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index]
        return HTMLReader.isLetter(byte) || "/!?".utf8.contains(byte)
    }

    private mutating func readMarkup() {
        place += 1
        switch bytes[place] {
        case UInt8(ascii: "!") where starts(with: "!--"):
            place += 3
            skip(behind: "-->")
        case UInt8(ascii: "!"), UInt8(ascii: "?"): skip(behind: ">")
        case UInt8(ascii: "/"):
            place += 1
            let name = takeName()
            skip(behind: ">")
            close(name)
        default:
            let name = takeName()
            open(name, takeAttributes())
        }
    }

    // MARK: Elements

    private mutating func open(_ name: String, _ attributes: [String: [UInt8]]) {
        switch name {
        case "script", "style", "title", "textarea", "template", "noscript": skipContent(of: name)
        case "br": writer.breakLine()
        case "blockquote":
            writer.paragraph()
            writer.quote(1)
        case "li":
            writer.line()
            writer.add("- ".utf8)
        case "pre":
            writer.paragraph()
            writer.isVerbatim = true
        case "td", "th": writer.space()
        case "a": link = attributes["href"].flatMap(HTMLReader.target).map { (writer.text.count, $0) }
        case "img": writer.add(attributes["alt"] ?? [])
        default: edge(name)
        }
    }

    private mutating func close(_ name: String) {
        switch name {
        case "blockquote":
            writer.quote(-1)
            writer.paragraph()
        case "pre":
            writer.isVerbatim = false
            writer.paragraph()
        case "a": endLink()
        default: edge(name)
        }
    }

    private mutating func edge(_ name: String) {
        if HTMLReader.paragraphs.contains(name) {
            writer.paragraph()
        } else if HTMLReader.blocks.contains(name) {
            writer.line()
        }
    }

    private static let paragraphs: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr", "dl",
    ]
    private static let blocks: Set<String> = [
        "div", "tr", "li", "section", "article", "header", "footer", "address", "center", "form", "fieldset", "dt",
        "dd",
        "main", "nav", "aside", "figure", "figcaption", "caption", "body",
    ]

    /// Says where a link leads, unless its text does.
    private mutating func endLink() {
        defer { link = nil }
        guard let (start, target) = link, start <= writer.text.count else { return }
        let text = MailBytes.trimmed(writer.text[start...])
        guard !text.isEmpty, !text.elementsEqual(target) else { return }
        writer.add(" <".utf8)
        writer.add(target)
        writer.add(">".utf8)
    }

    /// Links of which people make something: no scripts, and none so long that it is but a mark.
    private static func target(_ href: [UInt8]) -> [UInt8]? {
        let target = Array(MailBytes.trimmed(href[...]))
        let start = MailBytes.lowercased(target.prefix(8))
        guard start.hasPrefix("https://") || start.hasPrefix("http://"), target.count <= 300,
            target.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") })
        else { return nil }
        return target
    }

    // MARK: Bytes

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[place...].starts(with: $0) }
    }

    /// Goes behind the next place where a text stands; to the end where it stands nowhere.
    private mutating func skip(behind text: StaticString) {
        while place < bytes.count, !starts(with: text) { place += 1 }
        place = min(place + text.utf8CodeUnitCount, bytes.count)
    }

    /// What is text for nobody ends with its own end alone.
    private mutating func skipContent(of name: String) {
        let end = Array(("</" + name).utf8)
        while place < bytes.count {
            if bytes[place] == end[0], MailBytes.lowercased(bytes[place...].prefix(end.count)).utf8.elementsEqual(end) {
                return skip(behind: ">")
            }
            place += 1
        }
    }

    private mutating func takeName() -> String {
        let name = bytes[place...].prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "/") }
        place = name.endIndex
        return MailBytes.lowercased(name.prefix(20))
    }

    /// Goes behind the end of a tag.
    private mutating func takeAttributes() -> [String: [UInt8]] {
        var attributes: [String: [UInt8]] = [:]
        while place < bytes.count, bytes[place] != UInt8(ascii: ">") {
            let name = bytes[place...].prefix { $0 > 0x20 && !"=>/".utf8.contains($0) }
            place = name.endIndex
            guard place < bytes.count, bytes[place] == UInt8(ascii: "=") || !name.isEmpty else {
                place = min(place + 1, bytes.count)
                continue
            }
            skipSpace()
            guard place < bytes.count, bytes[place] == UInt8(ascii: "=") else { continue }
            place += 1
            skipSpace()
            let value = takeValue()
            if name.count <= 10, attributes.count < 20 {
                attributes[MailBytes.lowercased(name)] = HTMLEntity.decoded(value)
            }
        }
        place = min(place + 1, bytes.count)
        return attributes
    }

    private mutating func takeValue() -> ArraySlice<UInt8> {
        guard place < bytes.count else { return [] }
        let quote = bytes[place]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let value = bytes[place...].prefix { $0 > 0x20 && $0 != UInt8(ascii: ">") }
            place = value.endIndex
            return value
        }
        let value = bytes[(place + 1)...].prefix { $0 != quote }
        place = min(value.endIndex + 1, bytes.count)
        return value
    }

    private mutating func skipSpace() {
        while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
}
