/// Which bytes of a file a `Range` field asks for (RFC 9110 §14.2).
enum ByteRange: Equatable {
    /// The whole, as if the field were not there.
    case whole
    case part(Range<Int>)
    /// Answer 416.
    case unsatisfiable

    /// - Parameter length: of the whole, in bytes.
    static func requested(by head: RequestHead, of length: Int) -> ByteRange {
        // §14.2: defined for GET alone.
        guard head.method == .get else { return .whole }
        let values = head.fields.values("Range")
        guard values.count == 1, let value = values.first else { return .whole }
        return read(Array(value.utf8), length)
    }

    /// A field that cannot be read, or asks for several ranges at once, is ignored, as a server may do.
    private static func read(_ value: [UInt8], _ length: Int) -> ByteRange {
        value.withBytes { bytes in
            guard let equals = bytes.offset(of: 61),
                bytes.part(0..<equals).trimmed().equals(lowercase: "bytes")
            else { return .whole }
            let range = bytes.part(equals + 1..<bytes.count).trimmed()
            guard range.offset(of: 44) == nil, let dash = range.offset(of: 45) else { return .whole }
            let first = range.part(0..<dash)
            let last = range.part(dash + 1..<range.count)
            return first.isEmpty ? suffix(last, length) : part(first, last, length)
        }
    }

    private static func part(
        _ first: UnsafeRawBufferPointer,
        _ last: UnsafeRawBufferPointer,
        _ length: Int
    ) -> ByteRange {
        guard let start = number(first) else { return .whole }
        var end = Int.max
        if !last.isEmpty {
            guard let given = number(last), given >= start else { return .whole }
            end = given
        }
        guard start < length else { return .unsatisfiable }
        return .part(start..<min(end, length - 1) + 1)
    }

    private static func suffix(_ count: UnsafeRawBufferPointer, _ length: Int) -> ByteRange {
        guard let count = number(count) else { return .whole }
        guard count > 0 else { return .unsatisfiable }
        // Nothing can be said to be a part of nothing.
        return length == 0 ? .whole : .part(max(0, length - count)..<length)
    }

    /// 1*DIGIT; one too large for an integer lies beyond every end.
    private static func number(_ digits: UnsafeRawBufferPointer) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { return nil }
        let significant = digits.part((digits.firstIndex { $0 != 48 } ?? digits.count - 1)..<digits.count)
        return HeadRules.length(significant) ?? Int.max
    }
}
