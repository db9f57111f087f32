import KoiHTTP
import KoiJSON
import KoiSQLite

/// Which products fit a need, as far as the actor sees them.
enum MatchRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Need.resource.name }) else { return [] }
        return [.get("/v1/needs/{id}/matches", list).permitted(.records).documented(documentation)]
    }

    private static func list(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let need = try RecordService(Need.resource, transaction).find(call.id())
        let query = try PageQuery(call.query, of: "needs/\(need.id)/matches")
        let wish = try ProductFit.Wish.open(need.id, transaction.connection)
        let names = ShownNames(Product.resource, transaction)
        let tasks = RecordStore(WorkTask.resource, transaction.connection)
        let visibility = transaction.visibility(of: WorkTask.resource)
        let rows = try matches(of: need.id, after: query.position()?.id ?? 0, query.limit + 1, wish, transaction)
            .map { match -> (id: Int64, json: JSONValue) in
                let task = try match.task.flatMap { try tasks.find($0, visibility)?.id }
                let (id, name) = (match.offer.id, match.offer.name)
                return (
                    id,
                    [
                        "product": .integer(id), "name": names.shown(name, of: id) ?? .null,
                        "at": .string(Timestamp.text(match.at)), "task": task.map(JSONValue.integer) ?? .null,
                    ]
                )
            }
        let page = rows.prefix(query.limit)
        let next = rows.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        let document: JSONValue = ["items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null]
        return .json(Array(document.text.utf8))
    }

    private struct Match {
        let offer: ProductFit.Offer
        let at: Int64
        let task: Int64?
    }

    /// The next of them; of an open need those that fit still, as need and products may have changed since.
    private static func matches(
        of need: Int64,
        after: Int64,
        _ count: Int,
        _ wish: ProductFit.Wish?,
        _ transaction: Transaction
    ) throws -> [Match] {
        var sql = SQLFragment(
            """
            SELECT \(ProductFit.Offer.columns), m.at, m.task FROM need_matches AS m
            JOIN products AS t ON t.id = m.product JOIN products AS p ON p.id = t.id
            WHERE m.need = ? AND \(wish == nil ? "t.\"removedAt\" IS NULL" : ProductFit.Offer.isSold)
            """,
            [.integer(need)]
        )
        if let condition = transaction.visibility(of: Product.resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" AND m.product > ? ORDER BY m.product LIMIT ?")
        var (found, place): ([Match], Int64?) = ([], after)
        while let last = place, found.count < count {
            let values = sql.values + [.integer(last), .integer(Int64(count))]
            let next = try transaction.connection.rows(sql.sql, values) { row in
                Match(offer: ProductFit.Offer(row), at: row.int(6), task: row.intOrNil(7))
            }
            found += next.filter { match in wish.map { ProductFit.fits(match.offer, $0) } ?? true }
            place = next.count == count ? next.last?.offer.id : nil
        }
        return Array(found.prefix(count))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "browseMatchesOfNeed",
            tag: Need.resource.name,
            "Lists the products that fit the need, since when, and the task that its owner was given to offer each."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        let item = Schema.object(
            [
                "product": Schema.idSchema, "name": ["type": ["string", "null"]],
                "at": ["type": "string", "format": "date-time"],
                "task": [
                    "anyOf": [Schema.idSchema, ["type": "null"]],
                    "description": "Null where nobody could be given one, or you do not see it.",
                ],
            ],
            required: ["product", "name", "at", "task"]
        )
        docs.answer = Schema.object(
            ["items": Schema.array(item), "next": ["type": ["string", "null"]]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }()
}
