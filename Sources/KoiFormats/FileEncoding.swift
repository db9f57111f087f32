/// How the characters of a file are written.
package enum FileEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    /// With GBK and GB 2312 in it.
    case gb18030

    /// A name as clients and media types write it.
    package init?(named name: String) {
        switch name.lowercased() {
        case "utf-8", "utf8", "us-ascii", "ascii": self = .utf8
        case "utf-16le": self = .utf16LittleEndian
        case "utf-16be": self = .utf16BigEndian
        case "gb18030", "gbk", "gb2312", "gb_2312-80", "cp936": self = .gb18030
        default: return nil
        }
    }

    var converterName: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16LittleEndian: "UTF-16LE"
        case .utf16BigEndian: "UTF-16BE"
        case .gb18030: "GB18030"
        }
    }

    /// RFC 3629 §6, and the same character in the others.
    var byteOrderMark: [UInt8] {
        switch self {
        case .utf8: [0xEF, 0xBB, 0xBF]
        case .utf16LittleEndian: [0xFF, 0xFE]
        case .utf16BigEndian: [0xFE, 0xFF]
        case .gb18030: [0x84, 0x31, 0x95, 0x33]
        }
    }
}

/// What a file is written in, and where its text begins.
package struct DetectedEncoding: Sendable, Equatable {
    package let encoding: FileEncoding
    /// Bytes of a byte order mark.
    package let start: Int

    package init(_ encoding: FileEncoding, start: Int) {
        self.encoding = encoding
        self.start = start
    }

    /// What is converted to tell which of two encodings has fewer faults.
    private static let trial = 16 << 20

    /// Tells by the byte order mark; else a file with zeros is UTF-16, one with more characters of UTF-8 than faults is that, and of
    /// both it is the one that makes fewer of its bytes meaningless.
    package static func detect(in window: inout ByteWindow) throws -> DetectedEncoding {
        let head = try window.bytes(0..<4)
        for encoding in FileEncoding.allCases where head.starts(with: encoding.byteOrderMark) {
            return DetectedEncoding(encoding, start: encoding.byteOrderMark.count)
        }
        if let wide = wide(try window.bytes(0..<(64 << 10))) { return DetectedEncoding(wide, start: 0) }
        var check = UTF8Check()
        try window.each {
            check.read($0)
            return true
        }
        check.finish()
        // Chinese in UTF-8 mostly also is GB18030, though nonsense; the other way round it is not.
        guard check.faults > check.characters, var trial = Transcoder(from: .gb18030) else {
            return DetectedEncoding(.utf8, start: 0)
        }
        var rest = DetectedEncoding.trial
        var other = UTF8Check()
        try window.each { piece in
            var text: [UInt8] = []
            trial.convert(piece, into: &text)
            other.read(piece)
            rest -= piece.count
            return rest > 0
        }
        return DetectedEncoding(trial.faults < max(other.faults, 1) ? .gb18030 : .utf8, start: 0)
    }

    /// UTF-16 without a mark: line ends, digits and delimiters have a byte of zero, and no other text has one.
    private static func wide(_ bytes: [UInt8]) -> FileEncoding? {
        var zeros = (even: 0, odd: 0)
        for (index, byte) in bytes.enumerated() where byte == 0 {
            if index.isMultiple(of: 2) { zeros.even += 1 } else { zeros.odd += 1 }
        }
        guard zeros.even != zeros.odd else { return nil }
        return zeros.odd > zeros.even ? .utf16LittleEndian : .utf16BigEndian
    }
}
