import Dispatch

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
    private let refusals = SteadyRefusals()
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
    /// - Parameter place: from where it comes, where that tells people apart; nobody takes all the room for strangers.
    /// - Throws: `Problem` 503 where too many wait.
    func submit(isKnown: Bool, from place: String? = nil, _ work: @escaping @Sendable () -> Void) throws {
        if isKnown { try known.submit(work) } else { try strangers.submit(from: place, work) }
    }

    /// Does something, such as answering, when a refusal is due.
    ///
    /// The first one after a start may come before any hash was made: then one is made to know how long that takes.
    ///
    /// - Parameter start: when the request came in.
    func refuse(since start: DispatchTime, _ work: @escaping @Sendable () -> Void) {
        guard !refusals.isMeasured else { return refusals.run(since: start, work) }
        do {
            try strangers.submit {
                _ = try? self.matches("", nil)
                self.refusals.run(since: start, work)
            }
        } catch {
            refusals.run(since: start, work)
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
