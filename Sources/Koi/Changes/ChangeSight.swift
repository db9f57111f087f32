import KoiJSON

/// Whether an event brings a record into an actor's sight or takes it away, told from what the event changed: its owner, or
/// with whom it is shared.
///
/// What else decides about sight, such as the actor's role, is the same before and after: where it changes there is a reset.
struct ChangeSight {
    private struct Reach {
        let owner: String
        /// Whose records are seen.
        let users: Set<Int64>
        /// The records that are shared with the actor.
        let shared: Set<Int64>

        func isOwn(_ owner: JSONValue) -> Bool {
            owner.integerValue.map(users.contains) ?? false
        }
    }

    /// Of the resources of which not everything is seen.
    private let reaches: [String: Reach]
    private let user: Int64?

    init(_ resources: [Resource], _ access: Access, at now: Int64) {
        user = access.user
        var reaches: [String: Reach] = [:]
        for resource in resources {
            guard let users = access.users(within: access.scope(.read, on: resource.name)) else { continue }
            reaches[resource.name] = Reach(
                owner: resource.ownerField ?? "",
                users: Set(users),
                shared: Set(access.collaborations.records(of: resource.name, toWrite: false, at: now))
            )
        }
        self.reaches = reaches
    }

    /// Whether all records of a resource are seen.
    func isComplete(_ resource: Resource) -> Bool { reaches[resource.name] == nil }

    /// Whether a record that is seen was not before the event.
    func enters(_ resource: Resource, _ payload: JSONObject?) -> Bool {
        guard let reach = reaches[resource.name], let after = payload?["after"]?.objectValue else { return false }
        let before = payload?["before"]?.objectValue
        if isMine(after), before.map(isMine) != true { return true }
        guard let owner = before?[reach.owner], after[reach.owner] != nil else { return false }
        return !reach.isOwn(owner)
    }

    /// Whether a record that is not seen was seen before the event.
    func leaves(_ resource: Resource, _ payload: JSONObject?) -> Bool {
        guard let reach = reaches[resource.name], let before = payload?["before"]?.objectValue else { return false }
        if isMine(before) { return true }
        return before[reach.owner].map(reach.isOwn) ?? false
    }

    /// Whether the event is about the actor's own share.
    private func isMine(_ side: JSONObject) -> Bool {
        guard let user, let share = side["collaborator"]?.objectValue else { return false }
        return share["user"]?.integerValue == user
    }
}
