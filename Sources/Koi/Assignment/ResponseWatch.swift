import KoiJSON
import KoiSQLite

/// Tells owners before the time to answer is over, and them and their managers once it is.
///
/// The job waits for the next moment at which somebody has to be told, and ends where there is none.
enum ResponseWatch {
    static let name = "watchResponses"

    static let kind = JobKind(name) { chunk in
        let clocks = ResponseClocks(chunk.transaction)
        while chunk.hasTime {
            guard let clock = try clocks.next() else {
                if let next = try clocks.nextTime() { return .later(next) }
                return .done(["told": .integer(chunk.done)])
            }
            if try tell(clock, clocks, chunk.transaction) { chunk.done += 1 }
        }
        return .more
    }

    /// Has the job look at a time, if it would not do so before.
    ///
    /// - Parameter transaction: of Koi itself, whose rights the job has.
    static func wake(by time: Int64, _ transaction: Transaction) throws {
        let job = try transaction.jobs.find(transaction.jobs.add(NewJob(name, name: name, due: time)))
        if job.due > time { try transaction.jobs.move(named: name, to: time) }
    }

    /// - Returns: whether there was something to tell.
    private static func tell(
        _ clock: ResponseClocks.Running,
        _ clocks: ResponseClocks,
        _ transaction: Transaction
    ) throws -> Bool {
        guard let record = try waiting(clock, transaction) else {
            try clocks.stop(clock)
            return false
        }
        let subject = EventSubject(resource: clock.resource, id: clock.record)
        let owner = record.resource.ownerField.flatMap { record[$0].integerValue }
        let time: JSONObject = ["due": .string(Timestamp.text(clock.due))]
        let isOver = transaction.now >= clock.due
        var told = owner.map { [$0] } ?? []
        if isOver || owner == nil { told += try Managers(transaction).of(owner).filter { $0 != owner } }
        for user in told {
            try transaction.notifications.add(to: user, isOver ? .answerOverdue : .answerDue, about: subject, time)
        }
        if isOver { try clocks.stop(clock) } else { try clocks.setWarned(clock) }
        return true
    }

    /// The record, as long as it is there, open and not answered.
    private static func waiting(_ clock: ResponseClocks.Running, _ transaction: Transaction) throws -> Record? {
        guard let resource = transaction.catalog.resources[clock.resource], let assignable = Assignable.of(resource),
            let record = try RecordStore(resource, transaction.connection).find(clock.record, .all),
            record[assignable.answered].isNull, assignable.isOpen(record)
        else { return nil }
        return record
    }
}
