import KoiJSON
import KoiSQLite

/// Warns of what is due soon, tells of what was not kept, and passes it up.
///
/// The job waits for the next moment at which somebody has to be told, and ends where there is none.
enum TicketWatch {
    static let name = "watchTickets"

    static let kind = JobKind(name) { chunk in
        let store = TicketClockStore(chunk.transaction.connection)
        let policies = ServicePolicies(chunk.transaction)
        repeat {
            guard let ticket = try store.next(by: chunk.transaction.now) else {
                if let next = try store.nextTime() { return .later(next) }
                return .done(["told": .integer(chunk.done)])
            }
            chunk.done += try TicketClocks(chunk.transaction, policies).tick(ticket)
        } while chunk.hasTime
        return .more
    }

    /// Has the job look at a time, if it would not do so before.
    static func wake(by time: Int64, _ transaction: Transaction) throws {
        guard try !transaction.jobs.hurry(named: name, to: time) else { return }
        let part = transaction.part(as: .system)
        try part.jobs.add(NewJob(name, name: name, due: time))
        transaction.absorb(part)
    }
}
