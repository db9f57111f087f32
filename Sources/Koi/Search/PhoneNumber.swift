/// A telephone number as it was typed, brought to forms that can be compared.
struct PhoneNumber {
    /// All digits, without the zero in parentheses of `+49 (0)89`.
    let digits: [UInt8]

    /// The digits within the country: no country code, no zero in front.
    let core: [UInt8]

    /// Digits below which something is no telephone number.
    private static let shortest = 3

    /// Digits from which two numbers that end alike are taken for the same.
    static let shortestSubscriber = 7

    /// `nil` where there are too few digits; an international number has a plus sign in front.
    init?(digits: [UInt8], isInternational: Bool) {
        let core = Self.core(digits[...], isInternational: isInternational)
        guard digits.count >= Self.shortest, !core.isEmpty else { return nil }
        self.digits = digits
        self.core = core
    }

    /// The numbers in a field, which may be several, each with an extension.
    static func all(in text: String) -> [PhoneNumber] {
        var numbers: [PhoneNumber] = []
        var reading = Reading()
        for scalar in TextFolding.scalars(of: text, limit: 100) + [";"] {
            if let number = reading.add(scalar) { numbers.append(number) }
        }
        return numbers
    }

    /// Whether the digits are enough to look for numbers that begin so: three within the country,
    /// or an area code of two with its zero.
    var canBeginNumber: Bool {
        core.count >= Self.shortest
            || (core.count == Self.shortest - 1 && digits.count == Self.shortest)
    }

    /// Whether both reach the same telephone, as far as can be told: the shorter is the end of the
    /// longer, which has a country code or nothing more.
    func isSame(as other: PhoneNumber) -> Bool {
        if core == other.core { return true }
        let (short, long) = core.count < other.core.count ? (core, other.core) : (other.core, core)
        guard short.count >= Self.shortestSubscriber, long.count - short.count <= 3 else {
            return false
        }
        return long.count > 11 && long.suffix(short.count) == short[...]
    }

    private static func core(_ digits: ArraySlice<UInt8>, isInternational: Bool) -> [UInt8] {
        let zero = UInt8(ascii: "0")
        if isInternational { return national(digits.drop { $0 == zero }) }
        if digits.count > shortestSubscriber, digits.starts(with: [zero, zero]) {
            return national(digits.drop { $0 == zero })
        }
        // 86 138 0013 8000 without a plus sign: no number within China has more than 12 digits
        // with its zero, and none without begins with 86.
        if digits.count > 11, digits.starts(with: Array("86".utf8)) { return national(digits) }
        return Array(digits.drop { $0 == zero })
    }

    private static func national(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        let rest = digits.dropFirst(countryCodeLength(digits)).drop { $0 == UInt8(ascii: "0") }
        return rest.count < shortest ? Array(digits) : Array(rest)
    }

    /// The length of the country code in front, by the zones of ITU-T E.164.
    private static func countryCodeLength(_ digits: ArraySlice<UInt8>) -> Int {
        guard let first = digits.first, let second = digits.dropFirst().first else { return 0 }
        let two = Int(first &- 0x30) * 10 + Int(second &- 0x30)
        switch two {
        case 10...19, 70...79: return 1
        case 20, 27, 30...34, 36, 39, 40, 41, 43...49, 51...58, 60...66, 81, 82, 84, 86, 90...95,
            98:
            return 2
        default: return 3
        }
    }

    /// Collects digits until something ends the number.
    private struct Reading {
        private var digits: [UInt8] = []
        private var hasPlus = false
        private var isExtension = false
        private var previous: [Unicode.Scalar] = []

        mutating func add(_ scalar: Unicode.Scalar) -> PhoneNumber? {
            switch scalar {
            case "0"..."9":
                if !isExtension { digits.append(UInt8(truncatingIfNeeded: scalar.value)) }
            case "+":
                if digits.isEmpty { hasPlus = true }
            case ",", ";", "/", "、", "\n", "|":
                defer { self = Reading() }
                return PhoneNumber(digits: digits, isInternational: hasPlus)
            case ")":
                if hasPlus, digits.count > 1, previous == ["(", "0"] { digits.removeLast() }
            case "(", " ", "-", ".": break
            default:
                if digits.count >= PhoneNumber.shortestSubscriber { isExtension = true }
            }
            previous = previous.suffix(1) + [scalar]
            return nil
        }
    }
}
