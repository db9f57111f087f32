import KoiJSON
import KoiSQLite

/// Warns owners of records that they have not followed up for long, and takes these away later: once an hour.
enum FollowUpJob {
    private static let hour: Int64 = 3_600_000

    static let kind = JobKind("followUp", recurrence: .every(hour)) { chunk in
        var tally = FollowUpTally(chunk.position)
        defer { chunk.position = tally.position }
        while chunk.hasTime {
            guard tally.place < Assignable.all.count else { return .done(tally.result) }
            let name = Assignable.all[tally.place].resource
            guard let resource = chunk.transaction.catalog.resources[name],
                let walk = try FollowUpWalk(resource, chunk.transaction)
            else {
                tally.goOn()
                continue
            }
            let (items, last) = try walk.next(after: tally.last)
            for item in items { tally.add(try take(item, chunk.transaction)) }
            chunk.done += Int64(items.count)
            if let last { tally.last = last } else { tally.goOn() }
        }
        return .more
    }

    /// - Returns: what was done, nil for nothing.
    private static func take(_ item: FollowUpWalk.Item, _ transaction: Transaction) throws -> FollowUpTally.Deed? {
        let warnings = FollowUpWarnings(transaction.connection)
        let subject = EventSubject(resource: item.record.resource.name, id: item.record.id)
        switch item.step {
        case .warned: return nil
        case .warn:
            let due: JSONObject = ["due": .string(Timestamp.text(item.due))]
            try transaction.notifications.add(to: item.owner, .followUpDue, about: subject, due)
            try warnings.add(item, at: transaction.now)
            return .warned
        case .take:
            let isGone = try give(item, transaction)
            guard isGone else {
                try warnings.setTried(item, at: transaction.now)
                return .kept
            }
            try warnings.remove(item)
            try transaction.notifications.add(to: item.owner, .followUpTaken, about: subject)
            return item.rule.returns ? .returned : .reassigned
        }
    }

    /// - Returns: whether its owner has it no more.
    private static func give(_ item: FollowUpWalk.Item, _ transaction: Transaction) throws -> Bool {
        guard let service = AssignmentService(item.record.resource, transaction) else { return false }
        guard !item.rule.returns else {
            try service.takeBack(item.record, by: item.rule)
            return true
        }
        return try service.assign(item.record, .unfollowed, excluding: item.owner).owner != nil
    }
}

/// Where the job stands, and what it has done so far.
struct FollowUpTally {
    enum Deed: String, CaseIterable {
        case warned
        case reassigned
        case returned
        /// Nobody else could be found.
        case kept
    }

    private(set) var place: Int
    var last: Int64
    private var counts: [Deed: Int64]

    init(_ position: JSONObject) {
        place = Int(clamping: position["place"]?.integerValue ?? 0)
        last = position["last"]?.integerValue ?? 0
        counts = Dictionary(
            Deed.allCases.map { ($0, position[$0.rawValue]?.integerValue ?? 0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// To the next resource.
    mutating func goOn() {
        place += 1
        last = 0
    }

    mutating func add(_ deed: Deed?) {
        if let deed { counts[deed, default: 0] += 1 }
    }

    var result: JSONObject {
        JSONObject(Deed.allCases.map { .init(name: $0.rawValue, value: .integer(counts[$0] ?? 0)) })
    }

    var position: JSONObject {
        JSONObject(
            [
                .init(name: "place", value: .integer(Int64(place))), .init(name: "last", value: .integer(last)),
            ] + result.members
        )
    }
}
