import KoiJSON
import KoiSQLite

/// All that is held about the person behind a record, in clear: what a person may ask for (PIPL articles 45 and 47, GDPR
/// article 15).
struct SubjectExport {
    /// Of each kind of mention: who has more has the same telephone number as everybody.
    private static let maximumMentions = 100
    private static let maximumHits = 20

    private let resource: Resource
    private let transaction: Transaction
    private let record: Record

    /// - Throws: `Problem.notFound` where the actor sees no such record, be it in the bin; 403 where it may not disclose
    ///   what is held about people.
    init(_ resource: Resource, _ id: Int64, _ transaction: Transaction) throws {
        self.resource = resource
        self.transaction = transaction
        record = try RecordStore(resource, transaction.connection)
            .findAny(id, transaction.visibility(of: resource))
        try transaction.actor.require(.export, on: Area.privacy.rawValue)
        try MergedRecord.requireSurvivor(record, transaction)
    }

    /// The document; that it was given out is an event before it goes out.
    func document() throws -> JSONValue {
        let values = zip(resource.fields, record.values).map { JSONObject.Member(name: $0.name, value: $1) }
        var document: JSONObject = [
            "resource": .string(resource.name),
            "at": .string(Timestamp.text(transaction.now)),
            "record": .object(JSONObject(values)),
        ]
        for holding in PersonalHoldings.all {
            document[holding.name] = .array(try holding.disclose(record, in: transaction))
        }
        document["erasures"] = .array(try erasures())
        document["references"] = .array(try references())
        document["mentions"] = .array(try mentions())
        // In clear, whatever is held back from the actor elsewhere.
        transaction.saw(guarded, of: record.id, resource.name)
        transaction.owe(log)
        return .object(document)
    }

    /// All that some role may not see in clear, custom fields included.
    private var guarded: Set<String> {
        let guarded = transaction.catalog.organisation.current.guarded[resource.name] ?? []
        return guarded.filter { $0.hasPrefix("custom.") || resource.field($0) != nil }
    }

    var fileName: String { resource.singular + "-" + String(record.id) + ".json" }

    private var log: @Sendable (Transaction) throws -> Void {
        let event = Event(
            type: resource.singular + ".disclosed",
            subject: EventSubject(resource: resource.name, id: record.id),
            payload: [:],
            related: resource.rules.related(to: record)
        )
        return { try $0.events.append(event, in: $0) }
    }

    private func erasures() throws -> [JSONValue] {
        try ErasureStore(transaction.connection).all(of: record).map { erasure in
            ["id": .integer(erasure.id), "at": .string(Timestamp.text(erasure.at))]
        }
    }

    /// The records that name this one as theirs, as far as the actor may see them.
    private func references() throws -> [JSONValue] {
        try transaction.catalog.resources.all.flatMap { other in
            try other.fields.flatMap { field in try ids(of: other, field).map { reference(other, $0) } }
        }
    }

    private func ids(of other: Resource, _ field: Field) throws -> [Int64] {
        var sql = SQLFragment("SELECT t.\"id\" FROM \(Dialect.quoted(other.name)) AS t WHERE ")
        switch field.kind {
        case .reference(resource.name):
            sql.append("t.\(Dialect.quoted(field.name)) = ?", [.integer(record.id)])
        case .links(let links) where links.leads(to: resource.name):
            sql.append(
                """
                t."id" IN (SELECT \(Dialect.quoted(links.holder)) FROM \(Dialect.quoted(links.table))
                    WHERE \(Dialect.quoted(links.target)) = ?)
                """,
                [.integer(record.id)]
            )
        default: return []
        }
        if let seen = transaction.visibility(of: other).condition {
            sql.append(" AND ")
            sql.append(seen)
        }
        sql.append(" ORDER BY 1 LIMIT ?", [.integer(Int64(Self.maximumMentions))])
        return try transaction.connection.rows(sql.sql, sql.values) { $0.int(0) }
    }

    /// The records of others that have the same telephone number or e-mail address.
    private func mentions() throws -> [JSONValue] {
        let texts = Set(
            resource.declared.compactMap { field in
                switch field.search {
                case .phone, .email: record[field.name].stringValue
                case .name, .text, .web, .code, nil: nil
                }
            }
        )
        var found: [(Resource, Int64)] = []
        for other in transaction.catalog.resources.all where other.isSearchable {
            for text in texts.sorted() {
                let hits = try RecordSearch(other, transaction)
                    .hits(text, ListQuery(), after: nil, limit: Self.maximumHits).hits
                for hit in hits where hit.match.kind == .exact {
                    let isOwn = other.name == resource.name && hit.id == record.id
                    if !isOwn, !found.contains(where: { $0.0 === other && $0.1 == hit.id }) {
                        found.append((other, hit.id))
                    }
                }
            }
        }
        return found.map { reference($0, $1) }
    }

    private func reference(_ other: Resource, _ id: Int64) -> JSONValue {
        ["resource": .string(other.name), "record": .integer(id)]
    }
}

extension LinkTable {
    /// Whether its target is a record of that resource.
    fileprivate func leads(to resource: String) -> Bool {
        fields.contains { field in
            guard field.name == target, case .reference(resource) = field.kind else { return false }
            return true
        }
    }
}
