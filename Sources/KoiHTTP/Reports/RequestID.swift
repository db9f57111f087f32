/// The ids that clients may give their requests.
enum RequestID {
    static let maximumLength = 64

    /// The value of an `X-Request-Id` field; nil where it is not one that can be written anywhere without care.
    ///
    /// Letters, digits and what the ids in use have beside them: UUIDs, base 64, trace ids.
    static func read(_ value: UnsafeRawBufferPointer) -> String? {
        guard !value.isEmpty, value.count <= maximumLength, value.allSatisfy(isAllowed) else { return nil }
        return value.text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "+"),
            UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
