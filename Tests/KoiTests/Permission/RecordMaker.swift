import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// Makes records of any resource, knowing nothing but its field list.
final class RecordMaker {
    /// Stands in each searched name and text, and in nothing that is not made here.
    static let word = "Permtest"
    static let customKey = "permword"

    private let koi: TestApp
    private var count = 0
    private var keys = 0

    init(_ koi: TestApp) throws {
        self.koi = koi
        for holder in CustomFieldDefinition.holders {
            let made = try koi.request(
                .post,
                "/v1/fields",
                [
                    "resource": .string(holder.code), "key": .string(RecordMaker.customKey), "kind": "text",
                    "labelEn": "Word", "labelZh": "词",
                ]
            )
            try #require(made.status == .created, "\(made.text)")
        }
    }

    /// Makes a record and returns its id.
    ///
    /// All that a client may set is set as far as the rules of the resource agree.
    func make(_ resource: Resource, owner: Int64?, with own: [String: JSONValue] = [:]) throws -> Int64 {
        var body = try body(resource)
        for (name, value) in own { body[name] = value }
        if resource.name == Deal.resource.name { try place(&body, own["pipeline"]) }
        // The tree is not deep, and a way leads elsewhere.
        if resource.name == TicketCategory.resource.name { body["parent"] = own["parent"] }
        if resource.name == TicketTransition.resource.name, let from = own["from"] { body["to"] = from == 1 ? 2 : 1 }
        if resource.name == Activity.resource.name, body["customer"] == nil {
            body["customer"] = try make(Customer.resource.name)
        }
        let isOwnable = resource.ownerField.flatMap(resource.field).map { !$0.isReadOnly } ?? true
        if let field = resource.ownerField, field != "id" { body[field] = owner.map(JSONValue.integer) ?? .null }
        if let team = resource.teamField, own[team] != nil { resource.ownerField.map { body[$0] = .null } }
        let isSettable = isOwnable && own.keys.allSatisfy { resource.field($0)?.isReadOnly != true }
        // No ticket begins in just any status.
        let isBegun = resource.name == Ticket.resource.name && own["status"] != nil
        guard resource.operations.contains(.create), isSettable, !isBegun else { return try insert(resource, body) }
        for _ in 0..<5 {
            let answer = try koi.request(.post, "/v1/" + resource.name, .object(body))
            if let id = answer["id"].integerValue { return id }
            let refused = Set((answer["errors"].arrayValue ?? []).compactMap { $0["field"].stringValue.map(topLevel) })
            let optional = refused.filter { resource.field($0)?.isRequired == false && own[$0] == nil }
            guard !optional.isEmpty else {
                throw Unmade(description: "No \(resource.singular) can be made from its field list: \(answer.text)")
            }
            for name in optional { body[name] = nil }
        }
        throw Unmade(description: "No \(resource.singular) can be made from its field list.")
    }

    /// Pipeline and stage of a deal say what the other is, and most stages want a contact.
    private func place(_ deal: inout JSONObject, _ pipeline: JSONValue?) throws {
        if let pipeline {
            deal["stage"] = .integer(try make(Stage.resource, owner: nil, with: ["pipeline": pipeline]))
        } else {
            deal["pipeline"] = nil
        }
        if deal["contact"] == nil { deal["contact"] = try make(Contact.resource.name) }
    }

    /// There is one target for the same holder and days; those of teams are tried in TargetTests.
    private func place(target: inout JSONObject) {
        target["from"] = .string(CalendarDate.first(ofMonth: 24_000 + Int64(count)).text)
        target["to"] = nil
        target["team"] = nil
    }

    struct Unmade: Error, CustomStringConvertible {
        let description: String
    }

    /// Stores a record that no client can make, with an owner that none can set.
    private func insert(_ resource: Resource, _ body: JSONObject) throws -> Int64 {
        try koi.app.perform { transaction in
            var record = Record(resource)
            for member in body.members { record[member.name] = member.value }
            if resource.name == Ticket.resource.name { record["number"] = .string(try TicketNumber.free(transaction)) }
            record["version"] = 1
            record["createdAt"] = .string(Timestamp.text(transaction.now))
            record["updatedAt"] = record["createdAt"]
            return try RecordStore(resource, transaction.connection).insert(record)
        }
    }

    /// `customers` of `customers[0].customer`.
    private func topLevel(_ place: String) -> String {
        String(place.prefix { $0 != "." && $0 != "[" })
    }

