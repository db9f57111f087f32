import KoiJSON
import KoiSQLite

/// The writing side of one resource's table: rows in, rows changed, links and search text with them.
///
/// No rules.
struct RecordStore {
    private let resource: Resource
    private let connection: Connection

    init(_ resource: Resource, _ connection: Connection) {
        self.resource = resource
        self.connection = connection
    }

    // MARK: Reading for a change

    /// A record with all of its values, living or, where `inBin` is set, removed; nil where the actor sees none.
    func find(_ id: Int64, _ visibility: Visibility, inBin: Bool = false) throws -> Record? {
        var sql = SQLFragment(
            """
            SELECT \(resource.encoder.selection) FROM \(Dialect.quoted(resource.name)) AS t \
            WHERE t."id" = ? AND t."removedAt" IS \(inBin ? "NOT " : "")NULL
            """,
            [.integer(id)]
        )
        if let condition = visibility.of(id).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        return try connection.first(sql.sql, sql.values) { try record(from: $0) }
    }

    /// A record, be it in the bin.
    ///
    /// - Throws: `Problem.notFound` where the actor sees none.
    func findAny(_ id: Int64, _ visibility: Visibility) throws -> Record {
        if let living = try find(id, visibility) { return living }
        guard let removed = try find(id, visibility, inBin: true) else { throw Problem.notFound(resource.label) }
        return removed
    }

    /// The record in a row of the resource's full selection.
    func record(from row: Row) throws -> Record {
        var column = 0
        var values: [JSONValue] = []
        values.reserveCapacity(resource.fields.count)
        for field in resource.fields {
            if case .links(let links) = field.kind {
                values.append(try linkValues(links, of: row.int(0)))
            } else {
                values.append(field.kind.loaded(row, column))
                column += 1
            }
        }
        return Record(resource, values: values)
    }

    private func linkValues(_ links: LinkTable, of id: Int64) throws -> JSONValue {
        let items = try connection.rows(links.selectSQL, [.integer(id)]) { row in
            JSONValue.object(
                JSONObject(
                    links.fields.enumerated().map { index, field in
                        JSONObject.Member(name: field.name, value: field.kind.loaded(row, index))
                    }
                )
            )
        }
        return .array(items)
    }

    // MARK: Writing

    /// Stores a new record and returns its id.
    ///
    /// - Parameter likeness: what it has in common with others, where that was looked for before.
    func insert(_ record: Record, _ likeness: Likeness? = nil) throws -> Int64 {
        var values = resource.storedFields.map { $0.kind.stored(record[$0.name]) }
        for field in resource.derivedSorts { values.append(sortKey(field, of: record)) }
        if resource.isSearchable { values.append(.text(SearchIndex.terms(of: record, sharedWith: []))) }
        try connection.run(resource.insertSQL, values)
        let id = connection.lastInsertedID
        try writeLinks(record, id: id, fields: resource.fields)
        let externalIDs = ExternalID.list(record[SystemField.externalIDs.name])
        try ExternalIDStore(connection).add(externalIDs, to: id, resource.name)
        try index(id)
        try duplicates?.add(id, try likeness ?? duplicates?.likeness(of: record))
        return id
    }

    /// Stores the changed fields and the new version of a record, which may lie in the bin, where no search finds it.
    func update(_ record: Record, changed fields: [Field]) throws {
        var columns = ["version", "updatedAt"]
        columns += fields.filter { !$0.isLinks }.map(\.name)
        var values = columns.map { stored($0, of: record) }
        for field in fields {
            guard let column = field.derivedSort else { continue }
            columns.append(column)
            values.append(sortKey(field, of: record))
        }
        let changesSearch = fields.contains { resource.isSearched($0) }
        // What lies in the bin is not in the index.
        let isIndexed = changesSearch && !record.isRemoved
        if isIndexed { try unindex(record.id) }
        let recognised = try recognisedBefore(record, fields)
        if changesSearch {
            columns.append("searchTerms")
            values.append(.text(try searchTerms(of: record)))
        }
        try set(columns, values, id: record.id)
        try writeLinks(record, id: record.id, fields: fields)
        try writeExternalIDs(record, fields)
        if isIndexed { try index(record.id) }
        if let recognised { try duplicates?.replace(recognised, by: record) }
    }

