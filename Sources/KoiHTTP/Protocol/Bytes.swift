import Glibc

extension UnsafeRawBufferPointer {
    /// The offset of the first `byte`, found by the C library's vectorised search.
    @inline(__always)
    func offset(of byte: UInt8) -> Int? {
        guard let start = baseAddress, let found = memchr(start, Int32(byte), count) else {
            return nil
        }
        return UnsafeRawPointer(found) - start
    }

    /// The bytes of a range of offsets; the range must lie within.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }

    /// Takes the first `length` bytes away and returns them.
    @inline(__always)
    mutating func take(_ length: Int) -> UnsafeRawBufferPointer {
        let taken = part(0..<length)
        self = part(length..<count)
        return taken
    }

    /// Without spaces and tabs at both ends (OWS, RFC 9110 §5.6.3).
    func trimmed() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, self[start] == .space || self[start] == .tab { start += 1 }
        while end > start, self[end - 1] == .space || self[end - 1] == .tab { end -= 1 }
        return part(start..<end)
    }

    /// Whether the bytes spell `text`, which is in lower case, whatever the case of their letters.
    @inline(__always)
    func equals(lowercase text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<count where self[index].lowercased != expected[index] {
            return false
        }
        return true
    }

    /// The members of a comma-separated list (RFC 9110 §5.6.1), empty ones left out.
    func forEachListMember(_ body: (UnsafeRawBufferPointer) -> Void) {
        var rest = self
        while !rest.isEmpty {
            let length = rest.offset(of: 44) ?? rest.count
            let member = rest.take(length).trimmed()
            if !rest.isEmpty { _ = rest.take(1) }
            if !member.isEmpty { body(member) }
        }
    }

    /// The text, where bytes that are not UTF-8 become U+FFFD.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension [UInt8] {
    /// `withUnsafeBytes` that keeps the type of the error.
    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { buffer throws(Failure) in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}
