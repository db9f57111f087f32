import KoiJSON
import KoiSQLite

/// Makes of a record the request by which another Koi gets it: with what it refers to named by keys and not by numbers.
struct CompanyMapping {
    private let system: String
    private let connection: Connection
    /// By name the place in the file.
    private let places: [String: Int]
    private var references: Int64 = 0
    private var views: Int64 = 0

    init(_ system: String, _ resources: [Resource], _ connection: Connection) {
        self.system = system
        self.connection = connection
        places = Dictionary(resources.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var leftOut: JSONObject { ["references": .integer(references), "views": .integer(views)] }

    /// - Returns: nil for what every Koi has, or is left out.
    mutating func operation(for record: JSONObject, of resource: Resource) throws -> JSONValue? {
        guard let id = record["id"]?.integerValue else { return nil }
        // The administrator's role cannot be changed.
        guard resource.name != Role.resource.name || id != Role.administratorID else { return nil }
        if let path = CompanyMapping.broughtPath(resource, id) {
            return ["method": "PATCH", "path": .string(path), "body": .object(try body(record, resource))]
        }
        if resource.name == SavedView.resource.name, !isCarried(view: record) { return nil }
        var body = try body(record, resource)
        if resource.isImportable { for name in CompanyMapping.times { body[name] = record[name] } }
        return ["method": "PUT", "path": .string(path(resource, id)), "body": .object(body)]
    }

    /// What refers to records that are told of later than the record itself.
    mutating func laterOperation(for record: JSONObject, of resource: Resource) throws -> JSONValue? {
        guard let id = record["id"]?.integerValue else { return nil }
        var body = JSONObject()
        for field in resource.declared where isLater(field, resource) {
            guard let value = record[field.name], !value.isNull else { continue }
            body[field.name] = try mapped(value, field)
        }
        if CompanyMapping.isRequired(record, resource) { body["required"] = true }
        guard !body.isEmpty else { return nil }
        if let path = CompanyMapping.broughtPath(resource, id) {
            return ["method": "PATCH", "path": .string(path), "body": .object(body)]
        }
        return ["method": "PUT", "path": .string(path(resource, id)), "body": .object(body)]
    }

    /// Where every Koi has a record that it brings along; nil for all others.
    private static func broughtPath(_ resource: Resource, _ id: Int64) -> String? {
        CompanyRules.brought[resource.name]?.contains(id) == true ? "/v1/\(resource.name)/\(id)" : nil
    }

    /// Of the records that a company works on; how old the others are tells nothing.
    private static let times = ["createdAt", "updatedAt"]

    func hasLater(_ resource: Resource) -> Bool {
        resource.name == CustomFieldDefinition.resource.name || resource.declared.contains { isLater($0, resource) }
    }

    /// Whether it is a custom field without which no record can be made.
    ///
    /// There may be records from before it was, so it is made required once all are there.
    private static func isRequired(_ record: JSONObject, _ resource: Resource) -> Bool {
        resource.name == CustomFieldDefinition.resource.name && record["required"] == true
    }

    /// What are two records here are two elsewhere, however alike.
    private func path(_ resource: Resource, _ id: Int64) -> String {
        let path = "/v1/\(resource.name)/by/\(system)/\(id)"
        return resource.findsDuplicates ? path + "?" + DuplicateCheck.parameter + "=true" : path
    }

    private mutating func body(_ record: JSONObject, _ resource: Resource) throws -> JSONObject {
        var body = JSONObject()
        for field in resource.declared where !field.isReadOnly && !isLater(field, resource) {
            // Keys that a record got elsewhere stay where it has none here.
            guard let value = record[field.name], field.name != SystemField.externalIDs.name || value != [] else {
                continue
            }
            body[field.name] = try mapped(value, field)
        }
        if CompanyMapping.isRequired(record, resource) { body["required"] = false }
        return body
    }

    /// Whether a field refers to records that do not stand before this one in the file.
    private func isLater(_ field: Field, _ resource: Resource) -> Bool {
        guard !field.isReadOnly, let own = places[resource.name] else { return false }
        return CompanyMapping.targets(of: field).contains { (places[$0] ?? -1) >= own }
    }

    static func targets(of field: Field) -> [String] {
        switch field.kind {
        case .reference(let target): [target]
        case .links(let links): links.fields.flatMap(targets)
        case .facts(_, let fields): fields.flatMap(targets)
        default: []
        }
    }

    // MARK: References

    private mutating func mapped(_ value: JSONValue, _ field: Field) throws -> JSONValue {
        switch field.kind {
        case .reference(let target): try value.integerValue.map { try reference(to: target, $0) } ?? .null
        case .links(let links): try items(value, links.fields)
        case .facts(_, let fields) where fields.contains { !CompanyMapping.targets(of: $0).isEmpty }:
            try items(value, fields)
        default: value
        }
    }

    /// Without those that refer to what is not in the file.
    private mutating func items(_ value: JSONValue, _ fields: [Field]) throws -> JSONValue {
        var items: [JSONValue] = []
        for item in (value.arrayValue ?? []).compactMap(\.objectValue) {
            var mapped = item
            var isWhole = true
            for field in fields {
                guard let value = item[field.name] else { continue }
                let made = try self.mapped(value, field)
                if field.isRequired, made.isNull { isWhole = false }
                mapped[field.name] = made
            }
            if isWhole { items.append(.object(mapped)) }
        }
        return .array(items)
    }

    /// What Koi brings along has the same numbers everywhere.
    private mutating func reference(to target: String, _ id: Int64) throws -> JSONValue {
        if target == Role.resource.name, id <= Role.viewerID { return .integer(id) }
        if CompanyRules.brought[target]?.contains(id) == true { return .integer(id) }
        guard places[target] != nil, try isAlive(target, id) else {
            references += 1
            return .null
        }
        return .object(JSONObject([.init(name: system, value: .string(String(id)))]))
    }

    private func isAlive(_ target: String, _ id: Int64) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM \(Dialect.quoted(target)) WHERE id = ? AND \"removedAt\" IS NULL",
            [.integer(id)]
        ) { _ in true } ?? false
    }

    // MARK: Views

    /// Views of one's own are nobody else's business, and a filter by numbers would mean other records elsewhere.
    private mutating func isCarried(view: JSONObject) -> Bool {
        guard view["shared"] == true else { return false }
        let hasNumbers = (view["filter"]?.objectValue ?? [:]).members.contains { filter in
            let name = filter.name.split(separator: ".").first.map(String.init) ?? ""
            let isNumber = filter.value.integerValue != nil || filter.value.stringValue?.first?.isNumber == true
            return isNumber && CompanyMapping.byNumber.contains(name)
        }
        if hasNumbers { views += 1 }
        return !hasNumbers
    }

    private static let byNumber: Set<String> = ["id", "owner", "customer", "contact", "collaborator", "user", "team"]
}
