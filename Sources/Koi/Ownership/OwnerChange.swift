import KoiJSON
import KoiSQLite

/// A record that changes hands, or gets its first owner.
struct OwnerChange {
    private let record: Record
    private let field: Field
    /// Nobody for a new record.
    private let previous: Int64?
    private let owner: Int64?
    private let isNew: Bool
    private let reason: String?

    /// Nil where the owner stays the same, or clients do not choose it.
    ///
    /// - Parameter before: nil for a new record.
    init?(_ record: Record, before: Record?, reason: String? = nil) {
        guard let field = record.resource.changeableOwner else { return nil }
        owner = record[field.name].integerValue
        previous = before?[field.name].integerValue
        guard owner != previous else { return nil }
        self.record = record
        self.field = field
        isNew = before == nil
        self.reason = reason
    }

    /// Only who works with Koi can be given records: nobody would look after those of a user who has left.
    func check(_ issues: inout [Problem.Issue], in transaction: Transaction) throws {
        guard let owner else { return }
        let isActive = try transaction.connection.first(
            "SELECT active FROM users WHERE id = ?",
            [.integer(owner)]
        ) { $0.bool(0) }
        // One who is not there at all is refused as any reference is.
        guard isActive == false else { return }
        issues.append(OwnerChange.inactive.issue(field: field.name))
    }

    /// Does what follows once the change is stored: all that has to be told or remembered of it.
    func follow(in transaction: Transaction) throws {
        try tell(transaction)
        if !isNew || owner != nil {
            try AssignmentService(record.resource, transaction)?.noteChoice(of: record, previous: previous)
        }
        guard !isNew else { return }
        try OwnerHistory(record.resource, transaction.connection).add(
            OwnerHistory.Change(
                record: record.id,
                at: transaction.now,
                previous: previous,
                owner: owner,
                by: transaction.actor.user,
                reason: reason
            )
        )
    }

    /// Tells the new owner.
    ///
    /// A new record is news from a person only: systems that add many would drown it. What a job does on somebody's behalf,
    /// such as a handover, it tells as a whole.
    private func tell(_ transaction: Transaction) throws {
        let isOnBehalf = transaction.actor.kind == .system && transaction.actor.user != nil
        guard let owner, !isOnBehalf, !isNew || transaction.actor.kind == .session else { return }
        let subject = EventSubject(resource: record.resource.name, id: record.id)
        try transaction.notifications.add(to: owner, .recordGiven, about: subject)
    }

    static let inactive = ValueRefusal(
        "inactive_user",
        "This user no longer works with Koi. Choose another.",
        "该用户已停用，请选择其他用户。"
    )
}
