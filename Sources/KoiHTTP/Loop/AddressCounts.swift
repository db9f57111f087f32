import KoiLock

/// How many connections each address has open; an entry goes with its last connection.
final class AddressCounts: Sendable {
    private let counts = Lock<[String: Int]>([:])

    /// Counts one more, and says how many there are with it.
    func add(_ address: String) -> Int {
        counts.withLock { counts in
            let count = (counts[address] ?? 0) + 1
            counts[address] = count
            return count
        }
    }

    func remove(_ address: String) {
        counts.withLock { counts in
            guard let count = counts[address], count > 1 else {
                counts[address] = nil
                return
            }
            counts[address] = count - 1
        }
    }

    func count(of address: String) -> Int {
        counts.withLock { $0[address] ?? 0 }
    }

    /// How many addresses have a connection open.
    var count: Int { counts.withLock { $0.count } }
}
