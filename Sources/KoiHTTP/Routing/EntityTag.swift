/// Entity tags (RFC 9110 §8.8.3).
package enum EntityTag {
    /// Whether an `If-None-Match` or the like names the tag, compared weakly (RFC 9110 §8.8.3.2).
    ///
    /// - Parameters:
    ///   - list: the values of the field, each a list of tags or `*`.
    ///   - tag: with its quotes.
    /// - Returns: true also for `*`.
    package static func matches(_ list: [String], _ tag: String) -> Bool {
        let sought = Array(opaque(Array(tag.utf8)[...]))
        for value in list {
            var rest = Array(value.utf8)[...]
            while !rest.isEmpty {
                rest = rest.drop { $0 == .space || $0 == .tab || $0 == 44 }
                if rest.first == 42 { return true }
                let candidate = take(&rest)
                if candidate.isEmpty { rest = rest.drop { $0 != 44 } }
                if !candidate.isEmpty, Array(candidate) == sought { return true }
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
    private static func take(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        rest = opaque(rest)
        guard rest.first == 34, let end = rest.dropFirst().firstIndex(of: 34) else { return [] }
        let tag = rest[...end]
        rest = rest[(end + 1)...]
        return tag
    }

    private static func opaque(_ tag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        tag.starts(with: [87, 47]) ? tag.dropFirst(2) : tag
    }
}
