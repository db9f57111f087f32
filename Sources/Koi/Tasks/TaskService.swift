import KoiJSON

/// Completes tasks and opens them again.
struct TaskService {
    private let transaction: Transaction
    private let records: RecordService

    init(_ transaction: Transaction) {
        self.transaction = transaction
        records = RecordService(WorkTask.resource, transaction)
    }

    /// Says that a task is done.
    ///
    /// One that is done stays as it is.
    ///
    /// - Throws: `Problem.notFound`, 403 where the actor may not change it, or what `match` throws.
    func complete(_ id: Int64, match: (Int64) throws -> Void) throws -> Record {
        try set(id, done: .string(Timestamp.text(transaction.now)), match)
    }

    /// Says that a task is not done yet.
    ///
    /// What its completion made stays.
    ///
    /// - Throws: as to complete it.
    func reopen(_ id: Int64, match: (Int64) throws -> Void) throws -> Record {
        try set(id, done: .null, match)
    }

    private func set(_ id: Int64, done: JSONValue, _ match: (Int64) throws -> Void) throws -> Record {
        let before = try records.find(id)
        try RecordPermission(WorkTask.resource, transaction).check(.change, before)
        try match(before.version)
        guard before["doneAt"].isNull != done.isNull else { return before }
        var record = before
        record["doneAt"] = done
        return try records.save(record, before: before)
    }
}
