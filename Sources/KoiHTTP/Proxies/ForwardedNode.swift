/// Who is named by `for=` or in `X-Forwarded-For`: an address with or without a port, or an identifier that hides one
/// (RFC 7239 §6).
struct ForwardedNode: Equatable {
    /// In its canonical form; nil where it is hidden.
    let address: String?

    /// Nil for what names nobody.
    init?(_ text: [UInt8]) {
        let node: ForwardedNode? = text.withBytes { bytes in
            // RFC 7239 §6.3: an underscore begins an obfuscated identifier.
            if bytes.first == 95 { return ForwardedNode.isHidden(bytes) ? ForwardedNode(address: nil) : nil }
            guard let name = ForwardedNode.withoutPort(bytes) else { return nil }
            if name.equals(lowercase: "unknown") { return ForwardedNode(address: nil) }
            return AddressRange.canonical(name.text).map { ForwardedNode(address: $0) }
        }
        guard let node else { return nil }
        self = node
    }

    private init(address: String?) {
        self.address = address
    }

    /// What is left without brackets and port; nil where those are malformed.
    private static func withoutPort(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var rest = bytes
        var name = bytes
        if bytes.first == 91 {
            guard let end = bytes.offset(of: 93) else { return nil }
            name = rest.take(end + 1).part(1..<end)
            guard name.contains(.colon) else { return nil }
        } else {
            guard let colon = bytes.offset(of: .colon), colon == bytes.lastIndex(of: .colon) else {
                // Several colons are an IPv6 address, which X-Forwarded-For has without brackets.
                return bytes
            }
            name = rest.take(colon)
        }
        return rest.isEmpty || isPort(rest) ? name : nil
    }

    private static func isPort(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.first == .colon else { return false }
        let port = bytes.part(1..<bytes.count)
        if port.first == 95 { return isHidden(port) }
        return (1...5).contains(port.count) && port.allSatisfy(\.isDigit)
    }

    private static func isHidden(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count > 1
            && bytes.dropFirst().allSatisfy {
                $0.isDigit || $0.lowercased &- 97 < 26 || $0 == 46 || $0 == 95 || $0 == 45
            }
    }
}
