extension Access {
    /// Where this reaches further than another does: `customers.export`, `contacts.phone`; nil where it nowhere does.
    ///
    /// Rights of the same name reach different records where they are those of different people: whose own, whose team's.
    /// That counts where records are given from one to another, and not of what is about a person, such as the own keys.
    ///
    /// - Parameters:
    ///   - before: what was held already, and so does not count; nil for nothing.
    ///   - passed: users whose records do not count.
    func excess(
        over other: Access,
        of resources: [Resource],
        beyond before: Access? = nil,
        passing passed: Set<Int64> = []
    ) -> String? {
        if other.isFull { return nil }
        if isFull { return before?.isFull == true ? nil : Grants.others }
        let names = resources.map(\.name) + Area.allCases.map(\.rawValue) + [Grants.others]
        for name in names {
            for verb in Verb.allCases where isHigher(than: other, verb, name, before) {
                return name + "." + verb.rawValue
            }
        }
        for resource in resources {
            for verb in Verb.allCases where reachesOthers(than: other, verb, resource, before, passed) {
                return resource.name + "." + verb.rawValue
            }
            if let field = excessField(over: other, of: resource.name, before) { return resource.name + "." + field }
        }
        return nil
    }

    private func isHigher(than other: Access, _ verb: Verb, _ name: String, _ before: Access?) -> Bool {
        let own = scope(verb, on: name)
        return own > other.scope(verb, on: name) && own > before?.scope(verb, on: name) ?? .none
    }

    /// Whether a right is about records of people whose records the other's does not reach.
    private func reachesOthers(
        than other: Access,
        _ verb: Verb,
        _ resource: Resource,
        _ before: Access?,
        _ passed: Set<Int64>
    ) -> Bool {
        guard resource.changeableOwner != nil, let people = users(within: scope(verb, on: resource.name)),
            let others = other.users(within: other.scope(verb, on: resource.name))
        else { return false }
        // Nil where all were reached before.
        guard let known = before.map({ $0.users(within: $0.scope(verb, on: resource.name)) }) ?? [] else {
            return false
        }
        return !Set(people).subtracting(known).subtracting(passed).isSubset(of: others)
    }

    private func excessField(over other: Access, of resource: String, _ before: Access?) -> String? {
        let (own, others) = (restrictions(of: resource), other.restrictions(of: resource))
        return others.byName.first { field in
            guard !own[field.key].isWithin(field.value) else { return false }
            return before.map { !own[field.key].isWithin($0.restrictions(of: resource)[field.key]) } ?? true
        }?.key
    }

    /// Where one who acts in this one's name would reach further than another does: what was shared with this user counts,
    /// too.
    func excess(inNameOver other: Access, of resources: [Resource]) -> String? {
        if let excess = excess(over: other, of: resources) { return excess }
        guard !other.isFull, user != other.user else { return nil }
        for resource in resources where collaborations.hasAny(of: resource.name) {
            for verb in [Verb.read, .change] where allows(verb, on: resource.name) {
                if other.scope(verb, on: resource.name) < .all { return resource.name + "." + verb.rawValue }
            }
        }
        return nil
    }
}
