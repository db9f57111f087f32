import KoiSQLite

/// Nobody gives what they do not have: held against every change of users, teams and roles, once it is stored and before
/// it is committed.
///
/// Rights come from a role, and who stands where in the tree of teams; so what a change gives to whom, be it the actor,
/// is found by comparing what everybody reaches before and after it.
struct Widening {
    private let transaction: Transaction
    private let resources: [Resource]

    init(_ transaction: Transaction) {
        self.transaction = transaction
        resources = transaction.catalog.resources.all
    }

    /// - Throws: `Problem` 403 where somebody gained what the actor does not reach.
    func refuse() throws {
        let actor = transaction.actor.access
        guard !actor.isFull else { return }
        let before = transaction.organisation ?? transaction.catalog.organisation.current
        let after = try Organisation.load(transaction.connection)
        // Who was not there before has no records that anyone could gain.
        let newcomers = Set(after.people.keys).subtracting(before.people.keys)
        for (user, person) in after.people.sorted(by: { $0.key < $1.key })
        where !after.isSame(person, as: before.people[user], in: before) {
            let held = before.people[user].map { before.access(of: user, $0, resources) }
            let gained = after.access(of: user, person, resources)
                .excess(over: actor, of: resources, beyond: held, passing: newcomers.union([user]))
            if let gained { throw Widening.refusal(gained) }
        }
    }

    private static func refusal(_ excess: String) -> Problem {
        .forbidden(
            "wider_than_own",
            "This would let somebody reach more than you do (\(excess)). Ask an administrator.",
            "此更改会使他人的权限超出您自己的权限（\(excess)），请联系管理员。"
        )
    }
}

extension Organisation {
    /// What a user may do by role and team alone, be the user active or not.
    fileprivate func access(of user: Int64, _ person: Person, _ resources: [Resource]) -> Access {
        Access(
            grants: [grants(of: person.role)],
            scopes: .all,
            user: user,
            team: colleagues(of: user, in: person.team),
            resources: resources
        )
    }

    /// Whether role and colleagues are those of an earlier state.
    fileprivate func isSame(_ person: Person, as earlier: Person?, in before: Organisation) -> Bool {
        guard let earlier else { return false }
        return grants(of: person.role) == before.grants(of: earlier.role)
            && person.team.map(members) == earlier.team.map(before.members)
    }
}
