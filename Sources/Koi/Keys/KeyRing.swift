package import KoiHTTP
import KoiJSON
import KoiLock
import KoiSQLite

/// What a shown key or session stands for, as it was last looked up.
package struct Credential: Sendable {
    package let actor: Actor
    /// In milliseconds since 1970; nil for one that does not end by itself.
    package let expiresAt: Int64?
    /// From where it may be used; empty for anywhere.
    package let addresses: [AddressRange]
    let lastUse = LastUse()

    package init(actor: Actor, expiresAt: Int64?, addresses: [AddressRange] = []) {
        self.actor = actor
        self.expiresAt = expiresAt
        self.addresses = addresses
    }

    /// - Parameter address: the peer's; empty for the socket in the data folder.
    func isValid(at now: Int64, from address: String) -> Bool {
        guard expiresAt ?? .max > now else { return false }
        return addresses.isEmpty || addresses.contains { $0.contains(address) }
    }
}

/// What was shown to prove who asks, remembered in memory once seen, so that the check of a key or session that was used
/// before costs no query.
package final class KeyRing: Sendable {
    /// The most credentials that are remembered; beyond it all are forgotten and looked up anew.
    private static let maximumRemembered = 10_000

    private struct Memory {
        var credentials: [String: Credential] = [:]
        /// Grows whenever all is forgotten.
        var generation = 0
    }

    private let memory = Lock(Memory())

    package init() {}

    /// Grows whenever all is forgotten.
    var generation: Int { memory.withLock { $0.generation } }

    /// What a text stands for; nil where it is nothing that opens Koi.
    ///
    /// What was found before a key, role or user changed is not remembered after it: it would never be forgotten.
    ///
    /// - Parameters:
    ///   - generation: that of the time from which `find` sees Koi, where that is before now.
    ///   - find: looks it up; not called for one that is remembered.
    func credential(
        for shown: String,
        asOf generation: Int? = nil,
        find: () throws -> Credential?
    ) throws -> Credential? {
        let (remembered, current) = memory.withLock { ($0.credentials[shown], $0.generation) }
        if let remembered { return remembered }
        guard let credential = try find() else { return nil }
        memory.withLock { memory in
            guard memory.generation == generation ?? current else { return }
            if memory.credentials.count >= KeyRing.maximumRemembered { memory.credentials.removeAll() }
            memory.credentials[shown] = credential
        }
        return credential
    }

    /// Forgets one that has ended as far as is remembered: it may have been used since it was looked up.
    func forget(_ shown: String) {
        memory.withLock { $0.credentials[shown] = nil }
    }

    /// Forgets what was remembered: after anything changed by which it was found.
    package func forget() {
        memory.withLock { memory in
            memory.credentials.removeAll()
            memory.generation += 1
        }
    }
}
