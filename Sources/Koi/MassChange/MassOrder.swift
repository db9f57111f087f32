import KoiJSON
import KoiSQLite

/// What is to be done with many records at once: with those that list filters leave, as far as whoever asks sees them.
struct MassOrder {
    /// Of a table so many numbers are looked at in one query, so that none takes long, however few records fit.
    static let window: Int64 = 5_000
    private static let controls: Set<String> = ["preview", "all"]

    let resource: Resource
    let filters: [Parameter]
    /// A JSON merge patch; nil to lay the records into the bin.
    let patch: JSONObject?
    /// The newest record that is meant: what is added later is not.
    let newest: Int64
    private let condition: SQLFragment?

    /// Reads a request.
    ///
    /// - Throws: `Problem` for a parameter that is no filter, and for none at all where `all` does not say that this is meant.
    init(_ resource: Resource, _ query: [Parameter], _ patch: JSONObject?, in transaction: Transaction) throws {
        let given = query.filter { !MassOrder.controls.contains($0.name) }
        for parameter in given where ListParameter.names.contains(parameter.name) && parameter.name != "view" {
            throw MassOrder.noFilter(parameter.name)
        }
        let filters = try SavedView.expand(given, of: resource, in: transaction).filter {
            $0.name != "sort" && $0.name != "fields"
        }
        let newest = try transaction.connection.first("SELECT max(id) FROM \(Dialect.quoted(resource.name))") {
            $0.intOrNil(0) ?? 0
        }
        try self.init(resource, filters, patch, newest: newest ?? 0, in: transaction, isCounted: true)
        let meansAll = try MassOrder.flag("all", in: query)
        guard condition != nil || meansAll else { throw MassOrder.everything }
    }

    /// Reads what a job has.
    init(_ parameters: JSONObject, in transaction: Transaction) throws {
        guard let resource = transaction.catalog.resources[parameters["resource"]?.stringValue ?? ""] else {
            throw JobFailure.unknownKind
        }
        let filters = (parameters["filters"]?.arrayValue ?? []).compactMap { filter -> Parameter? in
            guard let name = filter["name"]?.stringValue, let value = filter["value"]?.stringValue else { return nil }
            return (name, value)
        }
        try self.init(
            resource,
            filters,
            parameters["patch"]?.objectValue,
            newest: parameters["newest"]?.integerValue ?? 0,
            in: transaction,
            isCounted: false
        )
    }

    private init(
        _ resource: Resource,
        _ filters: [Parameter],
        _ patch: JSONObject?,
        newest: Int64,
        in transaction: Transaction,
        isCounted: Bool
    ) throws {
        self.resource = resource
        self.filters = filters
        self.patch = patch
        self.newest = newest
        let query = try ListQueryParser(resource, transaction, isCounted: isCounted).parse(filters)
        guard query.search == nil else { throw MassOrder.noFilter("q") }
        condition = SQLFragment.all(query.conditions.map(\.fragment))
    }

    /// As a job keeps it.
    var parameters: JSONObject {
        [
            "resource": .string(resource.name),
            "filters": .array(filters.map { ["name": .string($0.name), "value": .string($0.value)] }),
            "patch": patch.map(JSONValue.object) ?? .null,
            "newest": .integer(newest),
        ]
    }

    /// For the log, which more people read than the records: by what is filtered and which fields change, not the values.
    var summary: JSONObject {
        [
            "resource": .string(resource.name), "filters": .array(filters.map { .string($0.name) }),
            "fields": .array((patch?.members ?? []).map { .string($0.name) }), "removes": .bool(patch == nil),
        ]
    }

    // MARK: The records

    /// Records behind one, in the order of their numbers, and the number up to which was looked.
    ///
    /// - Returns: nil where there are none behind it any more.
    func records(
        after last: Int64,
        limit: Int64,
        window: Int64 = MassOrder.window,
        in transaction: Transaction
    ) throws -> (ids: [Int64], end: Int64)? {
        guard last < newest else { return nil }
        let end = min(newest, last + window)
        var sql = select("t.id", after: last, to: end, in: transaction)
        sql.append(" ORDER BY t.id LIMIT ?", [.integer(limit)])
        let ids = try transaction.connection.rows(sql.sql, sql.values) { $0.int(0) }
        return (ids, ids.count < Int(clamping: limit) ? end : ids.last ?? end)
    }

    /// How many there are among the numbers behind one, and up to which was looked.
    func count(
        after last: Int64,
        window: Int64 = MassOrder.window,
        in transaction: Transaction
    ) throws -> (count: Int64, end: Int64)? {
        guard last < newest else { return nil }
        let end = min(newest, last + window)
        let sql = select("count(*)", after: last, to: end, in: transaction)
        return (try transaction.connection.first(sql.sql, sql.values) { $0.int(0) } ?? 0, end)
    }

    private func select(_ what: String, after last: Int64, to end: Int64, in transaction: Transaction) -> SQLFragment {
        var sql = SQLFragment(
            """
            SELECT \(what) FROM \(Dialect.quoted(resource.name)) AS t \
            WHERE t.id > ? AND t.id <= ? AND +t."removedAt" IS NULL
            """,
            [.integer(last), .integer(end)]
        )
        for part in [condition, transaction.visibility(of: resource).condition].compactMap(\.self) {
            sql.append(" AND (")
            sql.append(part)
            sql.append(")")
        }
        return sql
    }

    // MARK: Parameters

    static func flag(_ name: String, in query: [Parameter]) throws -> Bool {
        let values = query.filter { $0.name == name }.map(\.value)
        switch values {
        case []: return false
        case ["true"]: return true
        case ["false"]: return false
        default: throw Problem.badParameter(name, Text("Give true or false, once.", "请填写一次 true 或 false。"))
        }
    }

    private static func noFilter(_ name: String) -> Problem {
        Problem.badParameter(
            name,
            Text(
                "Many records at once are chosen by filters, or by a view of filters, only.",
                "批量操作只能用筛选条件或含筛选条件的视图选择记录。"
            )
        )
    }

    private static let everything = Problem.badParameter(
        "all",
        Text("Give filters, or all=true for every record that you see.", "请给出筛选条件；如要处理可见的全部记录，请加上 all=true。")
    )
}
