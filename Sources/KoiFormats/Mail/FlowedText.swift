/// Text whose lines were broken for sending, joined again (RFC 3676).
enum FlowedText {
    /// - Parameters:
    ///   - text: its lines end with `\n`.
    ///   - deletesSpace: whether the space that marks a line which goes on is none of the text (`DelSp`).
    static func joined(_ text: String, deletesSpace: Bool) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        /// How deep the line that goes on was quoted; nil where none does.
        var open: Int?
        var rest = Array(text.utf8)[...]
        while var line = MailBytes.line(&rest) {
            let quotes = line.prefix { $0 == UInt8(ascii: ">") }
            let depth = quotes.count
            line = line.dropFirst(depth)
            // §4.4: a space was put before what might be taken for something else.
            if line.first == .space { line = line.dropFirst() }
            // §4.3: the line before a signature ends with a space, continues nothing and goes on nowhere.
            let isSignature = line.elementsEqual(Array("-- ".utf8))
            if open != depth || isSignature {
                if !result.isEmpty { result.append(.lineFeed) }
                result += quotes
                if depth > 0 { result.append(.space) }
            }
            let goesOn = line.last == .space && !isSignature
            result += goesOn && deletesSpace ? line.dropLast() : line
            open = goesOn ? depth : nil
        }
        return String(decoding: result, as: UTF8.self)
    }
}
