import CLinux
import Glibc

/// The syntax of a Host field: `uri-host [":" port]` (RFC 9110 §7.2, RFC 3986 §3.2.2).
enum HostRules {
    /// Whether the value is a host and an optional port, without user name.
    static func isValid(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = value.first else { return false }
        var rest = value
        if first == 91 {
            guard let end = value.offset(of: 93), end > 1 else { return false }
            let literal = rest.take(end + 1).part(1..<end)
            // RFC 3986's `v1.…` forms and zones are not in use.
            var address = in6_addr()
            guard inet_pton(AF_INET6, literal.text, &address) == 1 else { return false }
        } else {
            let name = rest.take(rest.offset(of: .colon) ?? rest.count)
            guard !name.isEmpty, name.allSatisfy({ ByteClass.host.contains($0) }) else {
                return false
            }
        }
        guard let colon = rest.first else { return true }
        return colon == .colon && isPort(rest.part(1..<rest.count))
    }

    /// RFC 3986 §3.2.3: digits, also none.
    private static func isPort(_ digits: UnsafeRawBufferPointer) -> Bool {
        guard digits.count <= 5, digits.allSatisfy(\.isDigit) else { return false }
        return digits.reduce(0) { $0 * 10 + Int($1 &- 48) } <= 65_535
    }
}
