import KoiLock
import KoiSQLite

/// How a list is read where SQLite would choose badly, since it does not know how many records an owner has.
struct ListPlan {
    /// Whether the table itself is read, since no index leads to what is asked for.
    ///
    /// SQLite takes any index of living records for shorter, and then fetches each record from another place.
    private(set) var readsTable = false
    /// Whether the records of owners are met along the order of the list until the page is full, and not gathered and
    /// sorted first.
    private(set) var walksOrder = false

    /// The plan of a count.
    init(counting query: ListQuery, _ indexed: Set<String>, _ visibility: Visibility) {
        readsTable =
            visibility == .all && !query.listsBin && !query.conditions.contains { $0.isLed(by: indexed) }
            && !query.conditions.isEmpty
    }

    /// The plan of a page.
    init(_ query: ListQuery, _ resource: Resource, _ visibility: Visibility, _ transaction: Transaction) throws {
        guard let first = query.order.keys.first?.column, first != "id", !query.listsBin else { return }
        let indexed = try transaction.catalog.indexes.columns(of: resource, transaction.connection)
        if visibility == .all {
            readsTable = !indexed.contains(first) && !query.conditions.contains { $0.isLed(by: indexed) }
        } else if query.conditions.isEmpty, indexed.contains(first) {
            walksOrder = try ListPlan.isFaster(walking: query, resource, visibility, transaction.connection)
        }
    }

    /// Whether to walk costs less than to gather and sort.
    ///
    /// The latter costs what the owners have; a walk costs as many records as it takes to meet a page of theirs: all · page
    /// / theirs. The two are equal where theirs² = all · page.
    private static func isFaster(
        walking query: ListQuery,
        _ resource: Resource,
        _ visibility: Visibility,
        _ connection: Connection
    ) throws -> Bool {
        guard let owned = visibility.ownedPart?.condition else { return false }
        let table = Dialect.quoted(resource.name)
        let all = try connection.first("SELECT max(id) FROM \(table)") { $0.intOrNil(0) ?? 0 } ?? 0
        let equal = Int64((Double(max(all, 0)) * Double(query.limit)).squareRoot())
        let theirs = try connection.first(
            """
            SELECT count(*) FROM (SELECT 1 FROM \(table) AS t WHERE t."removedAt" IS NULL AND \(owned.sql) LIMIT ?) AS s
            """,
            owned.values + [.integer(equal + 1)]
        ) { $0.int(0) }
        return theirs ?? 0 > equal
    }
}

extension Condition {
    /// Whether an index that begins with one of these columns, or the record's id, leads to what it lets through.
    fileprivate func isLed(by columns: Set<String>) -> Bool {
        switch (subject, test) {
        case (_, .noneOf), (_, .contains), (.custom, _): false
        case (.field(let field), _): field.name == "id" || columns.contains(field.name)
        case (.externalID, .isNull): false
        case (.link, _), (.collaborator, _), (.externalID, _): true
        case (.externalSystem, _): false
        }
    }
}

/// The columns with which an index begins, by table: read once, since only a migration changes them.
package final class IndexedColumns: Sendable {
    private let known = Lock<[String: Set<String>]>([:])

    func columns(of resource: Resource, _ connection: Connection) throws -> Set<String> {
        if let columns = known.withLock({ $0[resource.name] }) { return columns }
        let query = Dialect.indexedColumns(of: resource.name)
        let columns = Set(try connection.rows(query.sql, query.values) { $0.text(0) })
        known.withLock { $0[resource.name] = columns }
        return columns
    }
}
