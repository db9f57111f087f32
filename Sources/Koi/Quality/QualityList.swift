import KoiHTTP
import KoiJSON
import KoiSQLite

/// A page of the records that are to be mended, the least complete first: those that the actor sees.
struct QualityList {
    private let resource: Resource
    private let transaction: Transaction
    private let rules: QualityRules
    private var faults: [QualityFault] = []
    private var highest: Int64 = 100
    private let list: ListQuery

    /// - Parameter parameters: `resource`, `fault`, `score`, and the filters, `limit` and `cursor` of the resource's own list.
    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], _ transaction: Transaction) throws {
        var others: [Parameter] = []
        var named: Resource?
        var seen: Set<String> = []
        for (name, value) in parameters {
            if ["resource", "fault", "score"].contains(name), !seen.insert(name).inserted {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            switch name {
            case "resource": named = try QualityList.resource(value, transaction)
            case "fault": faults = try QualityList.faults(value)
            case "score": highest = try QualityList.score(value)
            case "sort", "removed", "view", "q", "total", "fields", "expand":
                throw Problem.badParameter(name, Text("This list does not take \(name).", "此列表不接受 \(name)。"))
            default: others.append((name, value))
            }
        }
        guard let named else {
            throw Problem.badParameter("resource", Text("Say of which resource: customers.", "请填写资源名，例如 customers。"))
        }
        resource = named
        self.transaction = transaction
        rules = QualityRules(named, transaction)
        var list = try ListQueryParser(named, transaction).parse(others)
        list.mark.add("quality")
        for fault in faults { list.mark.add(fault.rawValue) }
        list.mark.add(String(highest))
        self.list = list
    }

    static func resource(_ name: String, _ transaction: Transaction) throws -> Resource {
        let resources = transaction.catalog.resources
        guard let resource = resources[name], resource.hasQuality else {
            let names = resources.all.filter(\.hasQuality).map(\.name).joined(separator: ", ")
            throw Problem.badParameter("resource", Text("Give one of \(names).", "可选：\(names)。"))
        }
        return resource
    }

    private static func faults(_ value: String) throws -> [QualityFault] {
        try value.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let fault = QualityFault(rawValue: String(word)) else {
                let names = QualityFault.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.badParameter("fault", Text("Give one of \(names).", "可选：\(names)。"))
            }
            return fault
        }
    }

    private static func score(_ value: String) throws -> Int64 {
        guard let score = Digits.integer(value), (0...100).contains(score) else {
            throw Problem.badParameter("score", Text("Give a whole number from 0 to 100.", "请填写 0 到 100 之间的整数。"))
        }
        return score
    }

    func page() throws -> [UInt8] {
        let position = try list.cursor.map { try Cursor.decode($0, query: list.mark.value, keys: 1) }
        let found = try rows(after: position)
        let store = RecordStore(resource, transaction.connection)
        let items = try found.prefix(list.limit).compactMap { row in
            try store.find(row.id, .all).flatMap { try item($0) }
        }
        let last = found.count > list.limit ? found.prefix(list.limit).last : nil
        let next = last.map {
            Cursor.encode(Position(values: [.integer($0.score)], id: $0.id), query: list.mark.value)
        }
        let page: JSONValue = ["items": .array(items), "next": next.map(JSONValue.string) ?? .null]
        return Array(page.text.utf8)
    }

    private func rows(after position: Position?) throws -> [(id: Int64, score: Int64)] {
        var sql = SQLFragment(
            """
            SELECT q.id, q.score FROM (SELECT t.id AS id, \(rules.score) AS score \
            FROM \(Dialect.quoted(resource.name)) AS t WHERE t."removedAt" IS NULL
            """
        )
        let wanted = faults.isEmpty ? QualityFault.allCases : faults
        let mended = SQLFragment.any(wanted.compactMap(rules.condition)) ?? SQLFragment("0 = 1")
        let conditions =
            list.conditions.map(\.fragment)
            + [transaction.visibility(of: resource).condition, mended].compactMap { $0 }
        for condition in conditions {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(") AS q WHERE q.score <= ?", [.integer(highest)])
        if let position {
            sql.append(" AND (q.score, q.id) > (?, ?)", position.values + [.integer(position.id)])
        }
        sql.append(" ORDER BY q.score, q.id LIMIT ?", [.integer(Int64(list.limit + 1))])
        return try transaction.connection.rows(sql.sql, sql.values) { ($0.int(0), $0.int(1)) }
    }

    /// - Returns: nil where a message came back from an address that the record had before.
    private func item(_ record: Record) throws -> JSONValue? {
        let found = try rules.faults(of: record)
        guard !found.isEmpty, faults.isEmpty || found.contains(where: faults.contains) else { return nil }
        return try QualityList.document(record, rules, transaction)
    }

    /// What is known of one record.
    static func document(_ record: Record, _ rules: QualityRules, _ transaction: Transaction) throws -> JSONValue {
        let held = transaction.actor.access.restrictions(of: record.resource.name)
        let seesOwner = record.resource.ownerField.map { held.reading($0) == .clear } ?? true
        let steward = seesOwner ? try Stewards(transaction).steward(of: record) : nil
        return [
            "record": DuplicateList.shown(record, held, transaction), "score": .integer(rules.score(of: record)),
            "missing": .array(
                rules.missing(record).map { ["field": .string($0.field.name), "weight": .integer($0.weight)] }
            ),
            "faults": .array(try rules.faults(of: record).map { .string($0.rawValue) }),
            "steward": steward.map(JSONValue.integer) ?? .null, "updatedAt": record["updatedAt"],
        ]
    }
}
