/// The syntax of a Host field: `uri-host [":" port]` (RFC 9110 §7.2, RFC 3986 §3.2.2).
enum HostRules {
    /// Whether the value is a host and an optional port, without user name.
    ///
    /// Empty is valid (RFC 9112 §3.2).
    static func isValid(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = value.first else { return true }
        var rest = value
        if first == 91 {
            guard let end = value.offset(of: 93), end > 1 else { return false }
            let literal = rest.take(end + 1).part(1..<end)
            // Hexadecimal digits, colons and dots: an IPv6 address. RFC 3986's `v1.…` forms are not in use.
            guard literal.allSatisfy({ $0.hexValue != nil || $0 == .colon || $0 == 46 }) else {
                return false
            }
        } else {
            let name = rest.take(rest.offset(of: .colon) ?? rest.count)
            guard !name.isEmpty, name.allSatisfy({ ByteClass.host.contains($0) }) else {
                return false
            }
        }
        guard let colon = rest.first else { return true }
        return colon == .colon && rest.count <= 6 && rest.dropFirst().allSatisfy(\.isDigit)
    }
}
