import KoiJSON
import KoiSQLite

/// Who may take records out of a pool.
struct PoolMembers {
    private let pool: Record
    private let transaction: Transaction

    init(_ pool: Record, _ transaction: Transaction) {
        self.pool = pool
        self.transaction = transaction
    }

    /// Whether the actor's user is one; who does not see the pool is none.
    func has(_ user: Int64) throws -> Bool {
        guard transaction.visibility(of: Pool.resource).allows(pool) else { return false }
        let (users, teams) = (ids("users", "user"), ids("teams", "team"))
        guard !users.isEmpty || !teams.isEmpty else { return true }
        if users.contains(user) { return true }
        guard !teams.isEmpty,
            let own = try transaction.connection.first(
                "SELECT team FROM users WHERE id = ?",
                [.integer(user)],
                { $0.intOrNil(0) }
            ) ?? nil
        else { return false }
        let organisation = transaction.catalog.organisation.current
        return teams.contains { organisation.isWithin(own, $0) }
    }

    /// - Returns: the user.
    /// - Throws: `Problem` 403 where the actor is nobody, or not a member.
    func require() throws -> Int64 {
        guard let user = transaction.actor.user, try has(user) else { throw PoolMembers.notMember }
        return user
    }

    /// - Throws: `Problem` 403 where the actor is no member, and does not look after the pool either.
    func requireOrKeeper() throws {
        guard !transaction.visibility(of: Pool.resource, .change).allows(pool) else { return }
        _ = try require()
    }

    static let notMember = Problem.forbidden(
        "not_member",
        "You are not a member of this pool. Ask whoever looks after it.",
        "您不是此公海的成员，请联系管理人员。"
    )

    private func ids(_ field: String, _ member: String) -> [Int64] {
        (pool[field].arrayValue ?? []).compactMap { $0.objectValue?[member]?.integerValue }
    }
}
