import KoiHTTP

/// How much a client wants media types, by its `Accept` field (RFC 9110 §12.5.1).
struct AcceptedTypes {
    /// A type, or a range of types that begins alike, with its weight in thousandths.
    private struct Range {
        let type: String
        let weight: Int
    }

    private let ranges: [Range]

    /// - Parameter field: nil where the client says nothing, and takes everything.
    init(_ field: String?) {
        ranges = (field ?? "*/*").split(separator: ",").prefix(50).map { member in
            let parts = member.split(separator: ";")
            let parameters = parts.dropFirst().map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let weight = parameters.first { $0.hasPrefix("q=") }.map { AcceptedTypes.weight($0.dropFirst(2)) }
            return Range(type: RequestBody.essence(String(parts.first ?? "")), weight: weight ?? 1000)
        }
    }

    /// From 0 for what the client does not take to 1000.
    ///
    /// The most exact range counts.
    func weight(of type: String) -> Int {
        let family = type.prefix { $0 != "/" } + "/*"
        for wanted in [type, String(family), "*/*"] {
            if let range = ranges.first(where: { $0.type == wanted }) { return range.weight }
        }
        return 0
    }

    /// Whether a client would rather have this type than JSON.
    ///
    /// - Throws: `Problem` 406 where it takes neither.
    static func prefer(_ type: String, in request: Request) throws -> Bool {
        try prefer([type], in: request) != nil
    }

    /// Which of these types a client would rather have than JSON, nil for JSON; of those that it wants alike, the one that it
    /// names first.
    ///
    /// - Throws: `Problem` 406 where it takes none.
    static func prefer(_ types: [String], in request: Request) throws -> String? {
        let fields = request.head.fields.values("Accept")
        guard !fields.isEmpty, fields != ["*/*"] else { return nil }
        let accepted = AcceptedTypes(fields.joined(separator: ","))
        var best = (type: json, weight: accepted.weight(of: json))
        for type in types {
            let weight = accepted.weight(of: type)
            guard weight > best.weight || weight == best.weight && weight > 0 && accepted.names(type, before: best.type)
            else { continue }
            best = (type, weight)
        }
        guard best.weight > 0 else {
            let others = types.joined(separator: ", ")
            throw Problem(
                .notAcceptable,
                "not_acceptable",
                Text("This comes as application/json or as \(others).", "此内容只提供 application/json 或 \(others) 格式。")
            )
        }
        return best.type == json ? nil : best.type
    }

    private static let json = "application/json"

    /// Whether the field has this type before the other one.
    private func names(_ type: String, before other: String) -> Bool {
        ranges.first { $0.type == type || $0.type == other }?.type == type
    }

    /// `qvalue` of RFC 9110 §12.4.2; what is none counts as unacceptable.
    private static func weight(_ text: Substring) -> Int {
        let digits = Array(text.utf8)
        guard (1...5).contains(digits.count), digits[0] == 48 || digits[0] == 49,
            digits.count == 1 || digits[1] == 46
        else { return 0 }
        var weight = Int(digits[0] &- 48) * 1000
        for (place, digit) in zip([100, 10, 1], digits.dropFirst(2)) {
            guard (48...57).contains(digit) else { return 0 }
            weight += Int(digit &- 48) * place
        }
        return weight <= 1000 ? weight : 0
    }
}
