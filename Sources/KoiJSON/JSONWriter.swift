/// Appends JSON to a byte buffer and places the commas by itself.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.key(Self.idKey)
/// writer.integer(7)
/// writer.endObject()      // {"id":7}
/// ```
///
/// What must be escaped is escaped and nothing more: neither `/` nor `<` nor U+2028. The caller
/// opens and closes in the right order and gives a key to each member; the writer does not check.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// Whether a value stands before the next one in the same array or object.
    ///
    /// That is all the state there is: opening or naming clears it, and a complete value sets it.
    private var needsComma = false

    package init(capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what was written.
    package mutating func clear(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        needsComma = false
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        string(name)
        append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func key(_ key: JSONKey) {
        key.encoded.withUnsafeBufferPointer { self.key(encoded: $0) }
    }

    /// Copies a key in the form of ``JSONKey/encoded``, for a caller that keeps many keys in one buffer.
    package mutating func key(encoded: UnsafeBufferPointer<UInt8>) {
        let named = needsComma ? encoded : UnsafeBufferPointer(rebasing: encoded.dropFirst())
        append(atMost: named.count) { Self.copy(named, to: $0, at: 0) }
        needsComma = false
    }

    package mutating func string(_ string: String) {
        let isContiguous: Void? = string.utf8.withContiguousStorageIfAvailable {
            self.string(utf8: $0)
        }
        if isContiguous == nil {
            Array(string.utf8).withUnsafeBufferPointer { self.string(utf8: $0) }
        }
    }

    /// Writes a string whose bytes must be valid UTF-8; they are not checked again.
    package mutating func string(utf8: UnsafeBufferPointer<UInt8>) {
        let firstSpecial = JSONEscaping.firstSpecial(in: utf8)
        guard firstSpecial == utf8.count else { return escapedString(utf8, firstSpecial) }
        wrapped(count: utf8.count + 2) { target, start in
            target[start] = UInt8(ascii: "\"")
            let end = Self.copy(utf8, to: target, at: start + 1)
            target[end] = UInt8(ascii: "\"")
            return end + 1
        }
    }

    package mutating func integer(_ value: Int64) {
        wrapped(count: JSONInteger.longest) { JSONInteger.write(value, to: $0, at: $1) }
    }

    /// The shortest digits that read back as the same number; JSON has no infinity and no NaN, so
    /// these become `null`.
    package mutating func number(_ value: Double) {
        guard value.isFinite else { return null() }
        var digits = value.description
        digits.withUTF8 { raw($0) }
    }

    package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
    package mutating func null() { literal("null") }

    /// Copies what is already one complete, valid JSON value.
    package mutating func raw(_ utf8: UnsafeBufferPointer<UInt8>) {
        wrapped(count: utf8.count) { Self.copy(utf8, to: $0, at: $1) }
    }

    package mutating func raw(_ utf8: [UInt8]) {
        utf8.withUnsafeBufferPointer { raw($0) }
    }

    /// Writes a value by nested calls; values that were read are at most
    /// ``JSONLimits/greatestDepth`` deep.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func literal(_ text: StaticString) {
        raw(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A string of which the byte at an index is known to need an escape.
    private mutating func escapedString(_ text: UnsafeBufferPointer<UInt8>, _ firstSpecial: Int) {
        wrapped(count: 1) { target, start in
            target[start] = UInt8(ascii: "\"")
            return start + 1
        }
        var runStart = 0
        var special = firstSpecial
        while special < text.count {
            let run = UnsafeBufferPointer(rebasing: text[runStart..<special])
            append(atMost: run.count + JSONEscaping.longestEscape) { target in
                let end = Self.copy(run, to: target, at: 0)
                let rest = UnsafeMutableBufferPointer(rebasing: target[end...])
                return end + JSONEscaping.write(text[special], to: rest)
            }
            runStart = special + 1
            special = JSONEscaping.firstSpecial(in: text, from: runStart)
        }
        bytes.append(contentsOf: text[runStart...])
        append(UInt8(ascii: "\""))
    }

    private mutating func open(_ bracket: UInt8) {
        wrapped(count: 1) { target, start in
            target[start] = bracket
            return start + 1
        }
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        append(bracket)
        needsComma = true
    }
}

// Every write to the buffer goes through one of these: the room is reserved first, and the writing
// closure gets no more than was reserved and returns where it ended. Appending byte by byte instead
// costs four times as much.
extension JSONWriter {
    /// Appends a comma where one is due and then a value of at most `count` bytes.
    @inline(__always)
    private mutating func wrapped(
        count: Int,
        _ write: (_ target: UnsafeMutableBufferPointer<UInt8>, _ start: Int) -> Int
    ) {
        let isFirst = !needsComma
        append(atMost: count + 1) { target in
            if isFirst { return write(target, 0) }
            target[0] = UInt8(ascii: ",")
            return write(target, 1)
        }
        needsComma = true
    }

    @inline(__always)
    private mutating func append(
        atMost count: Int,
        _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int
    ) {
        bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { target, written in
                written = write(target)
            }
        }
    }

    private mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    @inline(__always)
    private static func copy(
        _ source: UnsafeBufferPointer<UInt8>,
        to target: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) -> Int {
        let end = start + source.count
        _ = UnsafeMutableBufferPointer(rebasing: target[start..<end]).update(fromContentsOf: source)
        return end
    }
}
