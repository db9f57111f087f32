import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// What one cannot see in full one can neither find out by questions nor spoil by sending it back.
struct `A value that is held back` {
    private let koi: TestApp
    private let cast: Cast
    private let customer: Int64

    init() throws {
        koi = try TestApp()
        cast = try Cast(koi)
        try koi.request(
            .post,
            "/v1/fields",
            ["resource": "customers", "key": "account", "kind": "text", "labelEn": "Account", "labelZh": "账号"]
        )
        let made = try koi.request(
            .post,
            "/v1/customers",
            [
                "name": "重庆机械", "phone": "+86 138 1234 5678", "email": "li@example.com", "size": 42,
                "website": "example.com", "custom": ["account": "6222 0000 1111"], "owner": .integer(cast.subject),
            ]
        )
        customer = try #require(made["id"].integerValue, "\(made.text)")
        try give()
    }

    private func give(write: Bool = true) throws {
        let masked: JSONValue = ["read": "masked", "write": .bool(write)]
        let hidden: JSONValue = ["read": "hidden", "write": .bool(write)]
        try cast.give(
            ["*": [.read: .all, .change: .all, .create: .all, .export: .all]],
            fields: ["customers": ["phone": masked, "email": hidden, "size": hidden, "custom.account": masked]]
        )
    }

    private var path: String { "/v1/customers/\(customer)" }

    // MARK: Shown

    @Test func `is shown masked or not at all`() throws {
        let shown = try cast.ask(.get, path)
        #expect(shown["phone"] == "138****5678")
        #expect(shown["custom"] == ["account": "6***"])
        #expect(shown["name"] == "重庆机械")
        #expect(shown.json.objectValue?["email"] == nil)
        #expect(shown.json.objectValue?["size"] == nil)
        #expect(try cast.ask(.get, path + "?fields=email").status == .badRequest)
        #expect(try cast.ask(.get, path + "?fields=phone").json["phone"] == "138****5678")
    }

    @Test func `has a tag of its own`() throws {
        let masked = try cast.ask(.get, path).fields["ETag"] ?? ""
        let clear = try koi.request(.get, path).fields["ETag"] ?? ""
        #expect(masked != clear && !masked.isEmpty)
        #expect(try cast.ask(.get, path, fields: [("If-None-Match", masked)]).status == .notModified)
        #expect(try cast.ask(.get, path, fields: [("If-None-Match", clear)]).status == .ok)
        #expect(try koi.request(.get, path, fields: [("If-None-Match", masked)]).status == .ok)
    }

    @Test func `is described as the role has it`() throws {
        func field(_ name: String, _ answer: TestAnswer) -> JSONValue? {
            let resource = answer["resources"].arrayValue?.first { $0["name"] == "customers" }
            return resource?["fields"].arrayValue?.first { $0["name"] == .string(name) }
        }
        try give(write: false)
        let schema = try cast.ask(.get, "/v1/schema")
        let phone = try #require(field("phone", schema))
        #expect(phone["access"] == "masked" && phone["writable"] == false)
        #expect(phone["sortable"] == false && phone["searched"] == false && phone["filters"] == ["phone"])
        #expect(field("custom.account", schema)?["access"] == "masked")
        #expect(field("name", schema)?["access"] == "clear" && field("name", schema)?["writable"] == true)
        #expect(field("createdAt", schema)?["writable"] == false)
        #expect(field("email", schema) == nil && field("size", schema) == nil)
        let all = try koi.request(.get, "/v1/schema")
        #expect(field("phone", all)?["access"] == "clear" && field("phone", all)?["writable"] == true)
        #expect(field("email", all) != nil)
    }

    // MARK: Asked for

