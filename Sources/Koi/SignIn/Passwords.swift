/// Hashes and compares passwords, and knows how long that takes.
///
/// Its methods block for as long as a hash takes: to be called on a queue of its own only.
package final class Passwords: Sendable {
    /// For devices that nobody has signed in from: two at a time.
    private let strangers = PasswordQueue("one", "two")
    /// For devices in which the user has signed in before, so that strangers who try passwords hold up nobody who works
    /// here.
    private let known = PasswordQueue("known")
    let cost: PasswordCost
    let refusals = SteadyRefusals()
    private let randomness: Randomness
    /// Compared with where there is nothing to compare with, so that it takes the same time.
    private let decoy: PasswordHash

    init(cost: PasswordCost, randomness: Randomness) {
        self.cost = cost
        self.randomness = randomness
        decoy = PasswordHash(
            cost: cost,
            salt: randomness.bytes(PasswordHash.saltLength),
            bytes: randomness.bytes(PasswordHash.length)
        )
    }

    /// Has work done that hashes passwords.
    ///
    /// - Parameter isKnown: whether it comes from a device in which this user has signed in before.
    /// - Throws: `Problem` 503 where too many wait.
    func submit(isKnown: Bool, _ work: @escaping @Sendable () -> Void) throws {
        try (isKnown ? known : strangers).submit(work)
    }

    /// Measures in the background what a hash takes here, before the first refusal needs to know.
    func calibrate() {
        try? strangers.submit {
            for _ in 0..<3 { _ = try? self.matches("", nil) }
        }
    }

    /// Whether a password is the one of a hash; never where there is none, which takes the same time.
    func matches(_ password: String, _ hash: PasswordHash?) throws -> Bool {
        try measured { try (hash ?? decoy).matches(password) } && hash != nil
    }

    func hash(_ password: String) throws -> PasswordHash {
        let salt = randomness.bytes(PasswordHash.saltLength)
        return try measured { try PasswordHash(of: password, salt: salt, cost: cost) }
    }

    private func measured<T>(_ work: () throws -> T) rethrows -> T {
        let clock = ContinuousClock()
        let start = clock.now
        defer { refusals.observe(clock.now - start) }
        return try work()
    }
}
