/// What the fields of a response say about where its body ends (RFC 9112 §6.3), gathered while they are read.
///
/// As with requests, whatever could be read in two ways is refused.
struct ResponseFraming: Sendable {
    enum End: Sendable, Equatable {
        case length(Int)
        case chunked
        /// The end of the connection.
        case close
    }

    private var contentLength: Int?
    private var isChunked = false

    mutating func note(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Refusal) {
        switch name.count {
        case 14 where name.equals(lowercase: "content-length"):
            guard contentLength == nil, let length = HeadRules.length(value) else {
                throw .bad("bad_content_length", "Content-Length must be one decimal number.")
            }
            contentLength = length
        case 17 where name.equals(lowercase: "transfer-encoding"):
            guard !isChunked, value.equals(lowercase: "chunked") else {
                throw .bad("bad_transfer_encoding", "Transfer-Encoding must be chunked and nothing else.")
            }
            isChunked = true
        default: break
        }
    }

    func end(code: Int, minorVersion: Int) throws(Refusal) -> End {
        if isChunked {
            // RFC 9112 §6.1: HTTP/1.0 has no transfer coding, and a length beside it says something else.
            guard minorVersion == 1, contentLength == nil else {
                throw .bad("ambiguous_length", "An answer has either Content-Length or Transfer-Encoding, not both.")
            }
        }
        // RFC 9110 §8.6: these have no content, whatever their fields say.
        if code < 200 || code == 204 || code == 304 { return .length(0) }
        if isChunked { return .chunked }
        return contentLength.map { .length($0) } ?? .close
    }
}
