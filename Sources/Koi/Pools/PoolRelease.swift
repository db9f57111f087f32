import KoiJSON
import KoiSQLite

/// Puts records into pools: by hand, or since nobody looked after them.
struct PoolRelease {
    private let resource: Resource
    private let transaction: Transaction

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
    }

    /// Gives a record that the actor may change, and take from its owner, to a pool.
    ///
    /// One that lies there stays.
    ///
    /// - Throws: 403 where the actor may not change it or take it from its owner, `Problem.invalid` for a pool of other
    ///   records, 409 for one that lies in no pool, or what `match` throws.
    func release(_ before: Record, to pool: Int64, reason: String, match: (Int64) throws -> Void) throws -> Record {
        let permission = RecordPermission(resource, transaction)
        try permission.check(.change, before)
        try permission.checkRelease(before)
        try match(before.version)
        guard Pool.takes(before) else { throw PoolRelease.closed }
        let pools = RecordStore(Pool.resource, transaction.connection)
        guard let found = try pools.find(pool, transaction.visibility(of: Pool.resource)),
            found["resource"].stringValue == resource.name
        else { throw Problem.invalid([PoolRelease.noPool.issue(field: "pool")]) }
        guard before["pool"] != .integer(pool) else { return before }
        return try put(before, into: pool, .released, reason: reason)
    }

    /// - Parameter reason: for the history of owners, and the log of the pool.
    func put(_ before: Record, into pool: Int64, _ kind: PoolEntry.Kind, reason: String) throws -> Record {
        var record = before
        record["owner"] = .null
        record["pool"] = .integer(pool)
        try PoolEntries(transaction.connection).add(
            PoolEntry(
                pool: pool,
                record: EventSubject(resource: resource.name, id: before.id),
                at: transaction.now,
                kind: kind,
                user: before["owner"].integerValue,
                reason: reason
            )
        )
        return try RecordService(resource, transaction).save(record, before: before, reason: reason)
    }

    private static let closed = Problem.conflict(
        "closed",
        Text("This is closed: only what is open lies in a pool.", "此记录已结束，只有未结束的记录可以放入公海。")
    )
    private static let noPool = ValueRefusal("not_found", "There is no such pool for these records.", "没有适用于此类记录的公海。")
}
