/// An address that Koi sends requests to: `https://erp.example.com:8443/hooks?from=koi`.
///
/// Made only of what can be understood in one way: no user name, no fragment, nothing that should be escaped, and a host in
/// letters or in the usual spelling of its number.
package struct OutgoingURL: Sendable, Equatable {
    static let maximumLength = 2_000

    package let isSecure: Bool
    /// A name in small letters, or an address; one of IPv6 without its brackets.
    package let host: String
    package let port: Int
    /// Path and query, as they are sent.
    package let target: String

    /// Nil for anything but such an address.
    package init?(_ text: String) {
        guard text.utf8.count <= OutgoingURL.maximumLength, text.utf8.allSatisfy(OutgoingURL.isPlain) else {
            return nil
        }
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return nil }
        isSecure = scheme == "https://"
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = OutgoingURL.split(authority) else { return nil }
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        let target = String(rest.dropFirst(authority.count))
        self.target = target.hasPrefix("/") ? target : "/" + target
    }

    /// What the field `Host` says (RFC 9110 §7.2).
    var authority: String {
        let name = host.contains(":") ? "[" + host + "]" : host
        return port == (isSecure ? 443 : 80) ? name : name + ":" + String(port)
    }

    /// What the certificate must be good for: the name without the dot of the root.
    var certificateName: String { host.hasSuffix(".") ? String(host.dropLast()) : host }

    /// RFC 3986 §2: visible characters of ASCII, without those that would have to be escaped, and without `#`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !forbidden.contains(byte)
    }

    private static let forbidden = Set("\"#<>\\^`{|}".utf8)

    private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
        guard !authority.contains("@") else { return nil }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let literal = String(authority[authority.index(after: authority.startIndex)..<end])
            guard literal.contains(":"), NumericAddress(literal) != nil,
                let port = port(authority[authority.index(after: end)...])
            else { return nil }
            return (literal.lowercased(), port.number)
        }
        let host = authority.prefix { $0 != ":" }
        guard isName(host), let port = port(authority.dropFirst(host.count)) else { return nil }
        return (host.lowercased(), port.number)
    }

    /// Nothing, or `:` and a number from 1 to 65535.
    private static func port(_ text: Substring) -> (number: Int?, Void)? {
        guard let first = text.first else { return (nil, ()) }
        let digits = text.dropFirst()
        guard first == ":", (1...5).contains(digits.utf8.count), let number = Digits.integer(String(digits)),
            (1...65_535).contains(number)
        else { return nil }
        return (Int(number), ())
    }

    /// Labels of letters, digits, `-` and `_`; where the last is a number, the whole must be an address of IPv4 as usual:
    /// resolvers also take `0x7f.1` and `2130706433` for one.
    private static func isName(_ host: Substring) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...253).contains(host.utf8.count), let last = labels.last(where: { !$0.isEmpty }) else { return false }
        for (index, label) in labels.enumerated() {
            // One dot at the end is the root.
            if label.isEmpty, index > 0, index == labels.count - 1 { continue }
            guard (1...63).contains(label.count), label.allSatisfy(isLetter) else { return false }
        }
        guard isNumber(last) else { return true }
        return NumericAddress(String(host)) != nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        label.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            || label.starts(with: "0x".utf8) || label.starts(with: "0X".utf8)
    }
}
