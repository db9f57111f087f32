/// Entity tags (RFC 9110 §8.8.3).
package enum EntityTag {
    /// How two tags are compared (RFC 9110 §8.8.3.2).
    package enum Comparison {
        /// Equal byte for byte, and neither of them weak.
        case strong
        /// Equal but for the mark of weakness.
        case weak
    }

    /// Whether an `If-None-Match` or the like names the tag.
    ///
    /// - Parameters:
    ///   - list: the values of the field, each a list of tags or `*`.
    ///   - tag: with its quotes.
    /// - Returns: true also for `*`.
    package static func matches(
        _ list: [String],
        _ tag: String,
        by comparison: Comparison = .weak
    ) -> Bool {
        let sought = Array(tag.utf8)
        let (soughtTag, soughtIsWeak) = opaque(sought[...])
        for value in list {
            var rest = Array(value.utf8)[...]
            while !rest.isEmpty {
                rest = rest.drop { $0 == .space || $0 == .tab || $0 == 44 }
                if rest.first == 42 { return true }
                let (candidate, isWeak) = take(&rest)
                if candidate.isEmpty { rest = rest.drop { $0 != 44 } }
                if !candidate.isEmpty, candidate == soughtTag,
                    comparison == .weak || !(isWeak || soughtIsWeak)
                {
                    return true
                }
            }
        }
        return false
    }

    /// A strong tag from content: its length and FNV-1a hash, which tells versions of a page apart.
    static func make(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return "\"\(String(bytes.count, radix: 36))-\(String(hash, radix: 36))\""
    }

    /// Takes one tag with its quotes and without `W/`; empty when there is none.
    private static func take(_ rest: inout ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Bool) {
        let (quoted, isWeak) = opaque(rest)
        rest = quoted
        guard rest.first == 34, let end = rest.dropFirst().firstIndex(of: 34) else { return ([], isWeak) }
        let tag = rest[...end]
        rest = rest[(end + 1)...]
        return (tag, isWeak)
    }

    private static func opaque(_ tag: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, isWeak: Bool) {
        let isWeak = tag.starts(with: [87, 47])
        return (isWeak ? tag.dropFirst(2) : tag, isWeak)
    }
}
