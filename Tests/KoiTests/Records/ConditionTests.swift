import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// A condition has two forms, in SQL and on one record in memory: what one says the other says, too.
struct `A condition on a record in memory` {
    /// The same numbers in each run.
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % sides
        }

        mutating func pick<T>(_ all: [T]) -> T { all[roll(all.count)] }
    }

    private static let texts = [
        "Acme", "ACME", "acme 2", "重庆机械", "重慶机械", "Ünal", "ünal", "UNAL", "a%b", "a_b", "a\\b", "axb", " x ", "É", "é",
        "ſ", "K", "k", "\u{1F600}", "e\u{301}", "Zürich", "'; --",
    ]
    private static let days = ["1999-12-31", "2000-01-01", "2026-11-22", "2026-11-23"]

    private func value(_ field: Field, _ dice: inout Dice) -> JSONValue? {
        if dice.roll(4) == 0 { return nil }
        switch field.kind {
        case .text(let rule):
            switch rule.format {
            case .line, .multiline: return .string(dice.pick(Self.texts))
            case .email: return .string(dice.pick(["a@example.com", "B@example.com", "b@EXAMPLE.com"]))
            case .phone: return .string(dice.pick(["023 6868 1234", "13800138000"]))
            case .web: return .string(dice.pick(["example.com", "https://a.example"]))
            case .day: return .string(dice.pick(Self.days))
            case .key, .timeZone, .clock: return nil
            }
        case .integer: return .integer(dice.pick([0, 1, 7, 100]))
        case .number: return dice.pick([0, 1.5, -3, 1e300, 7] as [JSONValue])
        case .boolean: return .bool(dice.roll(2) == 0)
        case .date: return .string(dice.pick(Self.days))
        case .time: return .string(dice.pick(["2026-11-22T09:00:00.000Z", "2026-11-22T09:00:00.001Z"]))
        case .choice(let choices): return .string(dice.pick(choices).code)
        case .list: return .array((0..<dice.roll(3)).map { _ in .string(dice.pick(Self.texts.filter { $0 != " x " })) })
        case .facts(_, let fields):
            return .array(
                (0..<dice.roll(3)).map { _ in
                    .object(
                        JSONObject(
                            fields.compactMap { field in
                                (field.isRequired ? self.required(field, &dice) : value(field, &dice))
                                    .map { JSONObject.Member(name: field.name, value: $0) }
                            }
                        )
                    )
                }
            )
        // Each is one record's only, so some are given their own below.
        case .reference, .links, .custom, .object, .externalIDs: return nil
        }
    }

    private func required(_ field: Field, _ dice: inout Dice) -> JSONValue? {
        for _ in 0..<50 { if let value = value(field, &dice) { return value } }
        return nil
    }

    private func make(_ koi: TestApp, _ resource: Resource, _ dice: inout Dice, links: JSONObject = [:]) throws {
        var body = links
        for field in resource.declared where !field.isReadOnly {
            if let value = field.isRequired ? required(field, &dice) : value(field, &dice) { body[field.name] = value }
        }
        var custom = JSONObject()
        if dice.roll(2) == 0 { custom["word"] = .string(dice.pick(Self.texts)) }
        if dice.roll(2) == 0 { custom["amount"] = dice.pick([1, 2.5, -7, 100] as [JSONValue]) }
        if dice.roll(2) == 0 { custom["flag"] = .bool(dice.roll(2) == 0) }
        if dice.roll(2) == 0 { custom["day"] = .string(dice.pick(Self.days)) }
        if dice.roll(2) == 0 { custom["colour"] = .string(dice.pick(["red", "blue"])) }
        body["custom"] = .object(custom)
        // What does not go together, such as a company and a birthday, is left out.
        for _ in 0..<5 {
            let path = "/v1/" + resource.name + (resource.findsDuplicates ? "?allowDuplicate=true" : "")
            let answer = try koi.request(.post, path, .object(body))
            if answer.status == .created { return }
            for error in answer["errors"].arrayValue ?? [] {
                let place = error["field"].stringValue ?? ""
                body[String(place.prefix { $0 != "." && $0 != "[" })] = nil
            }
        }
    }

    /// Each filter that a list of the resource takes, with values that records have and such that none has.
    private func parameters(_ koi: TestApp, _ resource: Resource, _ dice: inout Dice) -> [Parameter] {
        var result: [Parameter] = []
        func add(_ name: String, _ kind: FieldKind, isNullable: Bool, _ values: [String]) {
            for operation in FilterOperation.operations(of: kind, isNullable: isNullable) {
                let parameter = operation.isEmpty ? name : name + "." + operation
                let values = operation == "system" ? ["erp", "web shop", "none"] : values
                for value in operation == "null" ? ["true", "false"] : values { result.append((parameter, value)) }
                let isSeveral = operation == "" || operation == "not"
                if case .text = kind { continue }
                if isSeveral, values.count > 1 { result.append((parameter, values.prefix(2).joined(separator: ","))) }
            }
        }
        for field in resource.fields where field.isFilterable && !field.isLinks {
            let values: [String] =
                switch field.kind {
                case .text, .list, .facts:
                    Self.texts.filter { !$0.contains(",") } + ["nothing", "a@example.com", "6868"]
                case .integer, .reference: ["0", "1", "2", "3", "7", "-5", "99"]
                case .number: ["0", "1.5", "-3", "1e300"]
                case .boolean: ["true", "false"]
                case .date: Self.days
                case .time: ["2026-11-22T09:00:00Z", "2026-11-22", "2030-01-01"]
                case .choice(let choices): choices.map(\.code)
                case .externalIDs: ["erp:甲 1", "web shop:C-2", "erp:c-2"]
                case .links, .custom, .object: []
                }
            add(field.name, field.kind, isNullable: field.isNullable, values)
        }
        for field in koi.app.catalog.customFields.current.fields(of: resource.name) {
            let values: [String] =
                switch field.kind {
                case .text: Self.texts
                case .number: ["1", "2.5", "2", "-8", "1e3"]
                case .boolean: ["true", "false"]
                case .date: Self.days
                default: ["red", "blue"]
                }
            add("custom." + field.key, field.kind, isNullable: true, values)
        }
        for links in resource.fields.compactMap(\.links) {
            add(links.target, .reference(""), isNullable: true, ["1", "2", "3", "99"])
        }
        if resource.changeableOwner != nil {
            add("collaborator", .reference("users"), isNullable: true, ["1", "2", "3"])
        }
        return result
    }

    @Test(arguments: [Customer.resource, Contact.resource, User.resource])
    func `says what a list says`(resource: Resource) throws {
        let koi = try TestApp()
        var dice = Dice(state: 42)
        for (key, kind) in [
            ("word", "text"), ("amount", "number"), ("flag", "boolean"), ("day", "date"), ("colour", "choice"),
        ] {
            for holder in ["customers", "contacts"] {
                var field: JSONObject = [
                    "resource": .string(holder), "key": .string(key), "kind": .string(kind), "labelEn": "F",
                    "labelZh": "字段",
                ]
                if kind == "choice" {
                    field["choices"] = [
                        ["code": "red", "en": "Red", "zh": "红"], ["code": "blue", "en": "Blue", "zh": "蓝"],
                    ]
                }
                let made = try koi.request(.post, "/v1/fields", .object(field))
                try #require(made.status == .created, "\(made.text)")
            }
        }
        let wang = try koi.person(named: "Wang", ["*": ["read": "own"]])
        for _ in 0..<40 {
            if resource.name == "users" {
                let body: JSONValue = [
                    "name": .string(dice.pick(Self.texts.filter { $0 != " x " })), "active": .bool(dice.roll(2) == 0),
                ]
                try koi.request(.post, "/v1/users", body)
                continue
            }
            try make(koi, Customer.resource, &dice)
            guard resource.name == "contacts" else { continue }
            let links: JSONObject =
                dice.roll(3) == 0 ? [:] : ["customers": [["customer": .integer(Int64(1 + dice.roll(3)))]]]
            try make(koi, Contact.resource, &dice, links: links)
        }
        if resource.changeableOwner != nil {
            for id in [1, 2, 5] {
                let path = "/v1/\(resource.name)/\(id)/collaborators/\(wang.id)"
                let shared = try koi.request(.put, path, ["access": "read"])
                #expect(shared.status == .created, "\(shared.text)")
            }
        }
        for (id, keys) in [(1, ["erp:甲 1"]), (2, ["erp:C-2", "web shop:C-2"])] as [(Int64, [String])] {
            let ids = try keys.map { try ExternalID(parameter: $0).json }
            let keyed = try koi.request(.patch, "/v1/\(resource.name)/\(id)", ["externalIds": .array(ids)])
            try #require(keyed.status == .ok, "\(keyed.text)")
        }
        let parameters = parameters(koi, resource, &dice)
        try koi.app.perform { transaction in
            let store = RecordStore(resource, transaction.connection)
            let ids = try transaction.connection.rows("SELECT id FROM \(Dialect.quoted(resource.name))") { $0.int(0) }
            let records = try ids.compactMap { try store.find($0, .all) }
            #expect(records.count > 10)
            for parameter in parameters {
                let query = try ListQueryParser(resource, transaction).parse([parameter])
                var sql = SQLFragment("SELECT t.id FROM \(Dialect.quoted(resource.name)) AS t WHERE 1 = 1")
                for condition in query.conditions {
                    sql.append(" AND ")
                    sql.append(condition.fragment)
                }
                let found = Set(try transaction.connection.rows(sql.sql, sql.values) { $0.int(0) })
                let held = try records.filter { record in
                    try query.conditions.allSatisfy { try $0.holds(for: record, in: transaction) }
                }
                #expect(Set(held.map(\.id)) == found, "\(parameter.name)=\(parameter.value)")
            }
        }
    }
}
