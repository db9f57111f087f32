import KoiHTTP
import KoiSQLite

/// What is known of an address that somebody wants to sign in with, be there such a user or not.
struct Account: Sendable {
    /// The active user; nil where there is none.
    let user: Int64?
    /// Nil where the user has no password.
    let hash: PasswordHash?
    /// The device that asks, where this user has signed in there before.
    let device: Int64?
    /// Whether this user has signed in from the peer's address before, and it is one of a person: a proxy's is everybody's.
    let isKnownAddress: Bool

    static func find(_ email: String, _ visit: Visit, _ connection: Connection) throws -> Account {
        let sql = "SELECT id FROM users WHERE email = ? AND active = 1 AND \"removedAt\" IS NULL"
        guard let user = try connection.first(sql, [.text(email)], { $0.int(0) }) else {
            return Account(user: nil, hash: nil, device: nil, isKnownAddress: false)
        }
        return Account(
            user: user,
            hash: try CredentialStore(connection).find(user),
            device: try visit.deviceToken.flatMap { try DeviceStore(connection).find($0, of: user) },
            isKnownAddress: try !visit.isThroughProxy
                && SessionStore(connection).hasBegun(from: visit.address, by: user)
        )
    }

    /// What a try to sign in here spends from.
    func buckets(_ email: String, _ visit: Visit) -> [SignInThrottle.Bucket] {
        let account = Account.mark(email)
        if let device { return [.device(account: account, device: device)] }
        // A stranger's guesses would lock out everybody who comes through the same proxy.
        if visit.isThroughProxy { return [.account(account)] }
        let address = AddressRange.network(of: visit.address)
        let place: [SignInThrottle.Bucket] = [.address(address), .pair(account: account, address: address)]
        return isKnownAddress ? place : place + [.account(account)]
    }

    /// What stands for it in the notes of failures: the user, or the same for all that there are not.
    ///
    /// What was typed may be
    /// a password in the wrong place, and whoever types something else each time must not fill the disk.
    var name: String { user.map(String.init) ?? "unknown" }

    private static func mark(_ email: String) -> String {
        Digest.hex(Array(Digest.sha256(Array(email.utf8)).prefix(8)))
    }
}
