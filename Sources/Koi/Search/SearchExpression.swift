/// An FTS5 query of quoted tokens.
///
/// Nothing in it is ever syntax but what is written here: tokens consist of letters, digits and
/// markers, and stand in quotes.
indirect enum SearchExpression: Equatable {
    case token(String)
    /// Every token that begins so.
    case beginning(String)
    case all([SearchExpression])
    case any([SearchExpression])

    /// All of the parts, or `nil` where none restricts anything.
    static func all(of parts: [SearchExpression?]) -> SearchExpression? {
        let restricting = unique(parts)
        return restricting.count > 1 ? .all(restricting) : restricting.first
    }

    /// One of the parts; `nil` where there is none.
    static func any(of parts: [SearchExpression?]) -> SearchExpression? {
        let possible = unique(parts)
        return possible.count > 1 ? .any(possible) : possible.first
    }

    /// The parts that there are, each once; there are few.
    private static func unique(_ parts: [SearchExpression?]) -> [SearchExpression] {
        parts.reduce(into: []) { unique, part in
            if let part, !unique.contains(part) { unique.append(part) }
        }
    }

    var text: String {
        switch self {
        case .token(let token): quoted(token)
        case .beginning(let token): quoted(token) + "*"
        case .all(let parts): "(" + parts.map(\.text).joined(separator: " AND ") + ")"
        case .any(let parts): "(" + parts.map(\.text).joined(separator: " OR ") + ")"
        }
    }

    private func quoted(_ token: String) -> String {
        "\"" + token.filter { $0 != "\"" } + "\""
    }
}
