/// A field value with parameters: `form-data; name="a"; filename="b.txt"` (RFC 9110 §5.6.6).
struct ParameterList {
    /// What stands before the first semicolon.
    let value: String
    private var parameters: [(name: String, value: String)] = []

    /// Reads leniently: what is no parameter is passed over.
    init(_ text: String) {
        var rest = Array(text.utf8)[...]
        value = ParameterList.trimmed(rest.prefix { $0 != 59 })
        rest = rest.drop { $0 != 59 }
        while rest.first == 59 {
            rest = rest.dropFirst().drop { $0 == .space || $0 == .tab }
            let name = rest.prefix { $0 != 61 && $0 != 59 }
            rest = rest.dropFirst(name.count)
            guard rest.first == 61 else { continue }
            rest = rest.dropFirst()
            var value: [UInt8] = []
            if rest.first == 34 {
                rest = rest.dropFirst()
                ParameterList.readQuoted(&rest, into: &value)
                rest = rest.drop { $0 != 59 }
            } else {
                value = Array(rest.prefix { $0 != 59 })
                rest = rest.dropFirst(value.count)
                value = Array(ParameterList.trimmed(value[...]).utf8)
            }
            parameters.append(
                (ParameterList.trimmed(name).lowercased(), String(decoding: value, as: UTF8.self))
            )
        }
    }

    /// The value of the first parameter of that name, which is in lower case.
    subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// A backslash escapes only `"` and `\`: browsers send the backslashes of Windows paths as they are.
    private static func readQuoted(_ rest: inout ArraySlice<UInt8>, into value: inout [UInt8]) {
        while let byte = rest.popFirst(), byte != 34 {
            if byte == 92, let next = rest.first, next == 34 || next == 92 {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(byte)
            }
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.withUnsafeBytes { $0.trimmed().text }
    }
}
