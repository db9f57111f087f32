import KoiJSON
import KoiSQLite

/// What a user owns of the resources whose owner a client may choose.
struct OwnedRecords {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Parameter withBin: whether what lies in the bin counts, too.
    func count(of user: Int64, _ resource: Resource, withBin: Bool) throws -> Int64 {
        guard let field = resource.changeableOwner else { return 0 }
        func count(_ state: String) throws -> Int64 {
            try transaction.connection.first(
                """
                SELECT count(*) FROM \(Dialect.quoted(resource.name)) \
                WHERE \(Dialect.quoted(field.name)) = ? AND "removedAt" IS \(state)
                """,
                [.integer(user)]
            ) { $0.int(0) } ?? 0
        }
        return try count("NULL") + (withBin ? count("NOT NULL") : 0)
    }

    /// Nothing comes back out of the bin into the hands of somebody who is gone.
    ///
    /// - Throws: `Problem.conflict` where the record's owner is not active.
    func refuseReturn(_ record: Record) throws {
        guard record.resource.isHandedOver, let field = record.resource.changeableOwner,
            let owner = record[field.name].integerValue
        else { return }
        let isActive = try transaction.connection.first(
            "SELECT active FROM users WHERE id = ?",
            [.integer(owner)]
        ) { $0.bool(0) }
        guard isActive == false else { return }
        throw Problem.conflict(
            "owner_left",
            Text(
                "The owner no longer works with Koi. Hand over what lies in the bin first: POST /v1/users/\(owner)/handover.",
                "所有者已停用。请先移交其回收站中的记录：POST /v1/users/\(owner)/handover。"
            )
        )
    }

    /// Nobody leaves with customers in hand.
    ///
    /// - Throws: `Problem.conflict` where the user owns living records.
    func refuseLeaving(_ user: Int64) throws {
        var owned: [(Resource, Int64)] = []
        for resource in transaction.catalog.resources.all where resource.isHandedOver {
            let count = try count(of: user, resource, withBin: false)
            if count > 0 { owned.append((resource, count)) }
        }
        guard !owned.isEmpty else { return }
        let en = owned.map { "\($1) \($1 == 1 ? $0.label.en : $0.pluralLabel.en)" }.joined(separator: ", ")
        let zh = owned.map { "\($1) 个\($0.label.zh)" }.joined(separator: "、")
        throw Problem.conflict(
            "owns_records",
            Text(
                "This user owns \(en). Hand them over first: POST /v1/users/\(user)/handover.",
                "该用户名下仍有\(zh)。请先移交：POST /v1/users/\(user)/handover。"
            )
        )
    }
}
