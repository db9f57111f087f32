/// The name of a member, escaped once so that a writer only copies it.
///
/// ```swift
/// static let closedAt = JSONKey("closedAt")
/// writer.key(closedAt)
/// ```
package struct JSONKey: Sendable, Hashable, ExpressibleByStringLiteral {
    /// `,"name":`, with the comma that the first member of an object leaves out.
    package let encoded: [UInt8]

    package init(_ name: String) {
        var writer = JSONWriter(capacity: name.utf8.count + 4)
        writer.string(name)
        encoded = [UInt8(ascii: ",")] + writer.bytes + [UInt8(ascii: ":")]
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }
}
