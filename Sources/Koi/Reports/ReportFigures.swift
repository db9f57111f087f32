import KoiJSON
import KoiSQLite

/// Figures as reports write them.
enum ReportFigures {
    /// Per cent of a whole, to a tenth; null of nothing.
    static func share(_ part: Int64, of whole: Int64) -> JSONValue {
        guard whole > 0 else { return .null }
        return JSONValue(shortest: (Double(part) * 1_000 / Double(whole)).rounded() / 10)
    }

    /// The mean of a sum of milliseconds, in whole seconds; null of nothing.
    static func meanSeconds(_ sum: Int64, of number: Int64) -> JSONValue {
        number > 0 ? .integer(sum / number / 1_000) : .null
    }

    /// The mean of a sum, without what is less than one; null of nothing.
    static func mean(_ sum: Int64, of number: Int64) -> JSONValue {
        number > 0 ? .integer(sum / number) : .null
    }

    /// The time within which so many per cent lie, by nearest rank, in whole seconds; null of nothing.
    ///
    /// - Parameter sorted: in milliseconds.
    static func rank(_ percent: Int, of sorted: [Int64]) -> JSONValue {
        guard !sorted.isEmpty else { return .null }
        let rank = (sorted.count * percent + 99) / 100
        return .integer(sorted[max(rank, 1) - 1] / 1_000)
    }
}

/// The names of records that rows are about, as the actor may see them.
struct ReportNames {
    private let names: [Int64: JSONValue]

    /// - Parameter ids: of few records: those by which rows are grouped.
    init(_ resource: Resource, _ ids: some Sequence<Int64>, _ transaction: Transaction) throws {
        var query = SQLFragment("SELECT t.id, t.name FROM \(Dialect.quoted(resource.name)) AS t WHERE ")
        query.append(Dialect.isOne(of: Array(Set(ids)), "t.id"))
        if let condition = transaction.visibility(of: resource).condition {
            query.append(" AND ")
            query.append(condition)
        }
        let shown = ShownNames(resource, transaction)
        let found = try transaction.connection.rows(query.sql, query.values) { ($0.int(0), $0.text(1)) }
        names = Dictionary(
            found.compactMap { id, name in shown.shown(name, of: id).map { (id, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Null where the actor does not see it.
    subscript(id: Int64) -> JSONValue { names[id] ?? .null }
}