    // MARK: Values

    /// What a client sends to make a record.
    func body(_ resource: Resource) throws -> JSONObject {
        count += 1
        var body = JSONObject()
        for field in resource.declared {
            let isSet = field.isReadOnly ? field.isRequired && !resource.operations.contains(.create) : true
            guard isSet, let value = try value(field, of: resource) else { continue }
            body[field.name] = value
        }
        if resource.name == SalesTarget.resource.name { place(target: &body) }
        // Somebody who may help, with a ticket that nobody helps with yet.
        if resource.name == TicketAssist.resource.name {
            body["assignee"] = 1
            body["ticket"] = try make(Ticket.resource.name)
        }
        // There is one limit of a role.
        if resource.name == AuthorityLimit.resource.name { body["role"] = try make(Role.resource.name) }
        return body
    }

    private func value(_ field: Field, of resource: Resource) throws -> JSONValue? {
        switch field.kind {
        case .text(let rule):
            if field.search == nil, rule.format == .line, let example = field.example { return example }
            return .string(text(rule))
        case .integer(let range): return field.example ?? .integer(min(range.upperBound, max(range.lowerBound, 7)))
        case .number: return 7
        case .boolean: return field.fallback == .null ? true : nil
        case .date: return "2027-02-03"
        case .time: return "2027-02-03T04:05:06.789Z"
        case .choice(let choices): return field.example ?? choices.first.map { .string($0.code) }
        case .reference(let target):
            // Nobody joins a team, or the model would not know of it.
            if resource.name == "users", target == "teams" { return nil }
            return try newest(target) ?? (field.isRequired ? make(target) : nil)
        case .list: return field.example ?? ["tag"]
        case .facts where field.example != nil: return field.example
        case .facts(_, let fields): return [.object(try object(fields.filter(\.isRequired), of: resource))]
        case .links(let links): return [.object(try object(links.fields.filter(\.isRequired), of: resource))]
        case .custom: return [RecordMaker.customKey: .string(RecordMaker.word)]
        case .object: return field.isRequired ? field.example : nil
        case .externalIDs:
            keys += 1
            return [["system": "erp", "key": "\(RecordMaker.word)/\(keys)"]]
        }
    }

    private func object(_ fields: [Field], of resource: Resource) throws -> JSONObject {
        JSONObject(
            try fields.compactMap { field in
                try value(field, of: resource).map { JSONObject.Member(name: field.name, value: $0) }
            }
        )
    }

    private func text(_ rule: TextRule) -> String {
        let text =
            switch rule.format {
            case .line, .multiline: RecordMaker.word + " \(count)"
            case .email: "person\(count)@example.com"
            case .phone: "+86 138 0013 \(1_000 + count)"
            case .web: "https://www\(count).example.com"
            case .key: "key\(count)"
            case .day: "1985-04-12"
            case .timeZone: "Asia/Shanghai"
            case .clock: "09:00"
            }
        return String(text.prefix(rule.maximum))
    }

    private func make(_ target: String) throws -> JSONValue? {
        try koi.app.catalog.resources[target].map { .integer(try make($0, owner: nil)) }
    }

    /// The youngest record of a resource; nil where there is none.
    private func newest(_ target: String) throws -> JSONValue? {
        guard let resource = koi.app.catalog.resources[target] else { return nil }
        return try koi.page(resource, "sort=-id&limit=1").items.first?["id"]
    }
}

extension TestApp {
    /// What a list holds for whoever may see everything, without the way through a route.
    func everything(_ resource: Resource, _ query: String = "") throws -> [JSONValue] {
        try page(resource, query + "&limit=500").items
    }

    /// The same from a record on.
    func everything(_ resource: Resource, from id: Int64, inBin: Bool = false) throws -> [JSONValue] {
        try everything(resource, "id.gte=\(id)" + (inBin ? "&removed=true" : ""))
    }

    /// One page of the same, and its cursor.
    func page(_ resource: Resource, _ query: String) throws -> (items: [JSONValue], next: String?) {
        let parameters = try Query.parse(query)
        return try app.perform { transaction in
            let query = try ListQueryParser(resource, transaction).parse(parameters)
            let page = try JSONReader.read(RecordReader(resource, transaction).list(query))
            return (page["items"].arrayValue ?? [], page["next"].stringValue)
        }
    }
}
