/// Reads `method SP target SP HTTP/1.x` (RFC 9112 §3).
enum RequestLine {
    static func read(
        _ line: UnsafeRawBufferPointer,
        into head: inout RequestHead
    )
        throws(Refusal)
    {
        // §3: one space between the parts; §3.2: whoever leaves more in is refused, not repaired.
        guard let first = line.offset(of: .space), first > 0 else {
            throw .bad("bad_request_line", "The request line is not: method, target, version.")
        }
        let method = line.part(0..<first)
        guard method.allSatisfy({ ByteClass.token.contains($0) }) else {
            throw .bad("bad_method", "The method holds a character that is not allowed.")
        }
        // Before anything else is refused: the answer to a HEAD never has content.
        head.method = self.method(method)
        let rest = line.part(first + 1..<line.count)
        guard let second = rest.offset(of: .space), second > 0 else {
            throw .bad("bad_request_line", "The request line is not: method, target, version.")
        }
        try readVersion(rest.part(second + 1..<rest.count), into: &head)
        // RFC 9110 §9.3.6: CONNECT asks for a tunnel, which an origin server does not open.
        if head.method == .connect {
            throw Refusal(
                .notImplemented,
                code: "not_implemented",
                detail: "CONNECT is not offered here."
            )
        }
        try RequestTarget.read(rest.part(0..<second), into: &head)
    }

    /// RFC 9112 §2.3: `HTTP/` in upper case, one digit, a dot, one digit.
    private static func readVersion(
        _ bytes: UnsafeRawBufferPointer,
        into head: inout RequestHead
    ) throws(Refusal) {
        guard bytes.count == 8, bytes[0] == 72, bytes[1] == 84, bytes[2] == 84, bytes[3] == 80,
            bytes[4] == .slash, bytes[5].isDigit, bytes[6] == 46, bytes[7].isDigit
        else {
            throw .bad("bad_version", "The request line does not end with an HTTP version.")
        }
        guard bytes[5] == 49 else {
            throw Refusal(
                .versionNotSupported,
                code: "version_not_supported",
                detail: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
            )
        }
        // RFC 9110 §2.5: a higher minor version is served as the highest that is known.
        head.minorVersion = bytes[7] == 48 ? 0 : 1
    }

    private static func method(_ bytes: UnsafeRawBufferPointer) -> Method {
        if bytes.count == 3, bytes[0] == 71, bytes[1] == 69, bytes[2] == 84 { return .get }
        return Method(rawValue: bytes.text)
    }
}
