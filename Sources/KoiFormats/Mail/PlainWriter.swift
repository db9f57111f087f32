/// Writes plain text as a page would show it: space is one space, blocks stand on lines of their own, quotes have their mark.
struct PlainWriter {
    private(set) var text: [UInt8] = []
    /// Whether space and line ends stand as they are.
    var isVerbatim = false
    /// Line ends before what comes next; never more than an empty line.
    private var breaks = 0
    private var isSpaced = false
    private var quotes = 0

    var isFull: Bool { text.count >= MailLimits.text }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { add(byte) }
    }

    mutating func add(_ byte: UInt8) {
        guard MailBytes.isSpace(byte) || byte == 0x0C else {
            begin()
            text.append(byte)
            return
        }
        if isVerbatim, byte == .lineFeed {
            breakLine()
        } else if isVerbatim, byte != .carriageReturn {
            begin()
            text.append(byte)
        } else {
            isSpaced = true
        }
    }

    mutating func space() { isSpaced = true }

    mutating func line() { breaks = max(breaks, 1) }

    mutating func paragraph() { breaks = 2 }

    mutating func breakLine() { breaks = min(breaks + 1, 2) }

    /// Deeper than people can follow, nothing is quoted.
    mutating func quote(_ change: Int) { quotes = min(max(quotes + change, 0), 5) }

    private mutating func begin() {
        if text.isEmpty {
            mark()
        } else if breaks > 0 {
            for _ in 0..<breaks { text.append(.lineFeed) }
            mark()
        } else if isSpaced, let last = text.last, last != .space {
            text.append(.space)
        }
        (breaks, isSpaced) = (0, false)
    }

    private mutating func mark() {
        guard quotes > 0 else { return }
        text += [UInt8](repeating: UInt8(ascii: ">"), count: quotes) + [.space]
    }
}
