/// The query of a request target, read as `name=value` pairs joined by `&` (form encoding).
package enum Query {
    /// The pairs in order, percent and `+` decoded once.
    ///
    /// An empty pair (`a=1&&b=2`) is left out.
    ///
    /// - Throws: `QueryError` for a broken percent escape, text that is not UTF-8, or U+0000.
    package static func parse(_ raw: String?) throws(QueryError) -> [(name: String, value: String)] {
        guard let raw, !raw.isEmpty else { return [] }
        var pairs: [(name: String, value: String)] = []
        try Array(raw.utf8).withBytes { bytes throws(QueryError) in
            var rest = bytes
            while !rest.isEmpty {
                let pair = rest.take(rest.offset(of: 38) ?? rest.count)
                if !rest.isEmpty { _ = rest.take(1) }
                if pair.isEmpty { continue }
                let equals = pair.offset(of: 61)
                let name = try decode(pair.part(0..<(equals ?? pair.count)))
                let value = try equals.map { at throws(QueryError) in
                    try decode(pair.part(at + 1..<pair.count))
                }
                pairs.append((name, value ?? ""))
            }
        }
        return pairs
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) throws(QueryError) -> String {
        switch PercentCoding.decode(bytes, plusIsSpace: true) {
        case .success(let text): return text
        case .failure(let failure): throw QueryError(reason: failure, text: bytes.text)
        }
    }
}

/// A query that cannot be decoded.
package struct QueryError: Error, Equatable {
    package let reason: PercentCoding.Failure
    /// The name or value at fault, as it was sent.
    package let text: String

    /// An English sentence that names what is wrong.
    package var message: String { "\(reason.sentence): \(text)" }
}
