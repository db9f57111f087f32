import KoiJSON
import KoiSQLite

/// The pairs of which somebody has said that they are not the same, however alike they are: with who and when.
struct DistinctPairs {
    struct Decision {
        let other: Int64
        let at: Int64
        let user: Int64?

        var json: JSONValue {
            [
                "record": .integer(other), "at": .string(Timestamp.text(at)),
                "user": user.map(JSONValue.integer) ?? .null,
            ]
        }
    }

    private let resource: Resource
    private let transaction: Transaction

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
    }

    func holds(_ first: Int64, _ second: Int64) throws -> Bool {
        try find(first, second) != nil
    }

    /// Says that two records are not the same; to say it again changes nothing.
    ///
    /// - Throws: `Problem.notFound` where the actor does not see both, 403 where it may not change both, `Problem.invalid` for
    ///   twice the same.
    func add(_ id: Int64, _ other: Int64) throws -> Decision {
        let (record, second) = try pair(id, other)
        if let there = try find(id, other) { return there }
        try transaction.connection.run(
            "INSERT INTO distinct_pairs (resource, low, high, at, \"user\") VALUES (?, ?, ?, ?, ?)",
            key(id, other) + [.integer(transaction.now), .nullable(transaction.actor.user)]
        )
        try log("distinguished", record, second)
        return Decision(other: other, at: transaction.now, user: transaction.actor.user)
    }

    /// Takes that back.
    ///
    /// - Throws: what to say it throws, and `Problem.notFound` where nobody has said so.
    func remove(_ id: Int64, _ other: Int64) throws {
        let (record, second) = try pair(id, other)
        let count = try transaction.connection.run(
            "DELETE FROM distinct_pairs WHERE resource = ? AND low = ? AND high = ?",
            key(id, other)
        )
        guard count > 0 else { throw Problem.notFound(Text("distinction", "区分记录")) }
        try log("undistinguished", record, second)
    }

    /// What was said of a record that is merged holds of the one that it goes into.
    ///
    /// - Returns: the records of which it was not said before.
    func adopt(from loser: Int64, by survivor: Int64) throws -> [Int64] {
        var adopted: [Int64] = []
        for decision in try decisions(of: loser) where decision.other != survivor {
            let count = try transaction.connection.run(
                "INSERT OR IGNORE INTO distinct_pairs (resource, low, high, at, \"user\") VALUES (?, ?, ?, ?, ?)",
                key(survivor, decision.other) + [.integer(decision.at), .nullable(decision.user)]
            )
            if count > 0 { adopted.append(decision.other) }
        }
        return adopted
    }

    /// Takes that back.
    func release(_ others: [Int64], by survivor: Int64) throws {
        for other in others {
            try transaction.connection.run(
                "DELETE FROM distinct_pairs WHERE resource = ? AND low = ? AND high = ?",
                key(survivor, other)
            )
        }
    }

    /// Those of a record of which the actor sees the other one, too.
    func all(of id: Int64) throws -> [Decision] {
        let record = try RecordService(resource, transaction).find(id)
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        return try decisions(of: record.id).filter { try store.find($0.other, visibility) != nil }
    }

    /// The records that are not the same as this one.
    func others(than id: Int64) throws -> Set<Int64> {
        Set(try decisions(of: id).map(\.other))
    }

    private func decisions(of id: Int64) throws -> [Decision] {
        try transaction.connection.rows(
            """
            SELECT high AS other, at, "user" FROM distinct_pairs WHERE resource = ? AND low = ?
            UNION ALL SELECT low, at, "user" FROM distinct_pairs WHERE resource = ? AND high = ?
            ORDER BY other DESC LIMIT 1000
            """,
            [.text(resource.name), .integer(id), .text(resource.name), .integer(id)]
        ) { Decision(other: $0.int(0), at: $0.int(1), user: $0.intOrNil(2)) }
    }

    private func find(_ first: Int64, _ second: Int64) throws -> Decision? {
        try transaction.connection.first(
            "SELECT at, \"user\" FROM distinct_pairs WHERE resource = ? AND low = ? AND high = ?",
            key(first, second)
        ) { Decision(other: second, at: $0.int(0), user: $0.intOrNil(1)) }
    }

    private func key(_ first: Int64, _ second: Int64) -> [SQLValue] {
        [.text(resource.name), .integer(min(first, second)), .integer(max(first, second))]
    }

    private func pair(_ id: Int64, _ other: Int64) throws -> (Record, Record) {
        let service = RecordService(resource, transaction)
        let pair = (try service.find(id), try service.find(other))
        let permission = RecordPermission(resource, transaction)
        try permission.check(.change, pair.0)
        try permission.check(.change, pair.1)
        guard id != other else {
            throw Problem.conflict("same_record", Text("These are one and the same record.", "这是同一条记录。"))
        }
        return pair
    }

    private func log(_ verb: String, _ record: Record, _ other: Record) throws {
        try transaction.events.append(
            Event(
                type: resource.singular + "." + verb,
                subject: EventSubject(resource: resource.name, id: record.id),
                payload: ["after": ["from": .integer(other.id)]],
                related: [EventSubject(resource: resource.name, id: other.id)]
            ),
            in: transaction
        )
    }
}
