extension JSONScanner {
    /// A number after the grammar of RFC 8259 §6.
    mutating func number() throws(JSONFault) -> JSONValue {
        let start = offset
        let isNegative = byte == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        var isInteger = true

        let whole = try digits(of: start)
        if whole.count > 1, bytes[whole.lowerBound] == UInt8(ascii: "0") {
            throw JSONFault(reason: .invalidNumber, offset: start)
        }
        if byte == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            _ = try digits(of: start)
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            isInteger = false
            offset += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
            _ = try digits(of: start)
        }
        if isInteger, let value = integer(whole, isNegative: isNegative) { return .integer(value) }
        return .number(try double(start..<offset))
    }

    private mutating func digits(of start: Int) throws(JSONFault) -> Range<Int> {
        let first = offset
        while offset < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[offset] {
            offset += 1
        }
        if offset == first {
            throw isAtEnd
                ? fault(.unexpectedEnd) : JSONFault(reason: .invalidNumber, offset: start)
        }
        return first..<offset
    }

    /// The exact value, or `nil` where 64 bits do not hold it.
    ///
    /// Counts downwards for negative numbers, because only these reach -2^63.
    private func integer(_ digits: Range<Int>, isNegative: Bool) -> Int64? {
        var value: Int64 = 0
        for index in digits {
            let digit = Int64(bytes[index] &- UInt8(ascii: "0"))
            let (tenfold, overflowsTimes) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowsPlus) =
                isNegative
                ? tenfold.subtractingReportingOverflow(digit)
                : tenfold.addingReportingOverflow(digit)
            if overflowsTimes || overflowsPlus { return nil }
            value = next
        }
        return value
    }

    private func double(_ range: Range<Int>) throws(JSONFault) -> Double {
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
        guard let value = Double(text) else {
            throw JSONFault(reason: .invalidNumber, offset: range.lowerBound)
        }
        guard value.isFinite else {
            throw JSONFault(reason: .numberOutOfRange, offset: range.lowerBound)
        }
        return value
    }
}
