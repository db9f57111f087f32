/// A sentence or label in every language that Koi speaks, written side by side so that none is forgotten.
package struct Text: Sendable, Equatable {
    package let en: String
    package let zh: String

    package init(_ en: String, _ zh: String) {
        self.en = en
        self.zh = zh
    }

    package func callAsFunction(_ language: Language) -> String {
        switch language {
        case .en: en
        case .zh: zh
        }
    }
}

/// The languages of Koi's texts.
package enum Language: String, Sendable, CaseIterable {
    case en
    case zh

    /// The best language for an `Accept-Language` field (RFC 9110 §12.5.4); English where it names neither.
    package init(accepting field: String?) {
        self = .en
        guard let field else { return }
        var best = 0.0
        for range in field.utf8.prefix(1_000).split(separator: UInt8(ascii: ",")) {
            let parts = Substring(range).split(separator: ";")
            guard let tag = parts.first?.drop(while: { $0 == " " }).lowercased() else { continue }
            let quality = Language.quality(parts.dropFirst())
            let primary = tag.split(separator: "-").first.map { $0.filter { $0 != " " } } ?? ""
            guard quality > best, let language = Language(rawValue: String(primary)) else { continue }
            best = quality
            self = language
        }
    }

    /// The weight of a language range; an unreadable one counts as unacceptable.
    private static func quality(_ parameters: ArraySlice<Substring>) -> Double {
        for parameter in parameters {
            let trimmed = parameter.filter { $0 != " " }
            if trimmed.hasPrefix("q=") { return Double(trimmed.dropFirst(2)) ?? 0 }
        }
        return 1
    }
}
