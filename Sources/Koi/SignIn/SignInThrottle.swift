import KoiLock

/// Bounds how often passwords may be tried, in memory.
///
/// Each kind of place has a bucket of tries that fills again with time. Whoever tries from a device in which the account
/// has signed in before spends from a bucket of its own alone, so that nobody can lock it out by guessing from elsewhere,
/// not even from the same address.
final class SignInThrottle: Sendable {
    enum Bucket: Hashable {
        case device(account: String, device: Int64)
        case pair(account: String, address: String)
        case address(String)
        case account(String)

        /// How many tries it holds when full.
        fileprivate var size: Double {
            switch self {
            case .device: 10
            case .pair: 5
            case .address: 30
            case .account: 20
            }
        }

        /// Milliseconds until it holds one more.
        fileprivate var refill: Double {
            switch self {
            case .device: 30_000
            case .pair, .account: 60_000
            case .address: 6_000
            }
        }
    }

    private struct Level {
        var tries: Double
        var at: Int64
    }

    /// The most buckets that are remembered.
    ///
    /// A full one need not be; beyond that, those with the most tries go.
    private static let maximumRemembered = 100_000

    private let levels = Lock<[Bucket: Level]>([:])

    /// Takes a try from each of these, or from none where one is empty.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: whether it may be tried.
    func take(_ buckets: [Bucket], at now: Int64) -> Bool {
        levels.withLock { levels in
            let held = buckets.map { SignInThrottle.tries(in: $0, levels, now) }
            guard held.allSatisfy({ $0 >= 1 }) else { return false }
            for (bucket, tries) in zip(buckets, held) { levels[bucket] = Level(tries: tries - 1, at: now) }
            if levels.count > SignInThrottle.maximumRemembered { SignInThrottle.trim(&levels, now) }
            return true
        }
    }

    /// Gives back what was taken for a try that was no guess, since the password was right or nobody looked at it.
    func giveBack(_ buckets: [Bucket], at now: Int64) {
        levels.withLock { levels in
            for bucket in buckets {
                let tries = SignInThrottle.tries(in: bucket, levels, now) + 1
                levels[bucket] = tries < bucket.size ? Level(tries: tries, at: now) : nil
            }
        }
    }

    /// How many buckets are remembered.
    var remembered: Int { levels.withLock { $0.count } }

    private static func tries(in bucket: Bucket, _ levels: [Bucket: Level], _ now: Int64) -> Double {
        guard let level = levels[bucket] else { return bucket.size }
        // The clock may have been set back.
        let elapsed = Double(max(0, now - level.at))
        return min(bucket.size, level.tries + elapsed / bucket.refill)
    }

    private static func trim(_ levels: inout [Bucket: Level], _ now: Int64) {
        var kept = levels.filter { tries(in: $0.key, levels, now) < $0.key.size }
        if kept.count > maximumRemembered / 2 {
            let emptiest = kept.sorted { $0.value.tries < $1.value.tries }.prefix(maximumRemembered / 2)
            kept = Dictionary(emptiest.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
        levels = kept
    }
}
