extension OptionValue {
    /// Addresses apart by commas.
    package static func addresses(_ text: String) throws(ValueSentence) -> [ListenAddress] {
        var addresses: [ListenAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let address = try address(String(part).trimmingSpaces)
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    /// `HOST:PORT`, where an IPv6 address stands in brackets (RFC 3986 §3.2.2), or `unix:PATH`.
    ///
    /// Port 0 lets the system choose.
    package static func address(_ text: String) throws(ValueSentence) -> ListenAddress {
        if text.hasPrefix("unix:") { return .unix(path: try socketPath(text.dropFirst(5))) }
        for (scheme, security) in [("http://", ListenAddress.Security.plain), ("https://", .tls)]
        where text.hasPrefix(scheme) {
            let (host, port) = try hostAndPort(text.dropFirst(scheme.count))
            return .tcp(host: host, port: port, security)
        }
        let (host, port) = try hostAndPort(text[...])
        return .tcp(host: host, port: port, .byCertificate)
    }

    /// As chmod(1) takes it in octal digits.
    static func mode(_ text: String) throws(ValueSentence) -> UInt32 {
        let digits = text.hasPrefix("0") && text.utf8.count == 4 ? text.dropFirst() : text[...]
        guard digits.utf8.count == 3, digits.utf8.allSatisfy({ (48...55).contains($0) }),
            let mode = UInt32(digits, radix: 8)
        else { throw ValueSentence("give three octal digits, such as 0660.") }
        return mode
    }

    /// The path of a file; nil for `none`.
    static func file(_ text: String) throws(ValueSentence) -> String? {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw ValueSentence("give the path of a file.") }
        return text == "none" ? nil : text
    }

    private static func socketPath(_ path: Substring) throws(ValueSentence) -> String {
        guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count <= 107 else {
            throw ValueSentence("give unix: and the path of a socket of at most 107 bytes.")
        }
        return String(path)
    }

    static func hostAndPort(_ text: Substring) throws(ValueSentence) -> (String, Int) {
        guard let colon = text.lastIndex(of: ":") else {
            throw ValueSentence("give HOST:PORT, such as 127.0.0.1:8080, or unix:PATH.")
        }
        let port = text[text.index(after: colon)...]
        guard let number = Digits.integer(String(port)), (0...65_535).contains(number),
            !port.hasPrefix("-")
        else { throw ValueSentence("the port must be a whole number from 0 to 65535.") }
        return (try host(text[..<colon]), Int(number))
    }

    private static func host(_ text: Substring) throws(ValueSentence) -> String {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = text.dropFirst().dropLast()
            let digits = Set("0123456789abcdefABCDEF:.".utf8)
            // A zone such as %eth0 names the interface of a link-local address.
            let parts = address.split(separator: "%", omittingEmptySubsequences: false)
            guard let first = parts.first, first.contains(":"), parts.count <= 2,
                first.utf8.allSatisfy(digits.contains), parts.allSatisfy({ !$0.isEmpty })
            else { throw ValueSentence("what stands in brackets must be an IPv6 address.") }
            return String(address)
        }
        guard !text.contains(":") else {
            throw ValueSentence("put an IPv6 address into brackets, such as [::1]:8080.")
        }
        let letters = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._".utf8)
        guard !text.isEmpty, text.utf8.allSatisfy(letters.contains) else {
            throw ValueSentence(
                "give HOST:PORT; 0.0.0.0 stands for all IPv4 addresses, [::] for all."
            )
        }
        return String(text)
    }
}
