/// Something to be written down soon, which nobody waits for.
package enum LedgerEntry: Sendable {
    /// Somebody read in clear what is held back from others.
    case read(AccessEntry)
    /// Somebody asked for what the role does not allow.
    ///
    /// Counted for each actor, route, reason and minute; where nobody knows who it was, for each address, reason and minute.
    case refused(AccessEntry)
    /// Somebody failed to sign in.
    ///
    /// Counted for each account, address and minute. The account is a user's id or, where there is no such user, the same
    /// for all: what was typed may be a password in the wrong place, and anyone can type anything.
    case failedSignIn(account: String, address: String)
    /// A key was used at a time, in milliseconds since 1970.
    case used(key: Int64, at: Int64)
    /// A session was used at a time, in milliseconds since 1970.
    case usedSession(id: Int64, at: Int64)
}

/// Who asked for what: a row of `accesses` about one request.
package struct AccessEntry: Sendable, Equatable {
    /// Milliseconds since 1970; of what was refused the minute once it is counted.
    package var at: Int64
    /// Nil where nobody knows who it was.
    package let actorKind: Actor.Kind?
    package let actor: Int64?
    package let user: Int64?
    package let request: String?
    /// The peer's; empty for the socket in the data folder.
    package let address: String
    /// What was asked for and refused: the method, and the path of the route.
    package var method: String?
    package var path: String?
    package var resource: String?
    package var records: [Int64] = []
    package var fields: [String] = []
    /// Why it was refused.
    package var code: String?

    package init(at: Int64, actor: Actor?, request: String?, address: String) {
        self.at = at
        actorKind = actor?.kind
        self.actor = actor?.id
        user = actor?.user
        self.request = request
        self.address = address
    }
}
