import KoiJSON
import KoiSQLite

/// A field by which records of some resource name records of another: what a merge has to follow.
///
/// All of them are found from the field lists, so that a resource that is added later is followed without a line here.
struct ReferenceField {
    let holder: Resource
    let field: Field
    /// What is named.
    let target: Resource
    private let links: LinkTable?
    /// Of links the members that name it.
    let names: Set<String>

    static func all(to target: Resource, in list: ResourceList) -> [ReferenceField] {
        list.all.flatMap { holder in
            holder.declared.compactMap { field -> ReferenceField? in
                switch field.kind {
                case .reference(target.name): ReferenceField(holder, field, target, links: nil)
                case .links(let links) where !links.names(of: target.name).isEmpty:
                    ReferenceField(holder, field, target, links: links)
                default: nil
                }
            }
        }
    }

    /// The field of that name, where it can name records of the target.
    static func named(_ name: String, of holder: String, to target: Resource, in list: ResourceList) -> ReferenceField?
    {
        all(to: target, in: list).first { $0.holder.name == holder && $0.field.name == name }
    }

    private init(_ holder: Resource, _ field: Field, _ target: Resource, links: LinkTable?) {
        self.holder = holder
        self.field = field
        self.target = target
        self.links = links
        names = links?.names(of: target.name) ?? []
    }

    // MARK: Who names a record

    /// The records that name one of the target, living or in the bin.
    ///
    /// - Parameter others: which of the same resource do not count.
    func holders(of id: Int64, besides others: [Int64], limit: Int, _ connection: Connection) throws -> [Int64] {
        let sql = holders(of: id, besides: others)
        return try connection.rows(sql.sql + " LIMIT ?", sql.values + [.integer(Int64(limit))]) { $0.int(0) }
    }

    /// Whether a living record names one of the target, beside these of its resource.
    func isNamed(_ id: Int64, besides own: [Int64], _ connection: Connection) throws -> Bool {
        let named = holders(of: id, besides: [])
        var sql = SQLFragment("SELECT 1 FROM \(Dialect.quoted(holder.name)) WHERE id IN (", [])
        sql.append(named)
        sql.append(") AND \"removedAt\" IS NULL")
        let others = own.map(SQLValue.integer)
        if !others.isEmpty { sql.append(" AND id NOT IN (\(Dialect.marks(others)))", others) }
        return try connection.first(sql.sql + " LIMIT 1", sql.values) { _ in true } ?? false
    }

    func count(of id: Int64, besides others: [Int64], _ connection: Connection) throws -> Int64 {
        let sql = holders(of: id, besides: others)
        return try connection.first("SELECT count(*) FROM (\(sql.sql)) AS h", sql.values) { $0.int(0) } ?? 0
    }

    private func holders(of id: Int64, besides others: [Int64]) -> SQLFragment {
        let column: String
        var sql: SQLFragment
        if let links {
            column = Dialect.quoted(links.holder)
            let named = names.sorted().map { Dialect.quoted($0) + " = ?" }.joined(separator: " OR ")
            sql = SQLFragment(
                "SELECT DISTINCT \(column) FROM \(Dialect.quoted(links.table)) WHERE (\(named))",
                names.map { _ in .integer(id) }
            )
        } else {
            column = "\"id\""
            sql = SQLFragment(
                "SELECT \(column) FROM \(Dialect.quoted(holder.name)) WHERE \(Dialect.quoted(field.name)) = ?",
                [.integer(id)]
            )
        }
        if holder.name == target.name {
            for other in others { sql.append(" AND \(column) <> ?", [.integer(other)]) }
        }
        return sql
    }

    // MARK: Naming another

    /// Makes a record that names the loser name the survivor.
    ///
    /// - Returns: what was made of the field.
    func move(
        _ record: inout Record,
        from loser: Int64,
        to survivor: Int64,
        in transaction: Transaction
    ) throws -> MergeChange {
        let before = record[field.name]
        guard let links else {
            record[field.name] = .integer(survivor)
            return MergeChange(record, field.name, before: before, after: .integer(survivor))
        }
        let items = before.arrayValue ?? []
        let moved = Set(
            items.indices.filter { place in names.contains { items[place].objectValue?[$0] == .integer(loser) } }
        )
        record[field.name] = .array(items.map { redirected($0, from: loser, to: survivor) })
        let subject = EventSubject(resource: target.name, id: survivor)
        try holder.rules.redirected(&record, to: subject, in: transaction)
        let joined = join(items, record[field.name].arrayValue ?? [], moved, links)
        record[field.name] = .array(joined.items)
        return MergeChange(record, field.name, before: before, after: record[field.name], links: joined.links)
    }

    private func redirected(_ item: JSONValue, from loser: Int64, to survivor: Int64) -> JSONValue {
        guard var object = item.objectValue else { return item }
        for name in names where object[name] == .integer(loser) { object[name] = .integer(survivor) }
        return .object(object)
    }

    /// Makes one of links that say the same by now.
    private func join(
        _ before: [JSONValue],
        _ after: [JSONValue],
        _ moved: Set<Int>,
        _ table: LinkTable
    ) -> (items: [JSONValue], links: [MergeChange.Link]) {
        let booleans = Set(table.fields.filter { if case .boolean = $0.kind { true } else { false } }.map(\.name))
        var items: [JSONValue] = []
        var sources: [[Int]] = []
        for (place, item) in after.enumerated() {
            let same = items.indices.first { known in
                items[known].isSame(as: item, but: booleans)
                    && (moved.contains(place) || sources[known].contains(where: moved.contains))
            }
            guard let same else {
                items.append(item)
                sources.append([place])
                continue
            }
            items[same] = items[same].either(item, booleans)
            sources[same].append(place)
        }
        let links = items.indices.filter { sources[$0].contains(where: moved.contains) }.map { place in
            MergeChange.Link(from: sources[place].filter(before.indices.contains).map { before[$0] }, to: items[place])
        }
        return (items, links)
    }
}

extension JSONValue {
    /// An object of which these members are true where they are in either.
    fileprivate func either(_ other: JSONValue, _ names: Set<String>) -> JSONValue {
        guard var object = objectValue else { return self }
        for name in names where other.objectValue?[name] == true { object[name] = true }
        return .object(object)
    }
}