    @Test(arguments: [
        "sort=phone", "sort=-email", "sort=name,size", "sort=custom.account", "phone.has=138", "phone.not=1",
        "phone.null=false", "email.has=li", "email.null=true", "size.gt=1", "size.gte=42", "size.lt=50", "size.lte=42",
        "size.not=42", "custom.account.has=6222", "custom.account.not=1", "custom.account.null=true", "fields=size",
    ])
    func `cannot be found by parts, ranges or order`(query: String) throws {
        for target in ["/v1/customers?", "/v1/customers?id=\(customer)&"] {
            let answer = try cast.ask(.get, target + query)
            #expect(answer.status == .badRequest && answer.code == "bad_parameter", "\(query): \(answer.text)")
        }
        let view = try koi.request(
            .post,
            "/v1/views",
            query.hasPrefix("sort=")
                ? ["resource": "customers", "name": "V", "shared": true, "sort": .string(String(query.dropFirst(5)))]
                : ["resource": "customers", "name": "V", "shared": true, "filter": filter(query)]
        )
        guard let id = view["id"].integerValue else { return }
        #expect(try cast.ask(.get, "/v1/customers?view=\(id)").status == .badRequest, "\(query) by a view")
    }

    private func filter(_ query: String) -> JSONValue {
        let parts = query.split(separator: "=", maxSplits: 1).map(String.init)
        return .object(JSONObject([.init(name: parts[0], value: .string(parts[1]))]))
    }

    @Test(arguments: [
        ("phone=%2B86%20138%201234%205678", "phone=138%2A%2A%2A%2A5678"), ("email=li@example.com", "email=l"),
        ("size=42", "size=41"), ("custom.account=6222%200000%201111", "custom.account=6222"),
    ])
    func `can be compared with a full value`(right: String, wrong: String) throws {
        #expect(try cast.ask(.get, "/v1/customers?" + right).items.ids == [customer])
        #expect(try cast.ask(.get, "/v1/customers?" + wrong).items.isEmpty)
    }

