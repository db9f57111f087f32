/// Changes inputs at random, the same ones for the same seed.
struct Mutation {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func of(_ input: [UInt8], and others: [[UInt8]]) -> [UInt8] {
        var bytes = input
        for _ in 0...random(4) {
            let place = random(bytes.count + 1)
            switch random(6) {
            case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random(256))
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(random(8))
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + random(9)))
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random(40))], at: place)
            case 4: bytes = bytes[..<place] + others[random(others.count)].suffix(random(200))
            default: bytes.insert(contentsOf: [[13, 10], [10], [0], [32], [58], [44], [37]][random(7)], at: place)
            }
        }
        return bytes
    }

    private mutating func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: state >> 33) % bound
    }
}
