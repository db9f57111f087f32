import KoiJSON

/// A place in a JSON document: `data[0].id`.
struct JSONPath {
    private enum Step {
        case member(String)
        case item(Int)
    }

    private var steps: [Step] = []

    init?(_ text: String) {
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let name = part.prefix { $0 != "[" }
            if !name.isEmpty { steps.append(.member(String(name))) }
            var rest = part[name.endIndex...]
            guard !name.isEmpty || !rest.isEmpty else { return nil }
            while !rest.isEmpty {
                guard rest.first == "[", let close = rest.firstIndex(of: "]"),
                    let index = Digits.integer(String(rest[..<close].dropFirst())), (0..<10_000).contains(index)
                else { return nil }
                steps.append(.item(Int(index)))
                rest = rest[rest.index(after: close)...]
            }
        }
    }

    /// Nil where there is nothing.
    func value(in document: JSONValue) -> JSONValue? {
        var value = document
        for step in steps {
            switch step {
            case .member(let name):
                guard let next = value.objectValue?[name] else { return nil }
                value = next
            case .item(let index):
                guard let items = value.arrayValue, items.indices.contains(index) else { return nil }
                value = items[index]
            }
        }
        return value
    }
}
