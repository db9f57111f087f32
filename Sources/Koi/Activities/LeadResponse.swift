import KoiJSON
import KoiSQLite

/// The first answer to a lead: the first activity that goes to them, be it logged after others.
struct LeadResponse {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func follow(_ activity: Record) throws {
        guard activity["direction"] == "out", !activity.isRemoved, let id = activity["lead"].integerValue,
            let happened = activity.time("happenedAt"),
            let before = try RecordStore(Lead.resource, transaction.connection).find(id, .all)
        else { return }
        // Nobody is answered before they have asked.
        let answered = max(happened, before.time("receivedAt") ?? happened)
        guard before.time("firstResponseAt").map({ answered < $0 }) ?? true else { return }
        var lead = before
        lead["firstResponseAt"] = .string(Timestamp.text(answered))
        _ = try RecordService(Lead.resource, transaction).save(lead, before: before)
    }
}
