import KoiJSON
import KoiSQLite

/// Gives records to people by the rules, and writes down how that was decided.
struct AssignmentService {
    private let resource: Resource
    private let assignable: Assignable
    private let owner: Field
    private let transaction: Transaction

    /// - Returns: nil for a resource whose records are not given by rules.
    init?(_ resource: Resource, _ transaction: Transaction) {
        guard let assignable = Assignable.of(resource), let owner = resource.changeableOwner else { return nil }
        self.resource = resource
        self.assignable = assignable
        self.owner = owner
        self.transaction = transaction
    }

    /// A record that was made without an owner finds one, where it is open and a rule fits.
    func begin(_ record: Record) throws {
        guard record[owner.name].isNull, assignable.isOpen(record) else { return }
        _ = try assign(record, .created)
    }

    /// Gives a record to whom the rules choose; it stays with whom it is where they find nobody.
    ///
    /// All of it is done by Koi: whoever caused it need not have the right to give records away.
    ///
    /// - Parameter excluded: who is not to get it.
    func assign(
        _ record: Record,
        _ cause: AssignmentCause,
        excluding excluded: Int64? = nil
    ) throws -> AssignmentDecision {
        guard let desk = AssignmentDesk(resource, transaction) else { throw Problem.unforeseen }
        let decision = try desk.decide(record, excluding: excluded)
        // Where there is no rule at all, there is nothing to tell of each new record.
        guard cause != .created || !decision.tried.isEmpty else { return decision }
        let part = transaction.part(as: .system)
        try note(record, decision, cause)
        if let rule = decision.rule, let turn = decision.turn {
            try AssignmentStore(transaction.connection).takeTurn(of: turn, by: rule)
        }
        try save(record, decision, part)
        if let clock = decision.clock { try ResponseClocks(part).start(clock, of: record) }
        if decision.outcome == .nobody { try tellManagers(record, decision, part) }
        transaction.absorb(part)
        return decision
    }

    private func note(_ record: Record, _ decision: AssignmentDecision, _ cause: AssignmentCause) throws {
        let previous = record[owner.name].integerValue
        try AssignmentStore(transaction.connection).add(
            .init(
                resource: resource.name,
                record: record.id,
                at: transaction.now,
                cause: cause,
                previous: previous,
                owner: decision.owner ?? previous,
                by: transaction.actor.user,
                rule: decision.rule,
                explanation: decision.json
            )
        )
    }

    private func save(_ record: Record, _ decision: AssignmentDecision, _ part: Transaction) throws {
        var changed = record
        if let owner = decision.owner { changed[self.owner.name] = .integer(owner) }
        if let clock = decision.clock { changed[assignable.due] = .string(Timestamp.text(clock.due)) }
        let rule = decision.tried.first { $0.rule == decision.rule }
        _ = try RecordService(resource, part).save(changed, before: record, reason: rule?.name)
    }

    /// Where a rule fits and nobody could be found, whoever leads the teams that it names learns of it.
    private func tellManagers(_ record: Record, _ decision: AssignmentDecision, _ part: Transaction) throws {
        let rules = decision.tried.filter { $0.verdict == .nobody }.map(\.rule)
        let subject = EventSubject(resource: resource.name, id: record.id)
        for manager in try Managers(part).ofRules(rules) {
            try part.notifications.add(to: manager, .nobodyAvailable, about: subject)
        }
    }

    /// Takes a record from its owner, and gives it to nobody; where the rule names a pool, members may claim it there.
    func takeBack(_ record: Record, by rule: StandingRule) throws {
        let part = transaction.part(as: .system)
        try AssignmentStore(transaction.connection).add(
            .init(
                resource: resource.name,
                record: record.id,
                at: transaction.now,
                cause: .unfollowed,
                previous: record[owner.name].integerValue,
                owner: nil,
                by: transaction.actor.user,
                rule: rule.id,
                explanation: .null
            )
        )
        if let pool = try pool(of: rule) {
            _ = try PoolRelease(resource, part).put(record, into: pool, .recycled, reason: rule.name)
        } else {
            var changed = record
            changed[owner.name] = .null
            _ = try RecordService(resource, part).save(changed, before: record, reason: rule.name)
        }
        transaction.absorb(part)
    }

    /// One that lies in the bin takes nothing.
    private func pool(of rule: StandingRule) throws -> Int64? {
        try rule.pool.flatMap { try RecordStore(Pool.resource, transaction.connection).find($0, .all)?.id }
    }

    // MARK: By hand

    /// Writes down that an owner was chosen otherwise than by the rules.
    func noteChoice(of record: Record, previous: Int64?) throws {
        let chosen = record[owner.name].integerValue
        let store = AssignmentStore(transaction.connection)
        // What the rules decide is written down before it is done.
        if let last = try store.last(of: record.id, resource.name), last.cause != AssignmentCause.manual.rawValue,
            last.at == transaction.now, last.owner == chosen, transaction.actor.user == nil
        {
            return
        }
        try store.add(
            .init(
                resource: resource.name,
                record: record.id,
                at: transaction.now,
                cause: .manual,
                previous: previous,
                owner: chosen,
                by: transaction.actor.user,
                rule: nil,
                explanation: .null
            )
        )
    }
}
