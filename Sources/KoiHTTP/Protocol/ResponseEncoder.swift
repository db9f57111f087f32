/// Writes the head of a response: the fields of the application, and those that follow from connection and body.
enum ResponseEncoder {
    /// How the end of a response body is marked.
    enum Framing: Equatable {
        /// No content and no length: 204, 304.
        case none
        case length(Int)
        case chunked
        /// For HTTP/1.0: the connection closes after the body.
        case untilClose
    }

    /// What is said about the connection.
    enum Persistence {
        /// HTTP/1.1 that stays open says nothing.
        case implied
        case keepAlive
        case close
    }

    static func append(
        _ status: Status,
        _ fields: Fields,
        framing: Framing,
        persistence: Persistence,
        dateLine: [UInt8],
        requestID: String,
        quota: Quota? = nil,
        to out: inout [UInt8]
    ) {
        if status.code == 200 {
            out.append(contentsOf: "HTTP/1.1 200 OK\r\n")
        } else {
            out.append(contentsOf: "HTTP/1.1 ")
            append(decimal: status.code, to: &out)
            out.append(.space)
            out.append(contentsOf: status.reason.utf8)
            out.append(contentsOf: "\r\n")
        }
        out.append(contentsOf: dateLine)
        out.append(contentsOf: "X-Request-Id: ")
        out.append(contentsOf: requestID.utf8)
        out.append(contentsOf: "\r\n")
        quota?.append(to: &out)
        append(fields, to: &out)
        switch framing {
        case .none, .untilClose:
            break
        case .length(let length):
            out.append(contentsOf: "Content-Length: ")
            append(decimal: length, to: &out)
            out.append(contentsOf: "\r\n")
        case .chunked:
            out.append(contentsOf: "Transfer-Encoding: chunked\r\n")
        }
        switch persistence {
        case .implied: break
        case .keepAlive: out.append(contentsOf: "Connection: keep-alive\r\n")
        case .close: out.append(contentsOf: "Connection: close\r\n")
        }
        out.append(contentsOf: "\r\n")
    }

    /// The fields as they are, less those that are decided here.
    private static func append(_ fields: Fields, to out: inout [UInt8]) {
        guard fields.mentionsFraming else { return out.append(contentsOf: fields.wire) }
        fields.visit { name, value in
            if !Fields.isFraming(name) {
                out.append(contentsOf: name)
                out.append(contentsOf: ": ")
                out.append(contentsOf: value)
                out.append(contentsOf: "\r\n")
            }
            return true
        }
    }

    /// The line before the data of a chunk (RFC 9112 §7.1).
    static func append(chunkOf length: Int, to out: inout [UInt8]) {
        out.append(contentsOf: String(length, radix: 16).utf8)
        out.append(contentsOf: "\r\n")
    }

    static func append(decimal value: Int, to out: inout [UInt8]) {
        // The digits of 2^64 at most, from the last one on.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = digits.count
            var rest = value.magnitude
            repeat {
                start -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                digits[start] = 48 + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            out.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}

extension [UInt8] {
    /// Appends ASCII text without making a string of it.
    @inline(__always)
    mutating func append(contentsOf text: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        )
    }
}
