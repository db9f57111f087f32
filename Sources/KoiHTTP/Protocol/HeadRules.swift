/// What the fields of a head say about the message itself, gathered while they are read.
///
/// Whatever two parsers could understand differently is refused, because requests are smuggled through such
/// differences (RFC 9112 §11.2).
struct HeadRules: Sendable {
    private(set) var keepsAlive = true
    private(set) var expectsContinue = false
    /// The client's own name for the request, where it gave one that can be used.
    private(set) var requestID: String?
    private var contentLength: Int?
    private var isChunked = false
    private var hosts = 0
    private var contentTypes = 0
    private var authorizations = 0

    /// Takes in one field.
    mutating func note(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    )
        throws(Refusal)
    {
        switch name.count {
        case 4 where name.equals(lowercase: "host"):
            hosts += 1
            // RFC 9112 §3.2: more than one, or an invalid one, is a 400. An empty one, too: an address of the scheme http
            // always names a host (RFC 9110 §4.2.1).
            guard hosts == 1, HostRules.isValid(value) else {
                throw .bad("bad_host", "A request needs exactly one valid Host field.")
            }
        case 6 where name.equals(lowercase: "expect"):
            // RFC 9110 §10.1.1: 100-continue is the only expectation there is.
            guard value.equals(lowercase: "100-continue") else {
                throw Refusal(
                    .expectationFailed,
                    code: "expectation_failed",
                    detail: "The only expectation that can be met is 100-continue."
                )
            }
            expectsContinue = true
        case 10 where name.equals(lowercase: "connection"):
            noteConnection(value)
        case 12 where name.equals(lowercase: "x-request-id"):
            if requestID == nil { requestID = RequestID.read(value) }
        case 12 where name.equals(lowercase: "content-type"):
            contentTypes += 1
            try HeadRules.requireOne(contentTypes, "Content-Type")
        case 13 where name.equals(lowercase: "authorization"):
            authorizations += 1
            try HeadRules.requireOne(authorizations, "Authorization")
        case 14 where name.equals(lowercase: "content-length"):
            // RFC 9112 §6.3: repeated and listed lengths may be repaired or refused; refusing is safe.
            guard contentLength == nil, let length = HeadRules.length(value) else {
                throw .bad("bad_content_length", "Content-Length must be one decimal number.")
            }
            contentLength = length
        case 17 where name.equals(lowercase: "transfer-encoding"):
            try noteTransferEncoding(value)
        case 14 where name.equals(lowercase: "content_length"),
            17 where name.equals(lowercase: "transfer_encoding"):
            // A valid name that frames nothing; but whoever takes `_` for `-`, as CGI does, would read another request.
            throw .bad(
                "bad_field_name",
                "Content-Length and Transfer-Encoding are spelt with a hyphen."
            )
        default:
            break
        }
    }

    /// Applies the rules that need the whole head, and says how long its body is.
    mutating func conclude(minorVersion: Int) throws(Refusal) -> BodyFraming {
        if minorVersion == 0 {
            // RFC 9112 §6.1: HTTP/1.0 knows no transfer coding; such a message is faulty.
            guard !isChunked else {
                throw .bad(
                    "bad_transfer_encoding",
                    "Transfer-Encoding is not part of HTTP/1.0."
                )
            }
            // RFC 9112 §9.3: HTTP/1.0 closes unless it asks for the contrary.
            keepsAlive = asksToKeep && keepsAlive
            // RFC 9110 §10.1.1: the expectation of an HTTP/1.0 client is ignored.
            expectsContinue = false
        } else if hosts == 0 {
            throw .bad("bad_host", "A request needs exactly one valid Host field.")
        }
        if isChunked {
            guard contentLength == nil else {
                throw .bad(
                    "ambiguous_length",
                    "A request has either Content-Length or Transfer-Encoding, not both."
                )
            }
            return .chunked
        }
        guard let contentLength, contentLength > 0 else {
            expectsContinue = false
            return .none
        }
        return .length(contentLength)
    }

    private var asksToKeep = false

    /// RFC 9110 §5.3: a field that is no list comes once; of two, each reader could take another one.
    private static func requireOne(_ count: Int, _ name: String) throws(Refusal) {
        guard count == 1 else {
            throw .bad("repeated_field", "A request has at most one \(name) field.")
        }
    }

    private mutating func noteConnection(_ value: UnsafeRawBufferPointer) {
        var closes = false
        var keeps = false
        value.forEachListMember { option in
            if option.equals(lowercase: "close") { closes = true }
            if option.equals(lowercase: "keep-alive") { keeps = true }
        }
        if closes { keepsAlive = false }
        if keeps { asksToKeep = true }
    }

    private mutating func noteTransferEncoding(_ value: UnsafeRawBufferPointer) throws(Refusal) {
        // RFC 9110 §5.6.1 would have empty members of the list ignored; `, chunked` is known for smuggling only.
        if !isChunked, value.equals(lowercase: "chunked") {
            isChunked = true
            return
        }
        var lastIsChunked = false
        var chunked = 0
        value.forEachListMember { coding in
            lastIsChunked = coding.equals(lowercase: "chunked")
            if lastIsChunked { chunked += 1 }
        }
        // RFC 9112 §6.1: chunked once and last, or the length of the request is not known.
        guard !isChunked, lastIsChunked, chunked == 1, value.first != 44, value.last != 44 else {
            throw .bad(
                "bad_transfer_encoding",
                "Transfer-Encoding must be chunked and nothing else."
            )
        }
        throw Refusal(
            .notImplemented,
            code: "transfer_coding_not_implemented",
            detail: "The only transfer coding understood here is chunked."
        )
    }

    /// 1*DIGIT that fits: no sign, no list, no overflow (RFC 9110 §8.6).
    ///
    /// Nor zeros in front, which the grammar allows and some read as octal.
    static func length(_ value: UnsafeRawBufferPointer) -> Int? {
        guard let first = value.first, first != 48 || value.count == 1 else { return nil }
        var length = 0
        for byte in value {
            guard byte.isDigit else { return nil }
            let (tens, tooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(Int(byte &- 48))
            guard !tooLarge, !overflow else { return nil }
            length = sum
        }
        return length
    }
}

/// How the end of a body is found (RFC 9112 §6.3).
enum BodyFraming: Sendable, Equatable {
    case none
    case length(Int)
    case chunked
}
