import KoiJSON
import KoiLock
import KoiSQLite

/// Finds the records that a row speaks of in other words than by their numbers.
///
/// What it found is remembered for one chunk of the job.
final class ImportLookup {
    /// Candidates of the search index that are compared.
    private static let candidates = 50

    private var references: [String: JSONValue] = [:]

    /// The living record whose field has this value; nil where there is none.
    ///
    /// - Throws: `Problem.invalid` where there are several.
    func record(
        of resource: Resource,
        where name: String,
        is value: String,
        in transaction: Transaction
    ) throws -> Int64? {
        guard let field = resource.field(name), let kind = field.search else { return nil }
        let wanted = ImportLookup.normal(value, kind)
        let found = try candidates(resource, field, value, transaction).filter {
            ImportLookup.normal($0.1, kind) == wanted
        }
        guard found.count > 1 else { return found.first?.0 }
        throw Problem.invalid([ImportLookup.several.issue(field: name)])
    }

    private func candidates(
        _ resource: Resource,
        _ field: Field,
        _ value: String,
        _ transaction: Transaction
    ) throws -> [(Int64, String)] {
        guard let match = SearchQuery(value)?.tiers.first(where: { $0.kind == .exact })?.match else { return [] }
        let column = Dialect.quoted(field.name)
        let index = Dialect.quoted(resource.name + "_search")
        var sql = SQLFragment(
            """
            SELECT t.id, t.\(column) FROM \(index) AS s
            JOIN \(Dialect.quoted(resource.name)) AS t ON t.id = s.rowid
            WHERE s.\(index) MATCH ? AND t."removedAt" IS NULL AND t.\(column) IS NOT NULL
            """,
            [.text(match)]
        )
        if let condition = transaction.visibility(of: resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" LIMIT ?", [.integer(Int64(ImportLookup.candidates))])
        return try transaction.connection.rows(sql.sql, sql.values) { ($0.int(0), $0.text(1)) }
    }

    static func normal(_ value: String, _ kind: FieldText.Kind) -> String {
        switch kind {
        case .phone:
            var digits = value.filter { $0.isASCII && $0.isNumber }
            if value.hasPrefix("+86") || digits.hasPrefix("0086") {
                digits = String(digits.trimmingPrefix("00").dropFirst(2))
            }
            return digits
        case .email, .web: return value.trimmingSpaces.lowercased()
        default: return value.trimmingSpaces
        }
    }

    // MARK: References

    /// Puts numbers in the place of texts that name a record: the address of a user, the name of a team.
    func resolve(_ body: inout JSONObject, of resource: Resource, in transaction: Transaction) throws {
        for (index, member) in body.members.enumerated() {
            guard let text = member.value.stringValue, let field = resource.field(member.name),
                case .reference(let target) = field.kind, let other = transaction.catalog.resources[target]
            else { continue }
            let key = target + "\u{0}" + text
            if let known = references[key] {
                body.members[index].value = known
                continue
            }
            guard let id = try named(text, other, field.name, transaction) else { continue }
            references[key] = .integer(id)
            body.members[index].value = .integer(id)
        }
    }

    /// By its e-mail address, else by its whole name.
    private func named(
        _ text: String,
        _ resource: Resource,
        _ place: String,
        _ transaction: Transaction
    ) throws -> Int64? {
        for name in ["email", "name"] where resource.field(name) != nil {
            var sql = SQLFragment(
                """
                SELECT t.id FROM \(Dialect.quoted(resource.name)) AS t
                WHERE t.\(Dialect.quoted(name)) = ? AND t."removedAt" IS NULL
                """,
                [.text(text)]
            )
            if let condition = transaction.visibility(of: resource).condition {
                sql.append(" AND ")
                sql.append(condition)
            }
            sql.append(" LIMIT 2")
            let found = try transaction.connection.rows(sql.sql, sql.values) { $0.int(0) }
            if found.count > 1 { throw Problem.invalid([ImportLookup.several.issue(field: place)]) }
            if let id = found.first { return id }
        }
        throw Problem.invalid([ImportLookup.nobody(resource).issue(field: place)])
    }

    private static func nobody(_ resource: Resource) -> ValueRefusal {
        ValueRefusal(
            "not_found",
            "There is no \(resource.label.en) with this number, address or name.",
            "没有此编号、邮箱或名称的\(resource.label.zh)。"
        )
    }

    private static let several = ValueRefusal(
        "ambiguous",
        "Several records have this value: it does not say which is meant.",
        "有多条记录具有此值，无法确定是哪一条。"
    )
}
