package import KoiSQLite

/// One request's or job's unit of work: the connection with its open snapshot or savepoint, who asks, and the held clock.
///
/// Used by one queue only, and not beyond the closure that received it.
package final class Transaction {
    package let connection: Connection
    /// Koi itself keeps the company's time.
    package let actor: Actor
    /// Milliseconds since 1970; the same throughout the transaction.
    package let now: Int64
    package let requestID: String?
    package let catalog: Catalog
    package let randomness: Randomness
    /// Rung once jobs that this transaction writes are on disk.
    package let jobBell: JobBell
    /// What to do once the change is on disk, such as forgetting what was cached.
    package var afterCommit: [@Sendable () -> Void] { changes + news }
    private var changes: [@Sendable () -> Void] = []
    private var news: [@Sendable () -> Void] = []
    /// Roles, teams and users before this transaction changed any.
    private(set) var organisation: Organisation?
    /// What of the answer is held back from others.
    package private(set) var sightings = Sightings()
    /// What is to be written before the answer goes out.
    package private(set) var owed: [@Sendable (Transaction) throws -> Void] = []

    /// The records whose fields the answer shows, where that is kept for whoever asks again.
    private(set) var told: [EventSubject] = []
    private var followsTold = false
    /// Whether something was done that nothing may lead back from to who did it.
    private(set) var leavesNoTrace = false

    package init(
        connection: Connection,
        actor: Actor,
        now: Int64,
        requestID: String?,
        catalog: Catalog,
        randomness: Randomness,
        jobBell: JobBell = JobBell()
    ) {
        self.connection = connection
        self.actor =
            actor.kind == .system && actor.user == nil
            ? actor.keeping(timeZone: catalog.settings.current.timeZone) : actor
        self.now = now
        self.requestID = requestID
        self.catalog = catalog
        self.randomness = randomness
        self.jobBell = jobBell
    }

    /// To be called before roles, teams or users are changed: a transaction that shares its commit with others begins where
    /// they left off.
    func rememberOrganisation() throws {
        guard organisation == nil, !actor.access.isFull else { return }
        organisation = try Organisation.load(connection)
    }

    package func whenCommitted(_ action: @escaping @Sendable () -> Void) {
        changes.append(action)
    }

    /// Has somebody told of the change, after all else that follows its commit: whoever hears of it finds what is known in
    /// memory, such as who may do what, as new as what is on disk.
    func tellWhenCommitted(_ action: @escaping @Sendable () -> Void) {
        news.append(action)
    }

    /// Has something written before the answer goes out: by the same transaction where it writes, else by one of its own
    /// for the same actor and request; where it cannot be written, there is an error instead of the answer.
    package func owe(_ write: @escaping @Sendable (Transaction) throws -> Void) {
        owed.append(write)
    }

    /// Notes that the answer shows fields of a record in clear that are held back from others: it is written down who saw
    /// them once the answer is made.
    package func saw(_ fields: Set<String>, of record: Int64, _ resource: String) {
        sightings.add(fields, of: record, resource)
    }

    package func saw(_ fields: Set<String>, of record: Record) {
        if !fields.isEmpty { saw(fields, of: record.id, record.resource.name) }
    }

    /// The same of an answer that is shown again.
    func saw(_ sightings: Sightings) {
        self.sightings.add(sightings)
    }

    /// Work within this transaction that may be undone by itself, and then leaves nothing to be done either.
    ///
    /// - Parameters:
    ///   - other: who does it; who does the rest where none is given.
    ///   - request: what its events name; what those of the rest name where none is given.
    func part(as other: Actor? = nil, request: String? = nil) -> Transaction {
        let part = Transaction(
            connection: connection,
            actor: other ?? actor,
            now: now,
            requestID: request ?? requestID,
            catalog: catalog,
            randomness: randomness,
            jobBell: jobBell
        )
        part.followsTold = followsTold
        return part
    }

    /// Takes over what a part leaves to be done, once what it owed is written.
    func absorb(_ part: Transaction) {
        changes += part.changes
        news += part.news
        sightings.add(part.sightings)
        told += part.told
        leavesNoTrace = leavesNoTrace || part.leavesNoTrace
    }

    /// Has it noted from here on which records the answer shows.
    func followTold() { followsTold = true }

    /// Notes that the answer shows a record.
    func tells(of record: Int64, _ resource: String) {
        guard followsTold else { return }
        told.append(EventSubject(resource: resource, id: record))
    }

    /// Notes that something was done anonymously.
    func leaveNoTrace() { leavesNoTrace = true }

    /// The records of a resource that the actor's right to do something reaches.
    package func visibility(of resource: Resource, _ verb: Verb = .read) -> Visibility {
        actor.access.visibility(of: resource, verb, at: now)
    }

    package var events: EventLog { EventLog(connection) }

    /// What seals and opens the secrets that are kept in the database.
    package var secrets: SecretBox { catalog.secrets }

    package func reading() -> Reading {
        Reading(self)
    }
}
