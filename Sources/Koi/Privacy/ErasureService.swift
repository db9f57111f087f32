import KoiJSON
import KoiSQLite

/// Erases people: their record, its search terms and the payloads of its events, and what other features hold of them, all
/// in the caller's transaction; a job then sees to it that the file forgets them, too.
package struct ErasureService {
    private let resource: Resource
    private let transaction: Transaction
    private let store: RecordStore
    private let erasures: ErasureStore

    package init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        store = RecordStore(resource, transaction.connection)
        erasures = ErasureStore(transaction.connection)
    }

    /// Erases the person behind a record, be it in the bin.
    ///
    /// The record stays with its choices, numbers and references, so that what is counted and summed up stays the same. To
    /// erase again what was not changed since changes nothing.
    ///
    /// - Parameter match: tells whether the client's `If-Match` allows the stored version.
    /// - Throws: `Problem.notFound` where the actor sees no such record, 403 where it may not erase people, and what `match`
    ///   throws.
    package func erase(_ id: Int64, match: (Int64) throws -> Void = { _ in }) throws -> Erasure {
        let before = try store.findAny(id, transaction.visibility(of: resource))
        try transaction.actor.require(.change, on: Area.privacy.rawValue)
        try MergedRecord.requireSurvivor(before, transaction)
        try match(before.version)
        // Those that were merged into it are the same person.
        for loser in try MergedRecord.losers(of: id, resource, transaction.connection) {
            _ = try erase(store.findAny(loser, .all))
        }
        return try erase(before)
    }

    /// Erases what hangs on a record that is being erased, be it that the actor does not see it.
    func eraseUnseen(_ id: Int64) throws -> Erasure {
        try erase(store.findAny(id, .all))
    }

    private func erase(_ before: Record) throws -> Erasure {
        if let earlier = try erasures.newest(of: before), earlier.version == before.version { return earlier }
        let marks = try marks(of: before)
        let record = try store.empty(before, at: transaction.now)
        // What is counted of records goes on from what is left.
        try resource.rules.saved(record, before: before, in: transaction)
        var counts: JSONObject = ["fields": .integer(filledFields(of: before))]
        for holding in PersonalHoldings.all {
            counts[holding.name] = .integer(try holding.erase(before, marks, in: transaction))
        }
        let erasure = try erasures.insert(
            record,
            counts: counts,
            tooShort: marks.tooShort,
            user: transaction.actor.user,
            now: transaction.now
        )
        try log(record, erasure)
        try transaction.jobs.add(ErasureJob.job(for: erasure))
        let erased = transaction.catalog.erasedMarks
        transaction.whenCommitted { erased.keep(marks, of: erasure) }
        guard let made = try erasures.find(erasure) else { throw Problem.unforeseen }
        return made
    }

    private func filledFields(of before: Record) -> Int64 {
        let filled = resource.declared.filter { field in
            field.isPersonal && before[field.name] != field.erased(before[field.name], of: before.id)
        }
        return Int64(filled.count)
    }

    /// Read before anything goes; the values of earlier days stand in the events.
    private func marks(of record: Record) throws -> PersonalMarks {
        var marks = PersonalMarks()
        marks.add(record)
        try transaction.connection.query(
            """
            SELECT p.payload FROM events AS e JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.resource = ? AND e.record = ? ORDER BY e.sequence DESC
            """,
            [.text(resource.name), .integer(record.id)]
        ) { marks.add(payload: $0.text(0), of: record) }
        return marks
    }

    private func log(_ record: Record, _ erasure: Int64) throws {
        try transaction.events.append(
            Event(
                type: resource.singular + EventChain.erased,
                subject: EventSubject(resource: resource.name, id: record.id),
                payload: ["after": ["erasure": .integer(erasure)]],
                related: resource.rules.related(to: record),
                isAnonymous: resource.isAnonymous
            ),
            in: transaction
        )
    }
}