    @Test func `can be compared so often a minute, by whatever way`() throws {
        let probe = "/v1/customers?phone=1"
        let body: JSONValue = ["resource": "customers", "name": "V", "filter": ["phone": "1"], "shared": true]
        let view = try koi.request(.post, "/v1/views", body)["id"].text
        for _ in 0..<10 { #expect(try cast.ask(.get, probe).status == .ok) }
        for _ in 0..<10 { #expect(try cast.ask(.get, "/v1/customers?view=\(view)").status == .ok) }
        // Each of several values is a question.
        #expect(try cast.ask(.get, "/v1/customers?size=1,2,3,4,5,6,7,8").status == .ok)
        #expect(try cast.ask(.get, "/v1/customers?size=1,2,3").status == .tooManyRequests)
        #expect(try cast.ask(.get, "/v1/customers?phone=1&email=2").status == .ok)
        for target in [probe, "/v1/customers?view=\(view)", "/v1/customers?size=1", "/v1/customers?email=a"] {
            let refused = try cast.ask(.get, target)
            #expect(refused.status == .tooManyRequests && refused.fields["Retry-After"] == "60", "\(refused.text)")
        }
        #expect(try cast.ask(.get, probe, fields: [("Accept", "text/csv")]).status == .tooManyRequests)
        #expect(try cast.ask(.post, "/v1/views", body).status == .tooManyRequests)
        // Others, and other questions, are as free as before.
        #expect(try cast.ask(.get, "/v1/customers?name=1").status == .ok)
        #expect(try koi.request(.get, probe).status == .ok)
        koi.clock.advance(by: .seconds(60))
        #expect(try cast.ask(.get, probe).status == .ok)
    }

    @Test(arguments: ["138", "1381234", "13812345678", "5678", "li@example.com", "example", "l", "6222"])
    func `is not found by a search`(text: String) throws {
        try koi.request(.patch, path, ["website": nil])
        for target in ["/v1/customers?q=", "/v1/search?q="] {
            #expect(try cast.ask(.get, target + text).items.isEmpty, "\(target)\(text)")
        }
    }

    @Test func `is no reason that a search gives`() throws {
        try koi.request(
            .patch,
            path,
            ["phone": "13800138000", "address": "13800138000", "email": "address@example.com"]
        )
        for target in ["/v1/customers?q=", "/v1/search?q="] {
            for text in ["13800138000", "138", "address", "example"] {
                for item in try cast.ask(.get, target + text).items {
                    let fields = item["match"]["fields"].arrayValue ?? []
                    #expect(!fields.contains("phone") && !fields.contains("email"), "\(target)\(text): \(fields)")
                }
            }
        }
    }

    // MARK: Sent back

    @Test func `is not changed by what was shown of it`() throws {
        let shown = try cast.ask(.get, path)
        let before = try koi.request(.get, path).text
        for write in [true, false] {
            try give(write: write)
            for phone in [shown["phone"].stringValue ?? "", " 138 **** 5678 ", "138-****-5678"] {
                let answer = try cast.ask(.patch, path, ["phone": .string(phone), "custom": shown["custom"]])
                #expect(answer.status == .ok && answer["version"] == shown["version"], "\(answer.text)")
            }
        }
        #expect(try koi.request(.get, path).text == before)
    }

    @Test(arguments: ["138****5679", "139****0000", "****", "***"])
    func `is not changed to the mask of another`(phone: String) throws {
        let answer = try cast.ask(.patch, path, ["phone": .string(phone), "custom": ["account": "7***"]])
        #expect(answer.status == .unprocessableContent)
        #expect((answer["errors"].arrayValue ?? []).map { $0["code"] } == ["masked_value", "masked_value"])
        let made = try cast.ask(.post, "/v1/customers", ["name": "New", "phone": .string(phone)])
        #expect(made["errors"].arrayValue?.first?["code"] == "masked_value")
        #expect(try koi.request(.get, path)["phone"] == "+86 138 1234 5678")
    }

    @Test func `is changed by a full value where the role lets it be written`() throws {
        let answer = try cast.ask(
            .patch,
            path,
            ["phone": "139 8765 4321", "email": "new@example.com", "size": 7, "custom": ["account": "7777 8888"]]
        )
        #expect(answer.status == .ok && answer["phone"] == "139****4321" && answer["version"] == 2)
        #expect(answer.json.objectValue?["email"] == nil)
        let clear = try koi.request(.get, path)
        #expect(clear["phone"] == "139 8765 4321" && clear["email"] == "new@example.com" && clear["size"] == 7)
        #expect(clear["custom"] == ["account": "7777 8888"])
        #expect(try cast.ask(.patch, path, ["phone": nil]).status == .ok)
        #expect(try koi.request(.get, path)["phone"] == nil)
    }

    @Test func `is refused by name where the role does not let it be written`() throws {
        try give(write: false)
        let before = try koi.request(.get, path).text
        let bodies: [JSONObject] = [
            ["phone": "139 8765 4321"], ["phone": "139****4321"], ["phone": nil], ["email": "li@example.com"],
            ["size": 42], ["size": nil], ["custom": ["account": "7777"]], ["custom": ["account": nil]], ["custom": nil],
        ]
        for body in bodies {
            let answer = try cast.ask(.patch, path, .object(body))
            let name = body.members[0].name == "custom" ? "custom.account" : body.members[0].name
            #expect(answer.status == .unprocessableContent, "\(body): \(answer.text)")
            let issue = answer["errors"].arrayValue?.first ?? .null
            #expect(issue["field"] == .string(name) && issue["code"] == "not_writable", "\(body): \(answer.text)")
        }
        #expect(try koi.request(.get, path).text == before)
        let made = try cast.ask(.post, "/v1/customers", ["name": "New", "phone": "13812345678"])
        #expect(made["errors"].arrayValue?.first?["code"] == "not_writable")
        #expect(try cast.ask(.post, "/v1/customers", ["name": "New"]).status == .created)
    }
}
