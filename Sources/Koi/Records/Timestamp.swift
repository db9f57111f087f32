/// Times as Koi writes and reads them: RFC 3339 in UTC with milliseconds, from and to milliseconds since 1970.
package enum Timestamp {
    /// The times that fit into four digits of year: 0000-01-01 to 9999-12-31.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// The bytes of `2026-11-22T09:30:00.000Z`.
    package static let length = 24

    /// Writes `length` bytes.
    ///
    /// Times out of `range` are written as its nearer end.
    package static func write(
        _ milliseconds: Int64,
        to bytes: Slice<UnsafeMutableBufferPointer<UInt8>>
    ) {
        let time = min(max(milliseconds, range.lowerBound), range.upperBound)
        let day = time.flooredQuotient(86_400_000)
        let rest = time - day * 86_400_000
        let date = CalendarDate(daysSince1970: day)
        var digits = DigitWriter(bytes)
        digits.write(date.year, 4, then: "-")
        digits.write(date.month, 2, then: "-")
        digits.write(date.day, 2, then: "T")
        digits.write(rest / 3_600_000, 2, then: ":")
        digits.write(rest / 60_000 % 60, 2, then: ":")
        digits.write(rest / 1_000 % 60, 2, then: ".")
        digits.write(rest % 1_000, 3, then: "Z")
    }

    package static func text(_ milliseconds: Int64) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { bytes in
            write(milliseconds, to: bytes[...])
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Reads an RFC 3339 date-time with any offset; nil where it is not one.
    ///
    /// Digits past the milliseconds are cut.
    package static func read(_ text: String) -> Int64? {
        var scanner = DigitScanner(text)
        guard let date = CalendarDate(scanning: &scanner) else { return nil }
        guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" ") else { return nil }
        guard let hour = scanner.digits(2), hour < 24, scanner.skip(":"),
            let minute = scanner.digits(2), minute < 60, scanner.skip(":"),
            let second = scanner.digits(2), second < 61
        else { return nil }
        guard let fraction = scanner.milliseconds(), let offset = scanner.offsetMinutes(),
            scanner.isAtEnd
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3_600 + (minute - offset) * 60 + second
        let result = seconds * 1_000 + fraction
        return range.contains(result) ? result : nil
    }
}

/// Writes fixed-width decimal numbers one after the other.
struct DigitWriter {
    private let bytes: Slice<UnsafeMutableBufferPointer<UInt8>>
    private var place: Int

    init(_ bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// Writes the last `count` digits of a number, without its sign, and a mark behind them.
    mutating func write(_ number: Int64, _ count: Int, then mark: Unicode.Scalar? = nil) {
        var rest = number.magnitude
        for index in stride(from: place + count - 1, through: place, by: -1) {
            bytes.base[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        place += count
        guard let mark else { return }
        bytes.base[place] = UInt8(truncatingIfNeeded: mark.value)
        place += 1
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity, so that days before 1970 come out right.
    package func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

/// Reads fixed-width digits from ASCII bytes; never with `Int(_:)`, which accepts signs.
struct DigitScanner {
    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    var isAtEnd: Bool { place == bytes.count }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    /// - Parameter mark: of ASCII.
    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard let next, UInt32(next) == mark.value else { return false }
        place += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// The fraction of a second, if there is one, cut to milliseconds; nil after a dot without digits.
    mutating func milliseconds() -> Int64? {
        guard skip(".") else { return 0 }
        guard let first = digit() else { return nil }
        var value = first * 100
        var scale: Int64 = 10
        while let next = digit() {
            value += next * scale
            scale /= 10
        }
        return value
    }

    /// `Z` or `+hh:mm` (RFC 3339 §5.6), in minutes east of UTC.
    mutating func offsetMinutes() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        guard sign < 0 || skip("+") else { return nil }
        guard let hours = digits(2), hours < 24, skip(":"), let minutes = digits(2), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }

    private mutating func digit() -> Int64? {
        guard let next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) else { return nil }
        place += 1
        return Int64(next - UInt8(ascii: "0"))
    }
}
