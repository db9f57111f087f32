/// The grammar of arrays and objects, with the open ones on a stack of its own instead of the
/// thread's, so that no nesting from outside can exhaust it.
///
/// Elements and members of all open containers lie in two flat arrays; closing a container moves
/// its end of them into an array of the exact size.
struct JSONDocument {
    private struct Container {
        let isObject: Bool
        /// Where this container's elements or members begin in the flat array.
        let start: Int
        /// The key whose value is awaited.
        var key = ""
        var hasKeySet = false
    }

    /// Hashes and compares code unit by code unit (RFC 8259 §8.3), unlike `String`.
    private struct ExactName: Hashable {
        let name: String

        static func == (left: Self, right: Self) -> Bool { left.name.isSame(as: right.name) }
        func hash(into hasher: inout Hasher) {
            var name = name
            name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    /// Up to here a new key is compared with each one before it, which is faster than hashing.
    private static let keysComparedOneByOne = 32

    private var scanner: JSONScanner
    private let limits: JSONLimits
    private let depthLimit: Int
    private var valueCount = 0
    private var open: [Container] = []
    private var elements: [JSONValue] = []
    private var members: [JSONObject.Member] = []
    /// The keys so far of each open object that has too many to compare them one by one.
    private var keySets: [Set<ExactName>] = []

    init(scanner: JSONScanner, limits: JSONLimits) {
        self.scanner = scanner
        self.limits = limits
        depthLimit = min(limits.depth, JSONLimits.greatestDepth)
    }

    mutating func read() throws(JSONFault) -> JSONValue {
        try scanner.refuseByteOrderMark()
        scanner.skipWhitespace()
        if scanner.isAtEnd { throw scanner.fault(.empty) }
        while true {
            guard var complete = try beginValue() else { continue }
            while !open.isEmpty {
                append(complete)
                guard try endsContainer() else { break }
                complete = close()
            }
            if open.isEmpty {
                scanner.skipWhitespace()
                guard scanner.isAtEnd else { throw scanner.unexpected(.trailingContent) }
                return complete
            }
        }
    }

    /// A scalar or an empty container, or `nil` when a container was opened whose first value is
    /// next.
    private mutating func beginValue() throws(JSONFault) -> JSONValue? {
        scanner.skipWhitespace()
        valueCount += 1
        if valueCount > limits.members {
            throw scanner.fault(.tooManyValues(limit: limits.members))
        }
        switch scanner.byte {
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "{"): return try beginContainer(isObject: true)
        case UInt8(ascii: "["): return try beginContainer(isObject: false)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try scanner.number()
        case UInt8(ascii: "t"): return try scanner.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try scanner.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try scanner.literal("null", .null)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            throw scanner.fault(.invalidLiteral)
        default: throw scanner.unexpected(.unexpectedCharacter)
        }
    }

    private mutating func beginContainer(isObject: Bool) throws(JSONFault) -> JSONValue? {
        if open.count >= depthLimit { throw scanner.fault(.tooDeep(limit: depthLimit)) }
        scanner.advance()
        scanner.skipWhitespace()
        if scanner.byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
            scanner.advance()
            return isObject ? .object(JSONObject([])) : .array([])
        }
        let start = isObject ? members.count : elements.count
        open.append(Container(isObject: isObject, start: start))
        if isObject { try readKey() }
        return nil
    }

    private mutating func append(_ value: JSONValue) {
        let current = open.count - 1
        if open[current].isObject {
            members.append(JSONObject.Member(name: open[current].key, value: value))
        } else {
            elements.append(value)
        }
    }

    /// Reads what follows a value: the end of its container, or a comma and, in an object, a key.
    private mutating func endsContainer() throws(JSONFault) -> Bool {
        let isObject = open[open.count - 1].isObject
        scanner.skipWhitespace()
        switch scanner.byte {
        case UInt8(ascii: ","):
            scanner.advance()
            if isObject { try readKey() }
            return false
        case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
            scanner.advance()
            return true
        default:
            throw scanner.unexpected(.unexpectedCharacter)
        }
    }

    private mutating func close() -> JSONValue {
        let container = open.removeLast()
        if container.hasKeySet { keySets.removeLast() }
        if container.isObject {
            let own = Array(members[container.start...])
            members.removeLast(own.count)
            return .object(JSONObject(own))
        }
        let own = Array(elements[container.start...])
        elements.removeLast(own.count)
        return .array(own)
    }

    /// Reads a key and its colon.
    private mutating func readKey() throws(JSONFault) {
        scanner.skipWhitespace()
        let offset = scanner.offset
        guard scanner.byte == UInt8(ascii: "\"") else {
            throw scanner.unexpected(.unexpectedCharacter)
        }
        let key = try scanner.string()
        guard isNew(key) else { throw JSONFault(reason: .duplicateKey(key), offset: offset) }
        open[open.count - 1].key = key
        scanner.skipWhitespace()
        guard scanner.byte == UInt8(ascii: ":") else {
            throw scanner.unexpected(.unexpectedCharacter)
        }
        scanner.advance()
    }

    private mutating func isNew(_ key: String) -> Bool {
        let current = open.count - 1
        let start = open[current].start
        if members.count - start < Self.keysComparedOneByOne {
            for index in start..<members.count where members[index].name.isSame(as: key) {
                return false
            }
            return true
        }
        if !open[current].hasKeySet {
            open[current].hasKeySet = true
            keySets.append(Set(members[start...].map { ExactName(name: $0.name) }))
        }
        return keySets[keySets.count - 1].insert(ExactName(name: key)).inserted
    }
}
