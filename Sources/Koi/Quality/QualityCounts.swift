import KoiHTTP
import KoiJSON
import KoiSQLite

/// How good the records of each owner or team are, as far as the actor sees them.
struct QualityCounts {
    private static let maximum: Int64 = 1_000

    private let resource: Resource
    private let transaction: Transaction
    private let byTeam: Bool

    init(_ parameters: [Parameter], _ transaction: Transaction) throws {
        var named: Resource?
        var byTeam = false
        for (name, value) in parameters {
            switch name {
            case "resource": named = try QualityList.resource(value, transaction)
            case "by" where value == "owner" || value == "team": byTeam = value == "team"
            case "by": throw Problem.badParameter(name, Text("Give owner or team.", "请填写 owner 或 team。"))
            default:
                throw Problem.badParameter(name, Text("This path takes resource and by.", "此路径只接受 resource 和 by。"))
            }
        }
        guard let named else {
            throw Problem.badParameter("resource", Text("Say of which resource: customers.", "请填写资源名，例如 customers。"))
        }
        resource = named
        self.transaction = transaction
        self.byTeam = byTeam
    }

    func document() throws -> [UInt8] {
        let rules = QualityRules(resource, transaction)
        let held = transaction.actor.access.restrictions(of: resource.name)
        guard let owner = resource.ownerField, held.reading(owner) == .clear else {
            throw Problem.notPermitted(.read, resource.name)
        }
        // From which addresses messages came back is told of each record alone.
        let asked = QualityFault.allCases.filter { $0 != .bounced }.compactMap { fault in
            rules.condition(fault).map { (fault, $0) }
        }
        let group = byTeam ? "o.team" : "t.\(Dialect.quoted(owner))"
        var sql = SQLFragment("SELECT \(group) AS g, count(*), sum(\(rules.score)) / count(*)")
        for (_, condition) in asked {
            sql.append(", sum(")
            sql.append(condition)
            sql.append(")")
        }
        sql.append(" FROM \(Dialect.quoted(resource.name)) AS t")
        if byTeam { sql.append(" LEFT JOIN users AS o ON o.id = t.\(Dialect.quoted(owner))") }
        sql.append(" WHERE t.\"removedAt\" IS NULL")
        if let visible = transaction.visibility(of: resource).condition {
            sql.append(" AND ")
            sql.append(visible)
        }
        sql.append(" GROUP BY g ORDER BY 3, g LIMIT ?", [.integer(QualityCounts.maximum)])
        let key = byTeam ? "team" : "owner"
        let items = try transaction.connection.rows(sql.sql, sql.values) { row -> JSONValue in
            let counts = asked.indices.map { index in
                JSONObject.Member(name: asked[index].0.rawValue, value: .integer(row.int(index + 3)))
            }
            return .object(
                JSONObject([
                    .init(name: key, value: row.intOrNil(0).map(JSONValue.integer) ?? .null),
                    .init(name: "records", value: .integer(row.int(1))),
                    .init(name: "score", value: .integer(row.int(2))),
                    .init(name: "faults", value: .object(JSONObject(counts))),
                ])
            )
        }
        let page: JSONValue = ["items": .array(items), "next": .null]
        return Array(page.text.utf8)
    }
}
