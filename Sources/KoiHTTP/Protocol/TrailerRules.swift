/// Which fields may stand behind a chunked body (RFC 9110 §6.5.1).
enum TrailerRules {
    /// Whether a field of this name decides how a message is framed, routed, let in or read.
    ///
    /// Nobody sends it there in good faith, and whoever took it over would read another request. All other trailers are
    /// dropped.
    static func forbids(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 2: name.equals(lowercase: "te")
        case 4: name.equals(lowercase: "host")
        case 6: name.equals(lowercase: "cookie") || name.equals(lowercase: "expect")
        case 7: name.equals(lowercase: "trailer") || name.equals(lowercase: "upgrade")
        case 10: name.equals(lowercase: "connection")
        case 12: name.equals(lowercase: "content-type")
        case 13: name.equals(lowercase: "authorization") || name.equals(lowercase: "content-range")
        case 14: name.equals(lowercase: "content-length")
        case 16: name.equals(lowercase: "content-encoding")
        case 17: name.equals(lowercase: "transfer-encoding")
        default: false
        }
    }
}
