import KoiHTTP

/// How many requests each key, each session and each address may make within a minute.
///
/// Keys and sessions count for themselves, wherever they come from; all else counts for the address, unless that may stand
/// for anybody, such as a proxy that does not say for whom it asks. Koi's own commands never count, nor does this machine
/// while no proxy is trusted.
package struct RequestRates: Sendable {
    private struct Meter: Sendable {
        let limiter: RateLimiter<Requester>
        let policy: QuotaPolicy

        init(_ name: String, _ limit: Int) {
            limiter = RateLimiter(limit, parts: RequestRates.parts)
            policy = QuotaPolicy(name: name, limit: limit, window: 60)
        }
    }

    private enum Requester: Hashable, Sendable {
        case key(Int64)
        case session(Int64)
        case address(String)
    }

    /// More than there are loops on most machines.
    private static let parts = 16

    private let holders: Meter?
    private let strangers: Meter?
    private let trustsProxies: Bool

    /// - Parameters:
    ///   - perKey: requests of a key or session within a minute; nil for any number.
    ///   - perAddress: requests of an address without either; nil for any number.
    ///   - trustsProxies: whether any proxy is trusted.
    package init(perKey: Int? = nil, perAddress: Int? = nil, trustsProxies: Bool = false) {
        holders = perKey.map { Meter("key", $0) }
        strangers = perAddress.map { Meter("address", $0) }
        self.trustsProxies = trustsProxies
    }

    /// Counts requests of somebody who showed a key or signed in.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: what is left; nil where it does not count. Where nothing was left, `isSpent` is set and it must be refused.
    func count(_ actor: Actor, from peer: Peer, times: Int = 1, at now: Int64) -> Spending? {
        guard let holders, !peer.isLocalSocket, trustsProxies || !peer.mayBeAnybody else { return nil }
        if let key = actor.key { return Self.count(.key(key), holders, now, times) }
        return actor.session.map { Self.count(.session($0), holders, now, times) }
    }

    /// Counts a request of somebody who showed nothing that is good, or nothing that was looked at.
    func countStranger(from peer: Peer, at now: Int64) -> Spending? {
        guard let strangers, !peer.mayBeAnybody, !peer.isLocalSocket else { return nil }
        return Self.count(.address(AddressRange.network(of: peer.address)), strangers, now)
    }

    private static func count(_ requester: Requester, _ meter: Meter, _ now: Int64, _ times: Int = 1) -> Spending {
        let standing = meter.limiter.take(requester, times: times, at: now)
        let seconds = Int(clamping: (standing.wait + 999) / 1_000)
        return Spending(
            quota: Quota(policy: meter.policy, remaining: standing.remaining, reset: seconds),
            isSpent: standing.isTooOften
        )
    }
}

/// What a request took of a quota.
struct Spending: Sendable {
    let quota: Quota
    /// Whether there was nothing left for it.
    let isSpent: Bool

    /// - Throws: `Problem` 429 where nothing was left.
    func require() throws {
        if isSpent { throw Problem.tooMany(retryAfter: Int64(max(1, quota.reset))) }
    }
}
