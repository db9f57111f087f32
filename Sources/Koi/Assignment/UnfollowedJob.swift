import KoiJSON
import KoiSQLite

/// Tells people once a day how many first contacts of theirs nobody has followed up; those that belong to nobody are told to the
/// company's steward or administrators.
///
/// Of what has a time to answer `ResponseWatch` tells, and of what is taken away `FollowUpJob`: these are not told of again.
enum UnfollowedJob {
    /// Of those that are looked at with one query.
    private static let step: Int64 = 100

    /// At nine in the morning in China.
    static let kind = JobKind("tellUnfollowed", recurrence: .daily(minute: 60)) { chunk in
        var tally = Tally(chunk.position)
        defer { chunk.position = tally.position }
        while chunk.hasTime {
            guard tally.place < UnfollowedContacts.resources.count else {
                return .done(try tell(tally, chunk.transaction))
            }
            let found = try next(tally, chunk.transaction)
            for contact in found { tally.add(contact) }
            chunk.done += Int64(found.count)
            if found.count < step { tally.goOn() }
        }
        return .more
    }

    private static func next(_ tally: Tally, _ transaction: Transaction) throws -> [UnfollowedContacts.Contact] {
        let resource = UnfollowedContacts.resources[tally.place]
        let untold = SQLFragment(
            """
            NOT EXISTS (SELECT 1 FROM follow_up_warnings AS f WHERE f.resource = ? AND f.record = t.id)
            """ + (resource.name == Lead.resource.name ? " AND t.\"responseDueAt\" IS NULL" : ""),
            [.text(resource.name)]
        )
        return try UnfollowedContacts(olderThan: 24, in: transaction)
            .oldest(resource, [untold], after: tally.last, limit: step)
    }

    private static func tell(_ tally: Tally, _ transaction: Transaction) throws -> JSONObject {
        for (owner, count) in tally.counts {
            let told = owner == 0 ? try Managers(transaction).of(nil) : [owner]
            for user in told {
                try transaction.notifications.add(to: user, .contactsUnfollowed, ["count": .integer(count)])
            }
        }
        return ["contacts": .integer(tally.counts.values.reduce(0, +)), "told": .integer(Int64(tally.counts.count))]
    }

    /// Where the job stands, and how many there are of each owner, with 0 for nobody.
    private struct Tally {
        private(set) var place: Int
        private(set) var last: (since: Int64, id: Int64)?
        private(set) var counts: [Int64: Int64]

        init(_ position: JSONObject) {
            place = Int(clamping: position["place"]?.integerValue ?? 0)
            if let since = position["since"]?.integerValue, let id = position["id"]?.integerValue { last = (since, id) }
            let members = position["counts"]?.objectValue?.members ?? []
            counts = Dictionary(
                members.compactMap { member in
                    Digits.integer(member.name).map { ($0, member.value.integerValue ?? 0) }
                },
                uniquingKeysWith: { first, _ in first }
            )
        }

        mutating func add(_ contact: UnfollowedContacts.Contact) {
            counts[contact.owner ?? 0, default: 0] += 1
            last = (contact.since, contact.id)
        }

        /// To the next resource.
        mutating func goOn() {
            place += 1
            last = nil
        }

        var position: JSONObject {
            let counts = counts.map { JSONObject.Member(name: String($0.key), value: .integer($0.value)) }
            return [
                "place": .integer(Int64(place)), "since": last.map { .integer($0.since) } ?? .null,
                "id": last.map { .integer($0.id) } ?? .null, "counts": .object(JSONObject(counts)),
            ]
        }
    }
}
