import KoiJSON

/// When a record that comes from another Koi was made and last changed there; only an administrator may say so.
struct CarriedTimes {
    private let createdAt: Int64
    private let updatedAt: Int64

    /// Takes them out of a body; where nobody may say them they stay in it, and are refused like any field that is not to be
    /// written.
    ///
    /// - Parameter id: by which the record is named.
    init?(_ body: inout JSONObject, of id: ExternalID, in transaction: Transaction) {
        guard id.system.hasPrefix(CompanyRules.prefix), transaction.actor.access.isFull,
            let createdAt = body["createdAt"]?.stringValue.flatMap(Timestamp.read),
            let updatedAt = body["updatedAt"]?.stringValue.flatMap(Timestamp.read)
        else { return nil }
        body["createdAt"] = nil
        body["updatedAt"] = nil
        // The clock of the other may be ahead.
        self.createdAt = min(createdAt, transaction.now)
        self.updatedAt = min(max(createdAt, updatedAt), transaction.now)
    }

    func set(in record: inout Record) {
        record["createdAt"] = .string(Timestamp.text(createdAt))
        record["updatedAt"] = .string(Timestamp.text(updatedAt))
    }
}
