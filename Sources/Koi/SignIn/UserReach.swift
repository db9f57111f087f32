/// Whose sessions and links an actor may see to: one's own, and those of users whom one may change and who reach no more
/// than oneself, since whoever lets somebody in could be that somebody.
///
/// A key that was narrowed does not reach its own user's: it was given away for something else.
struct UserReach {
    private let transaction: Transaction
    private var actor: Actor { transaction.actor }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Whether this is the actor, or a user within reach.
    func reaches(_ user: Int64) throws -> Bool {
        if actor.access.isFull { return true }
        if actor.user == user { return isOneself }
        guard actor.access.scope(.change, on: User.resource.name) == .all else { return false }
        return try !UserRules.isWider(user, transaction)
    }

    /// - Throws: `Problem` 403 where the user is neither the actor nor within reach.
    func require(_ user: Int64) throws {
        guard try reaches(user) else { throw Problem.notPermitted(.change, User.resource.name) }
    }

    /// Whether the actor stands for all of its user.
    private var isOneself: Bool {
        actor.session != nil || !actor.access.isNarrowed || actor.access.allows(.change, on: User.resource.name)
    }
}
