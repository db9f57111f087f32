import KoiJSON
import KoiSQLite

/// Finds the recipients of a filter, one after the other, on behalf of whoever sends and with that user's rights.
enum MessageJob {
    static let name = "sendMessage"
    /// Recipients of one chunk, however fast the machine is.
    private static let batch = 200

    static let kind = JobKind(name) { chunk in
        let transaction = chunk.transaction
        let messages = RecordStore(Message.resource, transaction.connection)
        guard let filter = MessageFilter(stored: chunk.job.parameters, transaction.catalog),
            let message = try messages.find(chunk.job.subject?.id ?? 0, .all),
            let channel = message["channel"].stringValue.flatMap(MessageChannel.init(rawValue:))
        else { return .done([:]) }
        try transaction.actor.require(.create, on: Message.resource.name)
        let ids = try next(filter, after: chunk.position["after"]?.integerValue ?? 0, transaction)
        let dispatch = MessageDispatch(
            message.id,
            message["gateway"].integerValue,
            key: chunk.job.key,
            transaction
        )
        let store = RecordStore(filter.resource, transaction.connection)
        for id in ids {
            guard chunk.hasTime else { return .more }
            if let record = try store.find(id, .all) { try dispatch.add(MessageTargets.target(record, channel)) }
            chunk.position["after"] = .integer(id)
            chunk.done += 1
        }
        return ids.count < batch ? .done(["recipients": .integer(chunk.done)]) : .more
    }

    private static func next(_ filter: MessageFilter, after id: Int64, _ transaction: Transaction) throws -> [Int64] {
        var query = try filter.query(transaction, isCounted: false)
        query.order = Order(keys: [])
        query.selection = Selection(fields: ["id"])
        query.conditions.append(Condition(subject: .field(SystemField.id), test: .compare(.gt, .integer(id))))
        let encoder = RecordEncoder(filter.resource.name, [SystemField.id])
        let visible = transaction.visibility(of: filter.resource)
        let plan = try ListPlan(query, filter.resource, visible, transaction)
        let sql = RecordSQL.page(encoder, query, visible, plan, after: nil, limit: batch)
        return try transaction.connection.rows(sql.sql, sql.values) { $0.int(0) }
    }
}