    /// The record as it is stored, where it is recognised by one of these fields and does not lie in the bin.
    private func recognisedBefore(_ record: Record, _ fields: [Field]) throws -> Record? {
        guard duplicates != nil, !record.isRemoved, fields.contains(where: { $0.recognition != nil }) else {
            return nil
        }
        return try find(record.id, .all)
    }

    private var duplicates: DuplicateIndex? {
        resource.findsDuplicates ? DuplicateIndex(resource, connection) : nil
    }

    /// Brings the search terms of a record to what they should be, after it was shared, say.
    ///
    /// It stays at its version.
    func renewSearchTerms(of record: Record) throws {
        guard resource.isSearchable else { return }
        if !record.isRemoved { try unindex(record.id) }
        try set(["searchTerms"], [.text(try searchTerms(of: record))], id: record.id)
        if !record.isRemoved { try index(record.id) }
    }

    /// Lays a record into the bin, or takes it out again.
    func setRemoved(_ record: Record) throws {
        if record.isRemoved {
            try unindex(record.id)
            if let duplicates, let before = try find(record.id, .all) { try duplicates.remove(before) }
        }
        let columns = ["version", "updatedAt", "removedAt"]
        try set(columns, columns.map { stored($0, of: record) }, id: record.id)
        guard !record.isRemoved else { return }
        try index(record.id)
        if let duplicates, let living = try find(record.id, .all) {
            try duplicates.add(record.id, duplicates.likeness(of: living))
        }
    }

    private func stored(_ name: String, of record: Record) -> SQLValue {
        resource.field(name).map { $0.kind.stored(record[name]) } ?? .null
    }

    private func set(_ columns: [String], _ values: [SQLValue], id: Int64) throws {
        let assignments = columns.map { Dialect.quoted($0) + " = ?" }.joined(separator: ", ")
        try connection.run(
            "UPDATE \(Dialect.quoted(resource.name)) SET \(assignments) WHERE \"id\" = ?",
            values + [.integer(id)]
        )
    }

    private func writeLinks(_ record: Record, id: Int64, fields: [Field]) throws {
        for field in fields {
            guard case .links(let links) = field.kind else { continue }
            let table = Dialect.quoted(links.table)
            let holder = Dialect.quoted(links.holder)
            if record.version > 1 {
                try connection.run("DELETE FROM \(table) WHERE \(holder) = ?", [.integer(id)])
            }
            let names = links.fields.map { Dialect.quoted($0.name) }.joined(separator: ", ")
            for (position, item) in (record[field.name].arrayValue ?? []).enumerated() {
                let values =
                    [SQLValue.integer(id), .integer(Int64(position))]
                    + links.fields.map { $0.kind.stored(item.objectValue?[$0.name] ?? .null) }
                try connection.run(
                    """
                    INSERT INTO \(table) (\(holder), "position", \(names)) \
                    VALUES (\(Dialect.marks(values)))
                    """,
                    values
                )
            }
        }
    }

    private func writeExternalIDs(_ record: Record, _ fields: [Field]) throws {
        let name = SystemField.externalIDs.name
        guard fields.contains(where: { $0.name == name }) else { return }
        try ExternalIDStore(connection).set(ExternalID.list(record[name]), of: record.id, resource.name)
    }

    // MARK: What is derived: sort keys and search text

    private func searchTerms(of record: Record) throws -> String {
        let collaborators = try CollaboratorStore(resource, connection).users(of: record.id)
        return SearchIndex.terms(of: record, sharedWith: collaborators)
    }

    private func sortKey(_ field: Field, of record: Record) -> SQLValue {
        record[field.name].stringValue.map { .text(Pinyin.sortKey($0)) } ?? .null
    }

    private func index(_ id: Int64) throws {
        guard resource.isSearchable else { return }
        try SearchIndex(resource, connection).add(id)
    }

    private func unindex(_ id: Int64) throws {
        guard resource.isSearchable else { return }
        try SearchIndex(resource, connection).remove(id)
    }
}
