import KoiJSON
import KoiSQLite

/// What a rule would do with records that nobody follows up, as far as the asker sees them.
struct FollowUpPreview {
    /// Steps of the walk that are made for one page.
    private static let maximum = 500

    private let rule: Record
    private let query: LogQuery
    private let transaction: Transaction

    /// - Throws: `Problem` naming the parameter that cannot be used, or where the actor may not give such records to people.
    init(of rule: Record, _ parameters: [Parameter], _ transaction: Transaction) throws {
        self.rule = rule
        self.transaction = transaction
        query = try LogQuery(parameters, of: "assignment-rules/\(rule.id)/follow-up", for: transaction.actor)
        if let name = rule["resource"].stringValue { try transaction.actor.require(.assign, on: name) }
    }

    func answer() throws -> JSONValue {
        var items: [FollowUpWalk.Item] = []
        var looked = 0
        var last: Int64? = try query.position() ?? 0
        if let resource = rule["resource"].stringValue.flatMap({ transaction.catalog.resources[$0] }),
            let walk = try FollowUpWalk(resource, transaction.part(as: .system))
        {
            let visibility = transaction.visibility(of: resource)
            while let from = last, items.count < query.limit, looked < FollowUpPreview.maximum {
                let found = try walk.next(after: from)
                items += found.items.filter { $0.rule.id == rule.id && visibility.allows($0.record) }
                looked += 1
                last = found.last
            }
        } else {
            last = nil
        }
        let shown = items.prefix(query.limit)
        let place = items.count > query.limit ? shown.last?.record.id : last
        return [
            "items": .array(shown.map(document)),
            "next": place.map { .string(query.cursor(after: $0)) } ?? .null,
        ]
    }

    private func document(_ item: FollowUpWalk.Item) -> JSONValue {
        [
            "record": .integer(item.record.id), "owner": .integer(item.owner), "step": .string(item.step.rawValue),
            "since": .string(Timestamp.text(item.since)), "due": .string(Timestamp.text(item.due)),
        ]
    }
}
