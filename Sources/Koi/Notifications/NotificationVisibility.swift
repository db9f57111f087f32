import KoiSQLite

/// Which notifications an actor may see: those about records that it sees, tested when they are read.
struct NotificationVisibility {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// On alias `n`.
    var condition: SQLFragment {
        let own = NotificationKind.allCases.filter(\.isAboutAccount).map { SQLValue.text($0.rawValue) }
        var condition = SQLFragment("(n.resource IS NULL OR n.kind IN (\(Dialect.marks(own)))", own)
        for resource in transaction.catalog.resources.all {
            let visibility = transaction.visibility(of: resource)
            guard visibility != .none else { continue }
            condition.append(
                """
                 OR n.resource = ? AND EXISTS (SELECT 1 FROM \(Dialect.quoted(resource.name)) AS t
                    WHERE t."id" = n.record AND t."removedAt" IS NULL
                """,
                [.text(resource.name)]
            )
            if let seen = visibility.condition {
                condition.append(" AND ")
                condition.append(seen)
            }
            condition.append(")")
        }
        condition.append(")")
        return condition
    }
}
