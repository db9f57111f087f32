import KoiJSON
import KoiSQLite

/// Answers questions about the records of one resource, as JSON bytes, within what the actor may see.
package struct RecordReader {
    let resource: Resource
    private let transaction: Transaction
    private let visibility: Visibility

    /// - Parameter verb: for what the records are read, which says how far that may reach.
    package init(_ resource: Resource, _ transaction: Transaction, for verb: Verb = .read) {
        self.resource = resource
        self.transaction = transaction
        visibility = transaction.visibility(of: resource, verb)
    }

    var restrictions: FieldRestrictions { transaction.actor.access.restrictions(of: resource.name) }

    var customFields: [CustomField] {
        transaction.catalog.customFields.current.fields(of: resource.name)
    }

    /// One record and its version.
    ///
    /// - Throws: `Problem.notFound` where there is none that the actor may see.
    package func find(
        _ id: Int64,
        _ selection: Selection = Selection()
    ) throws -> (version: Int64, json: [UInt8]) {
        try find(id, selection, within: visibility)
    }

    /// One record that the actor has just written, and its version.
    ///
    /// Whoever gave a record away, or may make some but read none, is told once more what was stored.
    package func written(_ id: Int64) throws -> (version: Int64, json: [UInt8]) {
        try find(id, Selection(), within: .all)
    }

    private func find(
        _ id: Int64,
        _ selection: Selection,
        within visibility: Visibility
    ) throws -> (version: Int64, json: [UInt8]) {
        let encoder = transaction.actor.access.encoder(of: resource, selection)
        let query = RecordSQL.find(id, encoder, visibility)
        let reading = transaction.reading()
        let found = try transaction.connection.first(query.sql, query.values) { row in
            var json = JSONWriter(capacity: 1_024)
            try encoder.write(row, into: &json, for: reading)
            return (version: row.int(encoder.columnCount), json: json.bytes)
        }
        guard let found else { throw Problem.notFound(resource.label) }
        transaction.tells(of: id, resource.name)
        return found
    }

    /// A page as `{"items": […], "next": …, "total": …}`.
    package func list(_ query: ListQuery) throws -> [UInt8] {
        let encoder = transaction.actor.access.encoder(of: resource, query.selection)
        let position = try query.cursor.map {
            try Cursor.decode($0, query: query.mark.value, keys: query.order.keys.count)
        }
        let plan = try ListPlan(query, resource, visibility, transaction)
        var page = Page(encoder, query, transaction.reading())
        try read(&page, plan, after: position.map(query.order.after))
        if !page.isFull, query.order.leavesNulls(after: position) {
            try read(&page, plan, after: query.order.nullsOnly)
        }
        return page.finish(total: try total(query))
    }

    private func read(_ page: inout Page, _ plan: ListPlan, after: SQLFragment?) throws {
        let sql = RecordSQL.page(
            page.encoder,
            page.query,
            visibility,
            plan,
            after: after,
            limit: page.missing + 1
        )
        try transaction.connection.each(sql.sql, sql.values) { try page.add($0) }
    }

    /// How many records a list has in all.
    func count(_ query: ListQuery) throws -> Int? {
        var query = query
        query.wantsTotal = true
        return try total(query).map { Int($0) }
    }

    private func total(_ query: ListQuery) throws -> Int64? {
        guard query.wantsTotal else { return nil }
        let indexed = try transaction.catalog.indexes.columns(of: resource, transaction.connection)
        let plan = ListPlan(counting: query, indexed, visibility)
        let sql = RecordSQL.count(resource, query, visibility, plan)
        return try transaction.connection.first(sql.sql, sql.values) { $0.int(0) }
    }
}

/// A page of a list while it is being written.
private struct Page {
    let encoder: RecordEncoder
    let query: ListQuery
    private let reading: Reading
    private var json = JSONWriter(capacity: 16_384)
    private var count = 0
    private var last: Position?
    private var hasMore = false

    init(_ encoder: RecordEncoder, _ query: ListQuery, _ reading: Reading) {
        self.encoder = encoder
        self.query = query
        self.reading = reading
        json.beginObject()
        json.key("items")
        json.beginArray()
    }

    var missing: Int { query.limit - count }
    var isFull: Bool { hasMore }

    /// Adds a row; false once the page is full.
    mutating func add(_ row: Row) throws -> Bool {
        guard count < query.limit else {
            hasMore = true
            return false
        }
        try encoder.write(row, into: &json, for: reading)
        count += 1
        if count == query.limit { last = position(row) }
        return true
    }

    private func position(_ row: Row) -> Position {
        let keys = query.order.keys.indices.map { row.value(encoder.columnCount + $0) }
        return Position(values: keys, id: row.int(0))
    }

    mutating func finish(total: Int64?) -> [UInt8] {
        json.endArray()
        json.key("next")
        if hasMore, let last {
            json.string(Cursor.encode(last, query: query.mark.value))
        } else {
            json.null()
        }
        if let total {
            json.key("total")
            json.integer(total)
        }
        json.endObject()
        return json.bytes
    }
}
