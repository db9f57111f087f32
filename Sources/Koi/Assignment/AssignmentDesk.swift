import KoiJSON
import KoiSQLite

/// Decides who gets a record.
///
/// It changes nothing: to preview and to do are the same decision.
struct AssignmentDesk {
    private static let minute: Int64 = 60_000

    private let resource: Resource
    private let assignable: Assignable
    private let owner: String
    /// Of Koi itself: rules are the company's, whoever causes them to be asked.
    private let transaction: Transaction
    private let now: Int64

    /// - Returns: nil for a resource whose records are not given by rules.
    init?(_ resource: Resource, _ transaction: Transaction, at now: Int64? = nil) {
        guard let assignable = Assignable.of(resource), let owner = resource.ownerField else { return nil }
        self.resource = resource
        self.assignable = assignable
        self.owner = owner
        self.transaction = transaction.part(as: .system)
        self.now = now ?? transaction.now
    }

    /// - Parameter excluded: who is not to get it.
    func decide(_ record: Record, excluding excluded: Int64? = nil) throws -> AssignmentDecision {
        var decision = AssignmentDecision()
        let facts = ConditionFacts(record, transaction)
        for rule in try StandingRule.all(of: resource.name, transaction.connection) {
            let tried = try ask(rule, facts, excluding: excluded)
            decision.tried.append(tried)
            guard tried.verdict == .chosen || tried.verdict == .nobody else { continue }
            // The customer waits for an answer whether or not somebody was found to give it.
            if decision.clock == nil { decision.clock = try clock(rule, record) }
            guard let chosen = tried.candidates.first(where: { $0.verdict == .chosen }) else { continue }
            decision.rule = rule.id
            decision.turn = chosen.user
            decision.owner = chosen.substitute ?? chosen.user
            return decision
        }
        return decision
    }

    private func ask(
        _ rule: StandingRule,
        _ facts: ConditionFacts,
        excluding excluded: Int64?
    ) throws -> AssignmentDecision.Tried {
        func tried(
            _ verdict: AssignmentDecision.Tried.Verdict,
            unmet: [String] = [],
            _ candidates: [AssignmentDecision.Candidate] = []
        ) -> AssignmentDecision.Tried {
            .init(rule: rule.id, name: rule.name, verdict: verdict, unmet: unmet, candidates: candidates)
        }
        guard let unmet = try RuleFilter(rule.filter, resource, transaction)?.unmet(by: facts) else {
            return tried(.unusable)
        }
        guard unmet.isEmpty else { return tried(.filter, unmet: unmet) }
        guard try isHour(of: rule) else { return tried(.hours) }
        var candidates = AssignmentCandidates(rule, assignable, owner: owner, transaction, at: now)
        let judged = try candidates.judge(excluding: excluded)
        return tried(judged.contains { $0.verdict == .chosen } ? .chosen : .nobody, judged)
    }

    private func isHour(of rule: StandingRule) throws -> Bool {
        guard rule.hours != "always" else { return true }
        let isWorking = try WorkingTimes(transaction).calendarOrCompany(rule.calendar).isWorking(at: now)
        return isWorking == (rule.hours == "within")
    }

    /// When the first answer is due: nil where the rule sets no time, one is set or was given already, or never comes.
    private func clock(_ rule: StandingRule, _ record: Record) throws -> AssignmentDecision.Clock? {
        guard let minutes = rule.responseMinutes, assignable.isOpen(record), record[assignable.due].isNull,
            record[assignable.answered].isNull
        else { return nil }
        let time = try WorkingTimes(transaction).calendarOrCompany(rule.calendar)
        let length = minutes * AssignmentDesk.minute
        guard let due = time.moment(after: length, from: now) else { return nil }
        let warning = rule.responseWarning.flatMap {
            time.moment(after: length - $0 * AssignmentDesk.minute, from: now)
        }
        return AssignmentDecision.Clock(rule: rule.id, due: due, warning: warning)
    }
}

/// A filter of a rule, as Koi itself asks it.
struct RuleFilter {
    private let names: [String]
    let conditions: [Condition]

    /// Nil where it cannot be used any more, as where its field is gone.
    ///
    /// - Parameter transaction: of Koi itself.
    init?(_ filter: [Parameter], _ resource: Resource, _ transaction: Transaction) throws {
        names = filter.map(\.name)
        do {
            conditions = try ListQueryParser(resource, transaction, isCounted: false).parse(filter).conditions
        } catch is Problem {
            return nil
        }
        guard conditions.count == names.count else { return nil }
    }

    /// The filters that a record does not fit.
    func unmet(by facts: ConditionFacts) throws -> [String] {
        try zip(names, conditions).filter { try !$1.holds(for: facts) }.map(\.0)
    }
}
