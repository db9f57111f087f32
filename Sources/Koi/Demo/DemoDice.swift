/// The chance in the demo company: a seeded generator, so that the same seed makes the same company.
///
/// SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014). Not for secrets.
struct DemoDice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Whether something happens that does so in `percent` of a hundred cases.
    mutating func happens(_ percent: Int) -> Bool {
        number(0...99) < Int64(percent)
    }

    mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &self)
    }

    /// One of a list that is not empty.
    mutating func pick<T>(_ list: [T]) -> T {
        list[Int.random(in: 0..<list.count, using: &self)]
    }

    /// One of a list whose front is met more often: the first about twice as often as the average.
    mutating func pickEarly<T>(_ list: [T]) -> T {
        let first = Int.random(in: 0..<list.count, using: &self)
        let second = Int.random(in: 0..<list.count, using: &self)
        return list[min(first, second)]
    }

    /// One of a few by their shares, which need not add up to a hundred.
    mutating func share<T>(_ shares: [(share: Int64, value: T)]) -> T {
        var left = number(0...shares.reduce(0) { $0 + $1.share } - 1)
        for (share, value) in shares {
            if left < share { return value }
            left -= share
        }
        return shares[shares.count - 1].value
    }

    /// Up to `count` of a list, each once, in the order of the list.
    mutating func some<T>(_ list: [T], upTo count: Int) -> [T] {
        var places: Set<Int> = []
        for _ in 0..<count { places.insert(Int.random(in: 0..<list.count, using: &self)) }
        return places.sorted().map { list[$0] }
    }

    /// Digits, zeros in front kept.
    mutating func digits(_ count: Int) -> String {
        var text = ""
        for _ in 0..<count { text += String(number(0...9)) }
        return text
    }
}
