import KoiJSON
import KoiSQLite

/// Answers questions about the records of one resource, as JSON bytes, within what the actor may see.
package struct RecordReader {
    let resource: Resource
    private let transaction: Transaction
    private let visibility: Visibility

    package init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        visibility = resource.rules.visibility(for: transaction.actor)
    }

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
        let encoder = resource.encoder(for: selection)
        let query = RecordSQL.find(encoder, visibility)
        let reading = transaction.reading()
        let found = try transaction.connection.first(query.sql, [.integer(id)] + query.values) { row in
            var json = JSONWriter(capacity: 1_024)
            try encoder.write(row, into: &json, for: reading)
            return (version: row.int(encoder.columnCount), json: json.bytes)
        }
        guard let found else { throw Problem.notFound(resource.label) }
        return found
    }

    /// A page as `{"items": […], "next": …, "total": …}`.
    package func list(_ query: ListQuery) throws -> [UInt8] {
        let encoder = resource.encoder(for: query.selection)
        let position = try query.cursor.map {
            try Cursor.decode($0, query: query.mark.value, keys: query.order.keys.count)
        }
        var page = Page(encoder, query, transaction.reading())
        try read(&page, after: position.map(query.order.after))
        if !page.isFull, query.order.leavesNulls(after: position) {
            try read(&page, after: query.order.nullsOnly)
        }
        return page.finish(total: try total(query))
    }

    private func read(_ page: inout Page, after: SQLFragment?) throws {
        let sql = RecordSQL.page(
            page.encoder,
            page.query,
            visibility,
            after: after,
            limit: page.missing + 1
        )
        try transaction.connection.each(sql.sql, sql.values) { try page.add($0) }
    }

    private func total(_ query: ListQuery) throws -> Int64? {
        guard query.wantsTotal else { return nil }
        let sql = RecordSQL.count(resource, query, visibility)
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
