import KoiJSON
import Testing

@Suite struct JSONRoundTripTests {
    @Test(arguments: UInt64(1)...20)
    func `what is written is read back the same`(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<100 {
            let value = random.value(depth: 5)
            var writer = JSONWriter()
            writer.value(value)
            let copy = try JSONReader.read(writer.bytes)
            #expect(copy == value)

            var again = JSONWriter()
            again.value(copy)
            #expect(again.bytes == writer.bytes)
        }
    }

    @Test func `every finite double survives`() throws {
        var random = RandomJSON(seed: 7)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            var writer = JSONWriter()
            writer.number(number)
            let copy = try JSONReader.read(writer.bytes).numberValue
            #expect(copy?.bitPattern == number.bitPattern)
        }
    }

    @Test func `white space between tokens changes nothing`() throws {
        var random = RandomJSON(seed: 3)
        for _ in 0..<200 {
            let value = random.value(depth: 4)
            var writer = JSONWriter()
            writer.value(value)
            var isInString = false
            var isEscaped = false
            var spaced: [UInt8] = [0x20]
            for byte in writer.bytes {
                let isStructural =
                    !isInString && [0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D].contains(byte)
                if isStructural { spaced += [0x0D, 0x0A] }
                spaced.append(byte)
                if isStructural { spaced += [0x09, 0x20] }
                if byte == 0x22, !isEscaped { isInString.toggle() }
                isEscaped = byte == 0x5C && !isEscaped
            }
            #expect(try JSONReader.read(spaced) == value)
        }
    }
}

/// Arbitrary values from a seed, so that a failure can be had again.
struct RandomJSON: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .integer(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 3: return .number(Double.random(in: -1e6...1e6, using: &self))
        case 4, 5: return .string(string())
        case 6:
            return .array(
                (0..<Int.random(in: 0..<6, using: &self)).map { _ in value(depth: depth - 1) }
            )
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<40, using: &self) {
                object[string()] = value(depth: depth - 3)
            }
            return .object(object)
        }
    }

    private mutating func string() -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x00...0x1F, 0x20...0x7F, 0x20...0x7F, 0x80...0x7FF, 0x4E00...0x9FFF, 0xE000...0xFFFF,
            0x10000...0x10FFFF,
        ]
        var string = ""
        for _ in 0..<Int.random(in: 0..<24, using: &self) {
            let range = ranges[Int.random(in: 0..<ranges.count, using: &self)]
            let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self))
            string.unicodeScalars.append(scalar ?? " ")
        }
        return string
    }
}
