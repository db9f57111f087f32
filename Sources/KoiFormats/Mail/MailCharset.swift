/// Turns the bytes of mails into text, whatever they say that they are written in.
enum MailCharset {
    /// - Parameter name: as the mail has it; nil where it has none.
    static func text(_ bytes: ArraySlice<UInt8>, _ name: String?) -> String {
        guard let name = name.map(essence), let converter = converter(name) else { return guessed(bytes) }
        // RFC 2046 §4.1.2: whoever says ASCII and sends more means something else.
        if converter == "UTF-8" { return guessed(bytes) }
        return converted(bytes, converter) ?? guessed(bytes)
    }

    /// UTF-8 where it is that; else what Chinese programs send without saying so, and then Western ones.
    static func guessed(_ bytes: ArraySlice<UInt8>) -> String {
        var check = UTF8Check()
        check.read(bytes)
        check.finish()
        // A text that was cut within a character is UTF-8 still.
        guard check.faults > check.characters else { return String(decoding: bytes, as: UTF8.self) }
        if isPaired(bytes), let chinese = converted(bytes, "GB18030"), !chinese.unicodeScalars.contains("\u{FFFD}") {
            return chinese
        }
        return converted(bytes, "CP1252") ?? String(decoding: bytes, as: UTF8.self)
    }

    /// Whether bytes beyond ASCII come by twos more often than not: Chinese characters do, and accented letters stand alone.
    private static func isPaired(_ bytes: ArraySlice<UInt8>) -> Bool {
        var (even, odd, run) = (0, 0, 0)
        for byte in bytes + [0] {
            if byte >= 0x80 {
                run += 1
            } else if run > 0 {
                if run.isMultiple(of: 2) { even += 1 } else { odd += 1 }
                run = 0
            }
        }
        return even >= odd
    }

    /// - Returns: nil where the C library has no such converter.
    private static func converted(_ bytes: ArraySlice<UInt8>, _ converter: String) -> String? {
        guard var transcoder = Transcoder(named: converter, unit: converter.hasPrefix("UTF-16") ? 2 : 1) else {
            return nil
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        transcoder.convert(Array(bytes), into: &text)
        transcoder.finish(into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// RFC 2231 §5: a language may stand behind the name.
    private static func essence(_ name: String) -> String {
        MailBytes.lowercased(name.utf8.prefix { $0 != UInt8(ascii: "*") && !MailBytes.isSpace($0) }.prefix(40))
    }

    /// The name that the C library has for it.
    ///
    /// Only those that mails are written in: a converter is much code to give to strangers.
    private static func converter(_ name: String) -> String? {
        switch name {
        case "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968": return "UTF-8"
        case "gb18030", "gbk", "gb2312", "gb_2312-80", "gb2312-80", "cp936", "windows-936", "x-gbk": return "GB18030"
        case "big5", "big5-hkscs", "big5hkscs", "cp950", "x-big5": return "BIG5-HKSCS"
        case "iso-2022-jp": return "ISO-2022-JP"
        case "shift_jis", "shift-jis", "sjis", "windows-31j", "cp932": return "CP932"
        case "euc-jp": return "EUC-JP"
        case "euc-kr", "ks_c_5601-1987", "windows-949", "cp949": return "CP949"
        case "koi8-r", "koi8-u": return name.uppercased()
        case "utf-16", "utf-16le", "utf-16be": return name.uppercased()
        // As every reader of mails has it: what is written in the one is announced as the other.
        case "iso-8859-1", "latin1", "iso8859-1": return "CP1252"
        case "iso-8859-9": return "CP1254"
        default: break
        }
        for (prefix, numbers) in [("iso-8859-", 2...16), ("windows-", 1250...1258), ("cp", 1250...1258)] {
            guard name.hasPrefix(prefix), let number = number(name.utf8.dropFirst(prefix.utf8.count)) else { continue }
            guard numbers.contains(number), !(prefix == "iso-8859-" && number == 12) else { continue }
            return prefix == "iso-8859-" ? "ISO-8859-\(number)" : "CP\(number)"
        }
        return nil
    }

    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard (1...4).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + Int(digit - 0x30)
        }
        return number
    }
}
