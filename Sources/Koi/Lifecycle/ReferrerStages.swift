import KoiJSON

/// Who brings others along may be further by that.
enum ReferrerStages {
    /// What decides whether a customer or a lead counts for who referred it.
    private static let facts = ["referrerCustomer", "customer", "removedAt"]

    /// Brings who is named as having referred a record, or was, up to date.
    static func renew(
        _ record: Record,
        before: Record?,
        because event: Int64,
        in transaction: Transaction
    ) throws {
        let referrers = Set([record, before].compactMap { $0?["referrerCustomer"].integerValue })
        guard !referrers.isEmpty, before.map({ old in facts.contains { record[$0] != old[$0] } }) ?? true else {
            return
        }
        for referrer in referrers.sorted() { try CustomerStages(transaction).renew(referrer, because: event) }
    }
}
