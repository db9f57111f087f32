/// Values that are a token or a quoted string (RFC 9110 §5.6.4), and lists of them.
enum QuotedText {
    /// The value without quotes and escapes; nil where it is neither token nor quoted string.
    static func value(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        guard bytes.first == 34 else {
            // A proxy may leave the quotes out around what RFC 7239 §4 would have quoted, such as an address with a port.
            let isPlain = bytes.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 61 }
            return isPlain && !bytes.isEmpty ? Array(bytes) : nil
        }
        var value: [UInt8] = []
        var index = 1
        while index < bytes.count {
            switch bytes[index] {
            case 34: return index == bytes.count - 1 ? value : nil
            case 92:
                index += 1
                guard index < bytes.count else { return nil }
                value.append(bytes[index])
            default: value.append(bytes[index])
            }
            index += 1
        }
        return nil
    }

    /// Where the last member of a list begins, read from the right, so that whatever a client put in front cannot change
    /// how the members behind it are read.
    static func lastMember(of list: UnsafeRawBufferPointer) -> Int {
        var index = list.count
        var isQuoted = false
        while index > 0 {
            index -= 1
            switch list[index] {
            case 34 where !isQuoted: isQuoted = true
            case 34: isQuoted = isEscaped(index, in: list)
            case 44 where !isQuoted: return index + 1
            default: break
            }
        }
        return 0
    }

    private static func isEscaped(_ index: Int, in list: UnsafeRawBufferPointer) -> Bool {
        var start = index
        while start > 0, list[start - 1] == 92 { start -= 1 }
        return (index - start) % 2 == 1
    }
}
