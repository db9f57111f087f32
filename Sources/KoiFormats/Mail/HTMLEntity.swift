/// Characters that HTML writes by a name or a number.
enum HTMLEntity {
    /// Those that programs for mail write.
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "ensp": " ", "emsp": " ",
        "thinsp": " ",
        "copy": "©", "reg": "®", "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘", "rsquo": "’",
        "ldquo": "“", "rdquo": "”", "laquo": "«", "raquo": "»", "bull": "•", "middot": "·", "euro": "€", "pound": "£",
        "yen": "¥", "cent": "¢", "sect": "§", "deg": "°", "times": "×", "divide": "÷", "plusmn": "±", "zwnj": "",
        "zwj": "", "shy": "", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä", "Ouml": "Ö", "Uuml": "Ü",
        "szlig": "ß",
        "eacute": "é", "egrave": "è", "agrave": "à", "ccedil": "ç", "ntilde": "ñ", "rarr": "→", "larr": "←",
    ]

    /// - Parameter bytes: from `&` on.
    /// - Returns: the text that is meant, and how many bytes stand for it; nil where it is none.
    static func read(_ bytes: ArraySlice<UInt8>) -> (text: [UInt8], length: Int)? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = bytes[..<end].dropFirst()
        let length = name.count + 2
        guard name.first == UInt8(ascii: "#") else {
            return named[String(decoding: name, as: UTF8.self)].map { (Array($0.utf8), length) }
        }
        return scalar(name.dropFirst()).map { (Array(String($0).utf8), length) }
    }

    /// Control characters mean nothing here, and go with all others.
    private static func scalar(_ digits: ArraySlice<UInt8>) -> Unicode.Scalar? {
        let isHex = digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X")
        let digits = isHex ? digits.dropFirst() : digits
        guard (1...8).contains(digits.count) else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard let number = MailBytes.hex(digit), isHex || number < 10, value < 0x0100_0000 else { return nil }
            value = value * (isHex ? 16 : 10) + UInt32(number)
        }
        return Unicode.Scalar(value)
    }

    static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var place = bytes.startIndex
        while place < bytes.endIndex {
            if bytes[place] == UInt8(ascii: "&"), let (text, length) = read(bytes[place...].prefix(12)) {
                result += text
                place += length
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }
}
