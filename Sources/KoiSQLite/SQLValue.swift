/// A value bound to a statement or read from a column: SQLite's five storage classes.
///
/// Text is kept byte for byte, an embedded NUL too, and compares and sorts by all of its bytes.
/// SQL functions such as `length` see it only up to the first NUL, so whoever takes text from
/// outside refuses NUL there.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLValue {
    @inlinable
    package init(_ integer: Int64?) {
        self = integer.map(SQLValue.integer) ?? .null
    }

    @inlinable
    package init(_ text: String?) {
        self = text.map(SQLValue.text) ?? .null
    }

    @inlinable
    package init(_ real: Double?) {
        self = real.map(SQLValue.real) ?? .null
    }

    /// Booleans are stored as 0 and 1.
    @inlinable
    package init(_ flag: Bool?) {
        self = flag.map { .integer($0 ? 1 : 0) } ?? .null
    }
}

extension SQLValue: ExpressibleByNilLiteral {
    package init(nilLiteral: ()) { self = .null }
}

extension SQLValue: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) { self = .integer(value) }
}

extension SQLValue: ExpressibleByFloatLiteral {
    package init(floatLiteral value: Double) { self = .real(value) }
}

extension SQLValue: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) { self = .integer(value ? 1 : 0) }
}

extension SQLValue: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .text(value) }
}
