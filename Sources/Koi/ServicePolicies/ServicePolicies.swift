import KoiSQLite

/// Which policy holds for a ticket.
///
/// What it read it keeps: to be made anew with each transaction.
final class ServicePolicies {
    private let transaction: Transaction
    private let times: WorkingTimes
    private var standing: [(policy: StandingPolicy, filter: RuleFilter?)]?
    private var company: WorkingTime?

    init(_ transaction: Transaction) {
        self.transaction = transaction.part(as: .system)
        times = WorkingTimes(transaction)
    }

    /// Whether there is any.
    var isEmpty: Bool { get throws { try all().isEmpty } }

    private func all() throws -> [(policy: StandingPolicy, filter: RuleFilter?)] {
        if let standing { return standing }
        let all = try StandingPolicy.all(transaction.connection)
            .map { ($0, try RuleFilter($0.filter, Ticket.resource, transaction)) }
        standing = all
        return all
    }

    /// The first that fits; nil where none does, and then nothing is promised.
    func terms(of ticket: Record) throws -> ServiceTerms? {
        let all = try all()
        guard !all.isEmpty else { return nil }
        let facts = ConditionFacts(ticket, transaction)
        // A filter that cannot be used any more, as where its field is gone, fits nothing.
        let fitting = try all.first { try $0.filter?.unmet(by: facts).isEmpty ?? false }
        guard let policy = fitting?.policy else { return nil }
        return ServiceTerms(
            policy: policy.id,
            calendar: policy.calendar,
            time: try time(policy.calendar),
            targets: policy.targets,
            warning: policy.warning,
            pauses: policy.pauses
        )
    }

    /// That of a calendar where it is given and there, else the company's.
    func time(_ calendar: Int64?) throws -> WorkingTime {
        if let time = try calendar.flatMap({ try times.calendar($0) }) { return time }
        let time = try company ?? times.company()
        company = time
        return time
    }
}
