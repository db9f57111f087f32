import Glibc

/// Header fields: an ordered list with repeats, whose names are compared without case.
///
/// They are kept in the form they have on the wire, `name: value\r\n` one after the other, so that reading
/// a request and writing a response each cost one buffer and no string; values become strings when asked for.
package struct Fields: Sendable {
    /// The fields as they are sent.
    ///
    /// Names hold no colon and values no line end, so it can be taken apart again.
    private(set) var wire: [UInt8]
    package private(set) var count: Int
    /// Whether a field is among them that the response encoder decides itself.
    private(set) var mentionsFraming: Bool

    package init() {
        wire = []
        count = 0
        mentionsFraming = false
    }

    /// The fields in this order; a pair with an invalid name or value is left out.
    package init(_ pairs: [(String, String)]) {
        self.init()
        for (name, value) in pairs { append(name, value) }
    }

    package var isEmpty: Bool { count == 0 }

    /// The value of the first field of that name.
    package subscript(_ name: String) -> String? {
        var found: String?
        visit(named: name) { value in
            found = value.text
            return false
        }
        return found
    }

    /// The values of all fields of that name, in order.
    package func values(_ name: String) -> [String] {
        var found: [String] = []
        visit(named: name) { value in
            found.append(value.text)
            return true
        }
        return found
    }

    package func contains(_ name: String) -> Bool {
        var found = false
        visit(named: name) { _ in
            found = true
            return false
        }
        return found
    }

    /// All fields in order, names as they were written.
    package var all: [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        visit { name, value in
            list.append((name.text, value.text))
            return true
        }
        return list
    }

    /// Adds a field at the end.
    ///
    /// - Returns: whether name and value are valid (RFC 9110 §5.1, §5.5); an invalid field is not added,
    ///   so that no value from outside can split a response.
    @discardableResult
    package mutating func append(_ name: String, _ value: String) -> Bool {
        var name = name
        var value = value
        return name.withUTF8 { name in
            value.withUTF8 { value in
                let name = UnsafeRawBufferPointer(name)
                let value = UnsafeRawBufferPointer(value)
                guard !name.isEmpty, name.allSatisfy({ ByteClass.token.contains($0) }),
                    value.allSatisfy(\.isFieldContent)
                else { return false }
                append(name: name, value: value.trimmed())
                return true
            }
        }
    }

    /// Replaces all fields of that name by one at the end.
    ///
    /// Returns false, changing nothing, when it is invalid.
    @discardableResult
    package mutating func set(_ name: String, _ value: String) -> Bool {
        var changed = self
        changed.remove(name)
        guard changed.append(name, value) else { return false }
        self = changed
        return true
    }

    /// Removes all fields of that name.
    package mutating func remove(_ name: String) {
        guard contains(name) else { return }
        var kept = Fields()
        var sought = name
        sought.withUTF8 { sought in
            visit { name, value in
                if !Fields.same(name, UnsafeRawBufferPointer(sought)) {
                    kept.append(name: name, value: value)
                }
                return true
            }
        }
        self = kept
    }

    /// Adds a field whose bytes were already found valid.
    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let size = wire.count + name.count + value.count + 4
        // Once, where the field would have it grow; and not to this size alone, which the next one would make it do again.
        if size > wire.capacity { wire.reserveCapacity(max(size, 2 * wire.count)) }
        wire.append(contentsOf: name)
        wire.append(.colon)
        wire.append(.space)
        wire.append(contentsOf: value)
        wire.append(.carriageReturn)
        wire.append(.lineFeed)
        count += 1
        if Fields.isFraming(name) { mentionsFraming = true }
    }

    mutating func reserve(_ bytes: Int) {
        wire.reserveCapacity(bytes)
    }

    /// Calls `body` with each field in order until it returns false.
    func visit(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool) {
        wire.withUnsafeBytes { bytes in
            var rest = bytes
            while let colon = rest.offset(of: .colon), let end = rest.offset(of: .lineFeed) {
                let name = rest.part(0..<colon)
                let value = rest.part(colon + 2..<end - 1)
                guard body(name, value) else { return }
                _ = rest.take(end + 1)
            }
        }
    }

    private func visit(named name: String, _ body: (UnsafeRawBufferPointer) -> Bool) {
        guard count > 0 else { return }
        var sought = name
        sought.withUTF8 { sought in
            let sought = UnsafeRawBufferPointer(sought)
            visit { name, value in Fields.same(name, sought) ? body(value) : true }
        }
    }

    private static func same(
        _ left: UnsafeRawBufferPointer,
        _ right: UnsafeRawBufferPointer
    ) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left[index].lowercased != right[index].lowercased {
            return false
        }
        return true
    }

    /// Whether the encoder writes this field itself, from what it knows about connection and body.
    static func isFraming(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 4: name.equals(lowercase: "date")
        case 10: name.equals(lowercase: "connection") || name.equals(lowercase: "keep-alive")
        case 14: name.equals(lowercase: "content-length")
        case 17: name.equals(lowercase: "transfer-encoding")
        default: false
        }
    }
}

extension Fields: Equatable {
    package static func == (left: Fields, right: Fields) -> Bool { left.wire == right.wire }
}
