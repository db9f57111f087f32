package import KoiSQLite

/// One request's or job's unit of work: the connection with its open snapshot or savepoint, who asks, and the held clock.
///
/// Used by one queue only, and not beyond the closure that received it.
package final class Transaction {
    package let connection: Connection
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
        self.actor = actor
        self.now = now
        self.requestID = requestID
        self.catalog = catalog
        self.randomness = randomness
        self.jobBell = jobBell
    }

    package func whenCommitted(_ action: @escaping @Sendable () -> Void) {
        afterCommit.append(action)
    }

    package var events: EventLog { EventLog(connection) }

    package func reading() -> Reading {
        Reading(
            connection: connection,
            actor: actor,
            resources: catalog.resources,
            customFields: catalog.customFields.current
        )
    }
}
