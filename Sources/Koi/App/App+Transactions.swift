import KoiHTTP
import KoiJSON
import KoiSQLite

extension App {
    func transaction(for call: PreparedCall, _ connection: Connection) -> Transaction {
        transaction(on: connection, as: call.actor, request: call.request.id)
    }

    /// Work on a connection, in its open snapshot or savepoint.
    ///
    /// - Parameters:
    ///   - request: the id of the request that it belongs to, for events.
    ///   - time: at which it is done; by the clock where none is given.
    ///   - other: what it draws from in place of Koi's own randomness.
    func transaction(
        on connection: Connection,
        as actor: Actor,
        request: String? = nil,
        at time: Int64? = nil,
        drawing other: Randomness? = nil
    ) -> Transaction {
        Transaction(
            connection: connection,
            actor: actor,
            now: time ?? clock.now(),
            requestID: request,
            catalog: catalog,
            randomness: other ?? randomness,
            jobBell: jobBell
        )
    }

    /// Runs work of Koi itself as one write, and waits for it.
    ///
    /// Never from a loop.
    ///
    /// - Parameter request: the id of the request that it belongs to, for events.
    package func perform<T: Sendable>(
        as actor: Actor = .system,
        request: String? = nil,
        _ work: @escaping @Sendable (Transaction) throws -> T
    ) throws -> T {
        try database.writer.sync(
            { connection in
                let transaction = self.transaction(on: connection, as: actor, request: request)
                let value = try work(transaction)
                return Committed(value: value, actions: transaction.afterCommit)
            },
            committed: { _ = $0.finish() }
        ).value
    }
}

/// What a write made, and what is to be done now that it is on disk.
struct Committed<Value: Sendable>: Sendable {
    let value: Value
    let actions: [@Sendable () -> Void]

    func finish() -> Value {
        for action in actions { action() }
        return value
    }
}
