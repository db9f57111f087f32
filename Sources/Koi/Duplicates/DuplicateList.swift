import KoiHTTP
import KoiJSON
import KoiSQLite

/// A page of the pairs of living records that may be the same, the likeliest first: those of which the actor sees both, and
/// of which nobody has said that they are not.
///
/// The pairs are there already (`duplicate_pairs`). A page walks a bounded number of them, and so may be short of what was
/// asked for where the actor sees few; `next` goes on all the same.
struct DuplicateList {
    /// Pairs that are looked at for one page.
    private static let maximumWalked = 5_000
    private static let window = 500

    private let resource: Resource
    private let transaction: Transaction
    private let limit: Int
    private let lowest: Int64
    private let cursor: String?
    private let mark: UInt64
    /// What is held back from somebody tells by the order, too: then the newest pairs come first.
    private let isRanked: Bool
    private let held: FieldRestrictions

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], _ transaction: Transaction) throws {
        var (limit, lowest, cursor, resource) = (
            ListQuery.defaultLimit, Duplicate.lowestScore, String?.none, Resource?.none
        )
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            switch name {
            case "resource": resource = try DuplicateList.resource(value, transaction)
            case "limit": limit = try ListQuery.limit(value)
            case "cursor": cursor = value
            case "score": lowest = try DuplicateList.score(value)
            default:
                throw Problem.badParameter(
                    name,
                    Text("This list takes resource, score, limit and cursor.", "此列表只接受 resource、score、limit 和 cursor。")
                )
            }
        }
        guard let resource else {
            throw Problem.badParameter("resource", Text("Say of which resource: customers.", "请填写资源名，例如 customers。"))
        }
        self.resource = resource
        self.transaction = transaction
        self.limit = limit
        self.lowest = lowest
        self.cursor = cursor
        let held = transaction.actor.access.restrictions(of: resource.name)
        self.held = held
        let recognised = resource.recognised
        isRanked = (recognised.alone + recognised.names + recognised.places).allSatisfy {
            held.reading($0.name) == .clear
        }
        var mark = Fingerprint()
        mark.add("duplicates")
        mark.add(resource.name)
        mark.add(String(lowest))
        mark.add(isRanked ? "ranked" : "newest")
        self.mark = mark.value
    }

    private static func resource(_ name: String, _ transaction: Transaction) throws -> Resource {
        let resources = transaction.catalog.resources
        guard let resource = resources[name], resource.findsDuplicates else {
            let names = resources.all.filter(\.findsDuplicates).map(\.name).joined(separator: ", ")
            throw Problem.badParameter("resource", Text("Give one of \(names).", "可选：\(names)。"))
        }
        return resource
    }

    private static func score(_ value: String) throws -> Int64 {
        guard let score = Digits.integer(value), (1...Duplicate.highestScore).contains(score) else {
            throw Problem.badParameter("score", Text("Give a whole number from 1 to 100.", "请填写 1 到 100 之间的整数。"))
        }
        return score
    }

    // MARK: The page

    private struct Pair {
        let low: Int64
        let high: Int64
        let score: Int64
    }

    func page() throws -> [UInt8] {
        var position = try cursor.map(pair)
        var items: [JSONValue] = []
        var walked = 0
        while walked < DuplicateList.maximumWalked {
            let pairs = try pairs(after: position)
            for pair in pairs {
                position = pair
                walked += 1
                if let item = try item(pair) { items.append(item) }
                if items.count == limit { return try document(items, next: position) }
            }
            guard pairs.count == DuplicateList.window else { return try document(items, next: nil) }
        }
        return try document(items, next: position)
    }

    private func document(_ items: [JSONValue], next: Pair?) throws -> [UInt8] {
        let cursor = try next.map(cursor)
        let page: JSONValue = ["items": .array(items), "next": cursor.map(JSONValue.string) ?? .null]
        return Array(page.text.utf8)
    }

    /// Sealed, since it may be the position of a pair that the actor does not see.
    private func cursor(at pair: Pair) throws -> String {
        let position = Position(values: [.integer(pair.score), .integer(pair.high)], id: pair.low)
        let plain = Cursor.encode(position, query: mark)
        return Base64URL.encode(try transaction.secrets.seal(Array(plain.utf8), at: DuplicateList.place))
    }

    private static let place = "duplicates/cursor"

    private func pair(at cursor: String) throws -> Pair {
        let plain = Base64URL.decode(cursor).flatMap { try? transaction.secrets.open($0, at: DuplicateList.place) }
        let text = plain.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let position = try Cursor.decode(text, query: mark, keys: 2)
        func number(_ value: SQLValue) -> Int64 {
            if case .integer(let number) = value { number } else { 0 }
        }
        return Pair(low: position.id, high: number(position.values[1]), score: number(position.values[0]))
    }

    /// The next pairs of which the actor sees both.
    private func pairs(after last: Pair?) throws -> [Pair] {
        var sql = SQLFragment(
            """
            SELECT p.low, p.high, p.score FROM duplicate_pairs AS p
            WHERE p.resource = ? AND p.score >= ?
            """,
            [.text(resource.name), .integer(lowest)]
        )
        if let last {
            if isRanked {
                sql.append(
                    " AND p.score <= ? AND (p.score, p.high, p.low) < (?, ?, ?)",
                    [.integer(last.score), .integer(last.score), .integer(last.high), .integer(last.low)]
                )
            } else {
                sql.append(
                    " AND p.high <= ? AND (p.high, p.low) < (?, ?)",
                    [.integer(last.high), .integer(last.high), .integer(last.low)]
                )
            }
        }
        sql.append(isRanked ? " ORDER BY p.score DESC, p.high DESC, p.low DESC" : " ORDER BY p.high DESC, p.low DESC")
        sql.append(" LIMIT ?", [.integer(Int64(DuplicateList.window))])
        return try transaction.connection.rows(sql.sql, sql.values) {
            Pair(low: $0.int(0), high: $0.int(1), score: $0.int(2))
        }
    }

    /// - Returns: nil where the actor does not see both, or what they have in common.
    private func item(_ pair: Pair) throws -> JSONValue? {
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        guard let high = try store.find(pair.high, visibility), let low = try store.find(pair.low, visibility),
            try !DistinctPairs(resource, transaction).holds(pair.low, pair.high)
        else { return nil }
        let sees: (Field) -> Bool = { held.reading($0.name) == .clear }
        let duplicate = Duplicate(
            of: low.id,
            DuplicateTraits(keysOf: high, where: sees),
            DuplicateTraits(keysOf: low, where: sees)
        ).only(try telling(high, low))
        guard duplicate.score >= lowest else { return nil }
        let records = [high, low].map { DuplicateList.shown($0, held, transaction) }
        return .object(JSONObject([.init(name: "records", value: .array(records))] + duplicate.members.members))
    }

    /// What both have in common, but for what so many have that it tells nothing.
    private func telling(_ first: Record, _ second: Record) throws -> Set<Duplicate.Reason.Kind> {
        let others = DuplicateKey.all(of: second)
        let keys = DuplicateKey.all(of: first).filter { key in others.contains { $0.alike == key.alike } }
        var kinds: Set<Duplicate.Reason.Kind> = []
        for (key, holders) in zip(keys, try DuplicateHolders(transaction.connection).find(of: keys))
        where holders.count <= Duplicate.common {
            guard let other = others.first(where: { $0.alike == key.alike }) else { continue }
            kinds.insert(key.kind(beside: other.mark))
        }
        return kinds
    }

    /// Number and name of a record, as far as the actor may see it.
    static func shown(_ record: Record, _ held: FieldRestrictions, _ transaction: Transaction) -> JSONValue {
        let resource = record.resource
        var members: JSONObject = ["id": .integer(record.id)]
        guard let field = resource.field("name") else { return .object(members) }
        let watched = transaction.actor.access.watched([field.name], of: resource.name)
        if !watched.isEmpty { transaction.saw(watched, of: record.id, resource.name) }
        members[field.name] = held.shown(record[field.name], of: field)
        return .object(members)
    }
}
