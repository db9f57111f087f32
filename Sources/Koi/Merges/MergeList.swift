import KoiJSON
import KoiSQLite

/// A page of merges, the newest first: those of which the actor may see the survivor.
struct MergeList {
    static let filters: [LogQuery.Filter] =
        [
            .isOne("resource", LogQuery.word, "e.resource"),
            .isOne("survivor", .reference(""), "e.survivor"),
            .isOne("loser", .reference(""), "e.loser"),
            .isOne("state", .choice(states), "e.state"),
            .isOne("user", .reference(User.resource.name), "e.\"user\""),
        ] + LogQuery.Filter.period("e.at")

    static let states = [
        Choice("merging", "Merging", "合并中"), Choice("merged", "Merged", "已合并"),
        Choice("unmerging", "Unmerging", "撤销中"), Choice("undone", "Undone", "已撤销"),
    ]

    /// As `EventVisibility` asks for what is about a record.
    private static let source = "(SELECT m.*, m.survivor AS record FROM merges AS m) AS e"

    private let query: LogQuery

    init(_ parameters: [Parameter], for actor: Actor) throws {
        query = try LogQuery(parameters, of: "merges", filters: MergeList.filters, for: actor)
    }

    func page(_ transaction: Transaction) throws -> [UInt8] {
        var sql = SQLFragment("SELECT \(Merge.columns) FROM \(MergeList.source) WHERE ")
        sql.append(query.condition)
        if let last = try query.position() { sql.append(" AND e.id < ?", [.integer(last)]) }
        sql.append(" AND ")
        sql.append(EventVisibility(transaction).condition(withOthers: false))
        sql.append(" ORDER BY e.id DESC LIMIT ?", [.integer(Int64(query.limit + 1))])
        let found = try transaction.connection.rows(sql.sql, sql.values) { Merge($0) }
        let page = found.prefix(query.limit)
        let next = found.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        let answer: JSONValue = [
            "items": .array(page.map { .object($0.json) }), "next": next.map(JSONValue.string) ?? .null,
        ]
        return Array(answer.text.utf8)
    }

    /// - Throws: `Problem.notFound` where there is none, or the actor does not see its survivor.
    static func find(_ id: Int64, _ transaction: Transaction) throws -> (merge: Merge, resource: Resource) {
        guard let merge = try MergeStore(transaction.connection).find(id),
            let resource = transaction.catalog.resources[merge.resource],
            try EventVisibility(transaction).allows(merge.survivor, of: resource)
        else { throw Problem.notFound(Text("merge", "合并")) }
        return (merge, resource)
    }

    /// With both records as they were, as far as the actor may see their fields.
    static func document(_ id: Int64, _ transaction: Transaction) throws -> [UInt8] {
        let (merge, resource) = try find(id, transaction)
        var json = merge.json
        let snapshot = try MergeStore(transaction.connection).snapshot(of: id)
        let seesLoser = try EventVisibility(transaction).allows(merge.loser, of: resource)
        json["before"] =
            snapshot.map { snapshot -> JSONValue in
                [
                    "survivor": shown(snapshot.survivor, merge.survivor, resource, transaction),
                    "loser": seesLoser ? shown(snapshot.loser, merge.loser, resource, transaction) : .null,
                ]
            } ?? .null
        return Array(JSONValue.object(json).text.utf8)
    }

    private static func shown(
        _ values: JSONObject,
        _ id: Int64,
        _ resource: Resource,
        _ transaction: Transaction
    ) -> JSONValue {
        let access = transaction.actor.access
        let held = access.restrictions(of: resource.name)
        if access.isGuarded(resource.name) {
            let custom = values["custom"]?.objectValue?.members.map { "custom." + $0.name } ?? []
            let seen = access.watched(values.members.map(\.name) + custom, of: resource.name)
            if !seen.isEmpty { transaction.saw(seen, of: id, resource.name) }
        }
        return .object(
            JSONObject(
                values.members.compactMap { member in
                    resource.field(member.name).flatMap { held.shown(member.value, of: $0) }.map {
                        JSONObject.Member(name: member.name, value: $0)
                    }
                }
            )
        )
    }
}
