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
        var sql = SQLFragment(
            """
            SELECT t.id, t.name, m.at, m.task FROM need_matches AS m JOIN products AS t ON t.id = m.product
            WHERE m.need = ? AND m.product > ? AND t."removedAt" IS NULL
            """,
            [.integer(need.id), .integer(try query.position()?.id ?? 0)]
        )
        if let condition = transaction.visibility(of: Product.resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" ORDER BY m.product LIMIT ?", [.integer(Int64(query.limit) + 1)])
        let names = ShownNames(Product.resource, transaction)
        let tasks = RecordStore(WorkTask.resource, transaction.connection)
        let visibility = transaction.visibility(of: WorkTask.resource)
        let rows = try transaction.connection.rows(sql.sql, sql.values) { row -> (id: Int64, json: JSONValue) in
            let task = try row.intOrNil(3).flatMap { try tasks.find($0, visibility)?.id }
            return (
                row.int(0),
                [
                    "product": .integer(row.int(0)), "name": names.shown(row.text(1), of: row.int(0)) ?? .null,
                    "at": .string(Timestamp.text(row.int(2))), "task": task.map(JSONValue.integer) ?? .null,
                ]
            )
        }
        let page = rows.prefix(query.limit)
        let next = rows.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        let document: JSONValue = ["items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null]
        return .json(Array(document.text.utf8))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "browseMatchesOfNeed",
            tag: Need.resource.name,
            "Lists the products that fit the need, since when, and the task that its owner was given to offer each."
        )
        docs.parameters = [
            Schema.idParameter,
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most entries of a page."
            ),
            Schema.cursorParameter,
        ]
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
