/// What the fields of a head say about the message itself, gathered while they are read.
///
/// Whatever two parsers could understand differently is refused, because requests are smuggled through such
/// differences (RFC 9112 §11.2).
struct HeadRules: Sendable {
    private(set) var keepsAlive = true
    private(set) var expectsContinue = false
    private var contentLength: Int?
    private var isChunked = false
    private var hosts = 0

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
            // RFC 9112 §3.2: more than one, or an invalid one, is a 400.
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
        case 14 where name.equals(lowercase: "content-length"):
            // RFC 9112 §6.3: repeated and listed lengths may be repaired or refused; refusing is safe.
            guard contentLength == nil, let length = HeadRules.length(value) else {
                throw .bad("bad_content_length", "Content-Length must be one decimal number.")
            }
            contentLength = length
        case 17 where name.equals(lowercase: "transfer-encoding"):
            try noteTransferEncoding(value)
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
        var codings = 0
        var lastIsChunked = false
        var chunked = 0
        value.forEachListMember { coding in
            codings += 1
            lastIsChunked = coding.equals(lowercase: "chunked")
            if lastIsChunked { chunked += 1 }
        }
        // RFC 9112 §6.1: chunked once and last, or the length of the request is not known.
        guard !isChunked, lastIsChunked, chunked == 1 else {
            throw .bad(
                "bad_transfer_encoding",
                "Transfer-Encoding must be chunked and nothing else."
            )
        }
        guard codings == 1 else {
            throw Refusal(
                .notImplemented,
                code: "transfer_coding_not_implemented",
                detail: "The only transfer coding understood here is chunked."
            )
        }
        isChunked = true
    }

    /// 1*DIGIT that fits: no sign, no list, no overflow (RFC 9110 §8.6).
    static func length(_ value: UnsafeRawBufferPointer) -> Int? {
        guard !value.isEmpty else { return nil }
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
