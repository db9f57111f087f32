/// A set of ASCII bytes as two words, so that a test is a shift and no table is touched.
struct ByteClass {
    let low: UInt64
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word &>> UInt64(byte & 63)) & 1 == 1
    }

    /// `tchar` of RFC 9110 §5.6.2: what method and field names are made of.
    @inline(__always) static var token: ByteClass {
        ByteClass(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
    }

    /// What the name of a host or an IPv4 address is made of: the unreserved characters of RFC 3986 §2.3.
    ///
    /// Its grammar of a registered name also has `%`, `,`, `;` and the like, which no name of the DNS has and which two
    /// parsers may understand differently.
    @inline(__always) static var host: ByteClass {
        ByteClass(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe)
    }

    /// `pchar`, `/` and `%`: what a path is made of (RFC 3986 §3.3).
    @inline(__always) static var path: ByteClass {
        ByteClass(low: 0x2fff_fff2_0000_0000, high: 0x47ff_fffe_87ff_ffff)
    }

    /// `bcharsnospace` and space of RFC 2046 §5.1.1: what a multipart boundary is made of.
    @inline(__always) static var boundary: ByteClass {
        ByteClass(low: 0xa7ff_fb81_0000_0000, high: 0x07ff_fffe_87ff_fffe)
    }
}

extension UInt8 {
    @inline(__always) static var carriageReturn: UInt8 { 13 }
    @inline(__always) static var lineFeed: UInt8 { 10 }
    @inline(__always) static var space: UInt8 { 32 }
    @inline(__always) static var tab: UInt8 { 9 }
    @inline(__always) static var colon: UInt8 { 58 }
    @inline(__always) static var slash: UInt8 { 47 }
    @inline(__always) static var percent: UInt8 { 37 }
    @inline(__always) static var questionMark: UInt8 { 63 }

    /// The letter in lower case; other bytes as they are.
    @inline(__always) var lowercased: UInt8 {
        self &- 65 < 26 ? self | 0x20 : self
    }

    @inline(__always) var isDigit: Bool { self &- 48 < 10 }

    /// What a field value may hold (RFC 9110 §5.5): visible characters, space, tab, and bytes above ASCII.
    @inline(__always) var isFieldContent: Bool {
        (self >= 32 && self != 127) || self == .tab
    }

    /// The value of a hexadecimal digit.
    @inline(__always) var hexValue: UInt8? {
        switch self {
        case 48...57: self &- 48
        case 65...70: self &- 55
        case 97...102: self &- 87
        default: nil
        }
    }
}
