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
    package private(set) var afterCommit: [@Sendable () -> Void] = []
    /// Roles, teams and users before this transaction changed any.
    private(set) var organisation: Organisation?
    /// What of the answer is held back from others.
    package private(set) var sightings = Sightings()
    /// What is to be written before the answer goes out.
    package private(set) var owed: [@Sendable (Transaction) throws -> Void] = []

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
        afterCommit.append(action)
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
