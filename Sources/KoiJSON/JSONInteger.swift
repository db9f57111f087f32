/// Decimal digits of a 64-bit integer, without the `String` between.
enum JSONInteger {
    /// The digits of -2^63 and its sign.
    static let longest = 20

    /// Writes the digits and returns the index behind the last one.
    @inline(__always)
    static func write(
        _ value: Int64,
        to target: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) -> Int {
        var start = start
        if value < 0 {
            target[start] = UInt8(ascii: "-")
            start += 1
        }
        var rest = value.magnitude
        let end = start + digitCount(rest)
        var index = end
        repeat {
            index -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        return end
    }

    @inline(__always)
    private static func digitCount(_ value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10_000 {
            rest /= 10_000
            count += 4
        }
        if rest >= 1000 { return count + 3 }
        if rest >= 100 { return count + 2 }
        return rest >= 10 ? count + 1 : count
    }
}
