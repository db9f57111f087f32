/// A text with placeholders in single braces; braces around anything else stand for themselves.
struct BracePlaceholders {
    private var pieces: [Placeholders.Piece] = []

    init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let inner = rest[rest.index(after: open)...].prefix { $0 != "}" && $0 != "{" }
            let isName =
                !inner.isEmpty && inner.utf8.allSatisfy(BracePlaceholders.isName) && inner.endIndex < rest.endIndex
                && rest[inner.endIndex] == "}"
            let end = isName ? rest.index(after: inner.endIndex) : rest.index(after: open)
            if isName {
                pieces += [.text(String(rest[..<open])), .name(String(inner))]
            } else {
                pieces.append(.text(String(rest[..<end])))
            }
            rest = rest[end...]
        }
        pieces.append(.text(String(rest)))
    }

    var names: [String] { pieces.compactMap { if case .name(let name) = $0 { name } else { nil } } }

    func filled(_ value: (String) throws -> String) rethrows -> String {
        try pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .name(let name): try value(name)
            }
        }.joined()
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }
}
