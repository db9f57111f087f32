/// Reads a request target (RFC 9112 §3.2) into the path, segments and query of a head.
enum RequestTarget {
    /// - Throws: `Refusal` 400 for a target that has none of the forms or does not decode.
    static func read(
        _ bytes: UnsafeRawBufferPointer,
        into head: inout RequestHead
    )
        throws(Refusal)
    {
        guard let first = bytes.first else {
            throw .bad("bad_target", "The request target is empty.")
        }
        // Bytes above ASCII are not in the grammar; `readPath` says where they are let through, as UTF-8.
        for byte in bytes where byte <= .space || byte == 127 || byte == 35 {
            throw .bad(
                "bad_target",
                "The request target holds a character that must be percent-encoded."
            )
        }
        // ASCII is valid, and nearly every target.
        let isASCII = bytes.allSatisfy { $0 < 128 }
        guard let target = isASCII ? bytes.text : String(validating: bytes, as: UTF8.self) else {
            throw .bad("bad_target", "The request target is not valid UTF-8.")
        }
        head.target = target

        if first == .slash {
            try readPath(bytes, into: &head)
        } else if bytes.count == 1, first == 42 {
            // RFC 9112 §3.2.4: the asterisk form is for OPTIONS alone.
            guard head.method == .options else {
                throw .bad("bad_target", "The target * is for OPTIONS only.")
            }
            head.path = "*"
            head.segments = ["*"]
            head.query = nil
        } else {
            try readAbsolute(bytes, into: &head)
        }
    }

    /// RFC 9112 §3.2.2: the authority of an absolute target takes the place of the Host field.
    private static func readAbsolute(
        _ bytes: UnsafeRawBufferPointer,
        into head: inout RequestHead
    ) throws(Refusal) {
        let scheme = bytes.offset(of: .colon).map { bytes.part(0..<$0) }
        guard let scheme, scheme.equals(lowercase: "http") || scheme.equals(lowercase: "https"),
            bytes.count > scheme.count + 3, bytes[scheme.count + 1] == .slash,
            bytes[scheme.count + 2] == .slash
        else {
            throw .bad("bad_target", "The request target is neither a path nor an http address.")
        }
        var rest = bytes.part(scheme.count + 3..<bytes.count)
        let end = rest.firstIndex { $0 == .slash || $0 == .questionMark } ?? rest.count
        let authority = rest.take(end)
        guard !authority.isEmpty, HostRules.isValid(authority) else {
            throw .bad("bad_target", "The host of the request target is not valid.")
        }
        head.fields.set("Host", authority.text)
        try readPath(rest, into: &head)
    }

    private static func readPath(
        _ bytes: UnsafeRawBufferPointer,
        into head: inout RequestHead
    ) throws(Refusal) {
        let mark = bytes.offset(of: .questionMark)
        let path = bytes.part(0..<(mark ?? bytes.count))
        // RFC 9112 §3.2: filters on the way look at paths, so these are never repaired. A query is given more room: browsers
        // send characters there that should be escaped, and curl sends what is typed.
        guard path.allSatisfy({ ByteClass.path.contains($0) }) else {
            throw .bad("bad_path", "The path holds a character that must be percent-encoded.")
        }
        head.query = mark.map { bytes.part($0 + 1..<bytes.count).text }
        head.segments = []
        if path.count > 1 { head.segments.reserveCapacity(4) }

        var isPlain = true
        var rest = path
        while !rest.isEmpty {
            _ = rest.take(1)
            let segment = rest.take(rest.offset(of: .slash) ?? rest.count)
            // The path `/` has no segments; elsewhere an empty last one tells `/a/` from `/a`.
            if segment.isEmpty, path.count == 1 { break }
            if segment.offset(of: .percent) != nil || segment.first == 46 {
                isPlain = false
                try append(segment, isLast: rest.isEmpty, to: &head.segments)
            } else {
                head.segments.append(segment.text)
            }
        }
        if isPlain, !path.isEmpty {
            head.path =
                mark == nil && path.count == head.target.utf8.count ? head.target : path.text
        } else {
            head.path = "/" + head.segments.joined(separator: "/")
        }
    }

    /// Decodes a segment and then looks for `.` and `..` (RFC 3986 §5.2.4), so that `%2e%2e` is no way around.
    private static func append(
        _ segment: UnsafeRawBufferPointer,
        isLast: Bool,
        to segments: inout [String]
    ) throws(Refusal) {
        switch PercentCoding.decode(segment, plusIsSpace: false) {
        case .failure(let failure):
            throw .bad("bad_path", failure.sentence + " in the path.")
        case .success("."):
            break
        case .success(".."):
            _ = segments.popLast()
        case .success(let text):
            // No name has them, and in a log or in a field of the answer they would begin a new line.
            guard !text.utf8.contains(where: { $0 < .space || $0 == 127 }) else {
                throw .bad("bad_path", "The path holds a control character.")
            }
            segments.append(text)
            return
        }
        // `/a/..` and `/a/.` name a folder, as `/` and `/a/` do.
        if isLast, !segments.isEmpty { segments.append("") }
    }
}
