/// Reads one JSON document (RFC 8259) and refuses everything that is not exactly that.
///
/// UTF-8 is validated, a byte order mark, duplicate keys and lone surrogate escapes are refused,
/// and nothing may follow the value. Depth and size are bounded by the limits, and nesting costs no
/// stack. `\u0000` is JSON and is read; who stores the string decides about it.
package enum JSONReader {
    package static func read(
        _ bytes: [UInt8],
        limits: JSONLimits = .init()
    ) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try read(buffer, limits: limits)
        }
    }

    package static func read(
        _ bytes: UnsafeRawBufferPointer,
        limits: JSONLimits = .init()
    ) throws(JSONError) -> JSONValue {
        try read(bytes.assumingMemoryBound(to: UInt8.self), limits: limits)
    }

    package static func read(
        _ bytes: Span<UInt8>,
        limits: JSONLimits = .init()
    ) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            try read(buffer, limits: limits)
        }
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        limits: JSONLimits
    ) throws(JSONError) -> JSONValue {
        var document = JSONDocument(scanner: JSONScanner(bytes: bytes), limits: limits)
        do throws(JSONFault) {
            return try document.read()
        } catch {
            throw JSONError(error, in: bytes)
        }
    }
}

/// A reason and its offset, while reading; line and column are counted only once it is certain that
/// somebody will be told.
struct JSONFault: Error {
    let reason: JSONError.Reason
    let offset: Int
}

extension JSONError {
    init(_ fault: JSONFault, in bytes: UnsafeBufferPointer<UInt8>) {
        let carriageReturn = UInt8(ascii: "\r")
        let lineFeed = UInt8(ascii: "\n")
        var line = 1
        var column = 1
        var previous: UInt8 = 0
        for byte in bytes.prefix(fault.offset) {
            switch byte {
            case lineFeed where previous == carriageReturn: break
            case lineFeed, carriageReturn:
                line += 1
                column = 1
            case 0x80...0xBF: break
            default: column += 1
            }
            previous = byte
        }
        self.init(reason: fault.reason, offset: fault.offset, line: line, column: column)
    }
}
