/// What a proxy says of the peer that it took a request from: a member of `Forwarded` (RFC 7239 §4), or of the
/// `X-Forwarded-…` lists.
struct ForwardedHop: Equatable {
    /// The address in its canonical form; nil for `unknown` and obfuscated identifiers (RFC 7239 §6.2, §6.3).
    var address: String?
    var isSecure: Bool?
    var host: String?

    init(address: String? = nil, isSecure: Bool? = nil, host: String? = nil) {
        self.address = address
        self.isSecure = isSecure
        self.host = host
    }

    /// A member of `Forwarded`; nil where it breaks the grammar.
    init?(element: UnsafeRawBufferPointer) {
        self.init()
        var rest = element
        var seen: Set<String> = []
        while true {
            let pair = rest.take(ForwardedHop.pairLength(rest)).trimmed()
            // RFC 7239 §4: a parameter occurs once in an element; an empty one stands for nothing.
            if !pair.isEmpty {
                guard let equals = pair.offset(of: 61),
                    let value = QuotedText.value(pair.part(equals + 1..<pair.count)),
                    case let name = pair.part(0..<equals).text.lowercased(), seen.insert(name).inserted,
                    read(name, value)
                else { return nil }
            }
            guard !rest.isEmpty else { return }
            _ = rest.take(1)
        }
    }

    /// - Returns: whether the value is what the parameter may hold.
    private mutating func read(_ name: String, _ value: [UInt8]) -> Bool {
        switch name {
        case "for":
            guard let node = ForwardedNode(value) else { return false }
            address = node.address
        case "proto":
            guard let isSecure = ForwardedHop.isSecure(scheme: value) else { return false }
            self.isSecure = isSecure
        case "host":
            guard let host = ForwardedHop.host(value) else { return false }
            self.host = host
        default: break
        }
        return true
    }

    /// Nil for a scheme that Koi is not served by.
    static func isSecure(scheme: [UInt8]) -> Bool? {
        scheme.withBytes { bytes in
            if bytes.equals(lowercase: "https") { return true }
            return bytes.equals(lowercase: "http") ? false : nil
        }
    }

    /// Nil for what is no host with an optional port.
    static func host(_ value: [UInt8]) -> String? {
        value.withBytes { !$0.isEmpty && HostRules.isValid($0) ? $0.text : nil }
    }

    /// Up to the next semicolon outside of quotes.
    private static func pairLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 34: isQuoted.toggle()
            case 92 where isQuoted: index += 1
            case 59 where !isQuoted: return index
            default: break
            }
            index += 1
        }
        return bytes.count
    }
}
