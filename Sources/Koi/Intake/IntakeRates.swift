import KoiHTTP

/// How often forms take something within a minute: from one address, and each form in all.
package final class IntakeRates: Sendable {
    static let perAddress = 10
    static let perForm = 120

    private let addresses = RateLimiter<String>(IntakeRates.perAddress)
    private let forms = RateLimiter<Int64>(IntakeRates.perForm)

    /// - Throws: `Problem` 429 where it was too often.
    func count(_ form: Int64, from peer: Peer, at now: Int64) throws {
        // An address that may stand for anybody, such as a proxy's, is none to count by.
        if !peer.mayBeAnybody, !peer.isLocalSocket {
            try addresses.count(AddressRange.network(of: peer.address), at: now)
        }
        try forms.count(form, at: now)
    }
}
