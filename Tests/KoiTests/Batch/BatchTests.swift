import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A batch` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func run(
        _ operations: [JSONValue],
        atomic: Bool = false,
        key: String? = nil,
        fields: [(String, String)] = []
    ) throws -> TestAnswer {
        let body: JSONValue = ["atomic": .bool(atomic), "operations": .array(operations)]
        return try koi.request(.post, "/v1/batch", body, key: key, fields: fields)
    }

    private func results(_ answer: TestAnswer) -> [JSONValue] { answer["results"].arrayValue ?? [] }

    private func count() throws -> JSONValue { try koi.request(.get, "/v1/customers?total=true")["total"] }

    private static let linked: [JSONValue] = [
        ["id": "acme", "method": "POST", "path": "/v1/customers", "body": ["name": "Acme", "owner": 1]],
        [
            "id": "li", "method": "POST", "path": "/v1/contacts",
            "body": ["name": "Li", "owner": ["$ref": "acme.owner"], "customers": [["customer": ["$ref": "acme"]]]],
        ],
        ["method": "PATCH", "path": "/v1/customers/$acme", "body": ["notes": ["$ref": "li.name"]], "ifMatch": "\"1\""],
        ["method": "PUT", "path": "/v1/customers/by/crm/$li.name", "body": ["name": "By the name of Li"]],
        ["method": "GET", "path": "/v1/customers/$acme?fields=id,notes"],
        ["method": "DELETE", "path": "/v1/contacts/$li"],
    ]

    @Test(arguments: [true, false])
    func `hands results on from one operation to the next`(atomic: Bool) throws {
        let answer = try run(Self.linked, atomic: atomic)
        #expect(answer.status == .ok, "\(answer.text)")
        #expect(answer["failed"] == 0)
        let results = results(answer)
        #expect(results.map { $0["status"] } == [201, 201, 200, 201, 200, 204])
        #expect(results[0]["id"] == "acme")
        #expect(results[0]["location"] == "/v1/customers/1")
        #expect(results[0]["etag"].stringValue?.hasPrefix("\"1-") == true)
        #expect(results[1]["body"]["customers"].arrayValue?.first?["customer"] == 1)
        #expect(results[1]["body"]["owner"] == 1)
        #expect(results[4]["body"] == ["id": 1, "notes": "Li"])
        #expect(results[5] == ["status": 204])
        #expect(try koi.request(.get, "/v1/customers/by/crm/Li")["id"] == 2)
        #expect(try koi.events(of: "contacts").map(\.type) == ["contact.created", "contact.removed"])
    }

    @Test func `goes on where an operation fails`() throws {
        let answer = try run([
            ["id": "a", "method": "POST", "path": "/v1/customers", "body": ["name": "A"]],
            ["id": "bad", "method": "POST", "path": "/v1/customers", "body": ["tier": "?"]],
            ["method": "PATCH", "path": "/v1/customers/$bad", "body": ["name": "B"]],
            ["method": "PATCH", "path": "/v1/customers/$a", "body": ["name": "C"], "ifMatch": "\"7\""],
            ["method": "PATCH", "path": "/v1/customers/$a.phone", "body": ["name": "D"]],
            ["method": "POST", "path": "/v1/customers", "body": ["name": "E"]],
        ])
        #expect(answer.status == .ok)
        #expect(answer["failed"] == 4)
        #expect(results(answer).map { $0["status"] } == [201, 422, 424, 412, 422, 201])
        #expect(results(answer)[1]["body"]["errors"].arrayValue?.map { $0["field"] } == ["tier", "name"])
        #expect(results(answer)[2]["body"]["code"] == "ref_failed")
        #expect(try koi.customers() == ["A", "E"])
    }

    @Test func `is undone as a whole where that is asked for`() throws {
        let answer = try run(
            [
                ["id": "a", "method": "POST", "path": "/v1/customers", "body": ["name": "A"]],
                ["method": "POST", "path": "/v1/fields", "body": Self.field],
                ["id": "b", "method": "POST", "path": "/v1/customers", "body": ["name": "", "tier": "?"]],
            ],
            atomic: true
        )
        #expect(answer.status == .unprocessableContent)
        #expect(answer.code == "invalid")
        #expect(answer["detail"].stringValue?.contains("operations[2] (b)") == true)
        #expect(answer["errors"].arrayValue?.map { $0["field"] } == ["operations[2].name", "operations[2].tier"])
        #expect(try count() == 0)
        #expect(try koi.events(of: "customers").isEmpty)
        // Nor is anything remembered of it.
        #expect(try koi.request(.get, "/v1/schema").text.contains("colour") == false)
        let gone = try run([["method": "GET", "path": "/v1/customers/1"]], atomic: true)
        #expect(gone.status == .notFound)
        #expect(gone["errors"].arrayValue?.first?["field"] == "operations[0]")
    }

    @Test func `forgets what a failed operation left to be done`() throws {
        let answer = try run([
            ["method": "POST", "path": "/v1/fields", "body": Self.field],
            ["method": "POST", "path": "/v1/fields", "body": Self.field],
        ])
        #expect(results(answer).map { $0["status"] } == [201, 409])
        #expect(try koi.request(.get, "/v1/schema").text.contains("colour"))
    }

    private static let field: JSONValue = [
        "resource": "customers", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色",
    ]

    @Test(
        arguments: [
            (
                [["method": "POST", "path": "/v1/customers", "body": ["name": ["$ref": "x"]]]], "operations[0]",
                "unknown_ref"
            ),
            ([["id": "x", "method": "PATCH", "path": "/v1/customers/$x"]], "operations[0]", "later_ref"),
            (
                [
                    ["id": "x", "method": "POST", "path": "/v1/customers", "body": ["name": ["$ref": "y.name"]]],
                    ["id": "y", "method": "POST", "path": "/v1/customers", "body": ["name": ["$ref": "x.name"]]],
                ], "operations[0]", "later_ref"
            ),
            ([["method": "POST", "path": "/v1/customers", "body": ["name": ["$ref": 7]]]], "operations[0]", "bad_ref"),
            ([["method": "GET", "path": "/v1/customers/$"]], "operations[0]", "bad_ref"),
            (
                [["id": "a", "method": "GET", "path": "/v1/x"], ["id": "a", "method": "GET", "path": "/v1/x"]],
                "operations[1].id", "repeated"
            ),
            ([["id": "a b", "method": "GET", "path": "/v1/x"]], "operations[0].id", "bad_id"),
            ([["method": "HEAD", "path": "/v1/x"]], "operations[0].method", "not_a_choice"),
            ([["method": "GET", "path": "https://example.com/v1/x"]], "operations[0].path", "bad_path"),
            ([["method": "GET"]], "operations[0].path", "bad_path"),
            ([["method": "GET", "path": "/v1/x", "ifMatch": "1\n"]], "operations[0].ifMatch", "bad_tag"),
            ([["method": "GET", "path": "/v1/x", "ifNoneMatch": ""]], "operations[0].ifNoneMatch", "bad_tag"),
            ([["method": "GET", "path": "/v1/x", "url": "y"]], "operations[0].url", "unknown_field"),
            (["GET /v1/x"], "operations[0]", "not_object"),
            ([], "operations", "bad_operations"),
        ] as [([JSONValue], JSONValue, JSONValue)]
    )
    func `that cannot be read is refused before anything is done`(
        operations: [JSONValue],
        field: JSONValue,
        code: JSONValue
    ) throws {
        let first: JSONValue = ["method": "POST", "path": "/v1/customers", "body": ["name": "A"]]
        let answer = try run(operations.isEmpty ? [] : operations + [first])
        #expect(answer.status == .unprocessableContent)
        let issue = answer["errors"].arrayValue?.first ?? .null
        #expect([issue["field"], issue["code"]] == [field, code], "\(answer.text)")
        #expect(try count() == 0)
    }

    @Test func `takes what one transaction can do, and nothing else`() throws {
        try koi.request(.post, "/v1/contacts", ["name": "Li"])
        for (method, path, status) in [
            ("GET", "/v1/customers", 422), ("GET", "/v1/events", 422), ("POST", "/v1/batch", 422),
            ("POST", "/v1/contacts/1/erasure", 422), ("POST", "/v1/backups", 422), ("PUT", "/v1/me/password", 422),
            ("POST", "/v1/sessions", 422), ("GET", "/v1/search?q=a", 422), ("GET", "/v1/nothing", 404),
            ("PUT", "/v1/customers", 405), ("GET", "/v1/customers/x", 400), ("GET", "/v1/customers/%zz", 400),
            ("POST", "/v1/users/1/handover", 422), ("GET", "/v1/customers/1?x=1", 400),
        ] as [(JSONValue, JSONValue, JSONValue)] {
            let answer = try run([["method": method, "path": path, "body": ["preview": true]]])
            #expect(results(answer).first?["status"] == status, "\(method) \(path): \(answer.text)")
        }
        #expect(try koi.request(.get, "/v1/contacts/1")["name"] == "Li")
    }

    @Test func `lets nobody do more than request by request`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Own", "permissions": ["customers": ["read": "own", "create": "own", "change": "own"]]]
        )
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        try koi.request(.post, "/v1/customers", ["name": "Theirs"])
        let operations: [JSONValue] = [
            ["id": "own", "method": "POST", "path": "/v1/customers", "body": ["name": "Own"]],
            ["method": "PATCH", "path": "/v1/customers/1", "body": ["name": "X"]],
            ["method": "DELETE", "path": "/v1/customers/$own"],
            ["method": "POST", "path": "/v1/contacts", "body": ["name": "X"]],
            ["method": "PATCH", "path": "/v1/settings", "body": ["companyName": "X"]],
            ["method": "GET", "path": "/v1/customers/1"],
        ]
        let answer = try run(operations, key: key)
        #expect(results(answer).map { $0["status"] } == [201, 404, 403, 403, 403, 404])
        #expect(try koi.request(.get, "/v1/customers/1")["name"] == "Theirs")
        // As in the ledger of refusals.
        try koi.app.ledger.flush()
        let refused = try koi.request(.get, "/v1/accesses?kind=refused")
        #expect(refused.items.count == 3, "\(refused.text)")
        #expect(try koi.request(.post, "/v1/batch", ["operations": []], key: "").status == .unauthorized)
    }

    @Test func `counts as many requests as it has`() throws {
        let koi = try TestApp(proxies: TrustedProxies(), rates: RequestRates(perKey: 10, perAddress: nil))
        let one: JSONValue = ["method": "POST", "path": "/v1/customers", "body": ["name": "A"]]
        func run(_ count: Int) throws -> TestAnswer {
            try koi.request(
                .post,
                "/v1/batch",
                ["operations": .array(Array(repeating: one, count: count))],
                from: "192.0.2.1"
            )
        }
        #expect(try run(8).status == .ok)
        #expect(try run(5).status == .tooManyRequests)
        #expect(try koi.customers().count == 8)
    }

    @Test(arguments: [true, false])
    func `takes a thousand operations and no more`(atomic: Bool) throws {
        let many: [JSONValue] = (0..<1_000).map { number in
            ["method": "POST", "path": "/v1/customers", "body": ["name": .string("客户\(number)")]]
        }
        let answer = try run(many, atomic: atomic)
        #expect(answer.status == .ok, "\(answer.text.prefix(300))")
        #expect(answer["failed"] == 0)
        #expect(try count() == 1_000)
        #expect(try run(many + [many[0]], atomic: atomic)["errors"].arrayValue?.first?["code"] == "bad_operations")
        let oneBad = Array(many.dropLast()) + [["method": "POST", "path": "/v1/customers", "body": ["name": ""]]]
        let failed = try run(oneBad, atomic: atomic)
        #expect(failed.status == (atomic ? .unprocessableContent : .ok))
        #expect(try count() == (atomic ? 1_000 : 1_999))
    }

    @Test func `answers no more than fits into memory`() throws {
        let notes = JSONValue.string(String(repeating: "长", count: 10_000))
        let many: [JSONValue] = (0..<120).map { _ in
            ["method": "POST", "path": "/v1/customers", "body": ["name": "A", "notes": notes]]
        }
        let answer = try run(many, fields: [("Idempotency-Key", "a")])
        #expect(answer.bytes.count < BatchResult.maximumSize + 100_000)
        #expect(results(answer).count { $0["omitted"] == true } > 0)
        #expect(results(answer).allSatisfy { $0["location"] != .null })
        #expect(try run(many, fields: [("Idempotency-Key", "a")]).bytes == answer.bytes)
        #expect(try count() == 120)
    }

    @Test func `is carried out once under a key`() throws {
        let fields = [("Idempotency-Key", "a")]
        let first = try run(Self.linked, atomic: true, fields: fields)
        let second = try run(Self.linked, atomic: true, fields: fields)
        #expect(second.bytes == first.bytes)
        #expect(second.fields["Idempotency-Replayed"] == "true")
        #expect(try run(Self.linked, fields: fields).code == "idempotency_key_reused")
        #expect(try count() == 2)
        // Each person whom the answer shows can have it emptied.
        #expect(try koi.request(.post, "/v1/contacts/1/erasure")["erased"]["answers"] == 1)
        #expect(try run(Self.linked, atomic: true, fields: fields).code == "answer_not_kept")
    }

    @Test func `that takes too long leaves the rest`() throws {
        let koi = try TestApp(batchTime: .zero)
        let operations: JSONValue = [["method": "POST", "path": "/v1/customers", "body": ["name": "A"]]]
        let rest = try koi.request(.post, "/v1/batch", ["operations": operations])
        #expect(results(rest).first?["status"] == 503)
        #expect(results(rest).first?["body"]["code"] == "batch_too_long")
        let all = try koi.request(.post, "/v1/batch", ["operations": operations, "atomic": true])
        #expect(all.status == .serviceUnavailable)
        #expect(all.code == "batch_too_long")
        #expect(try koi.customers().isEmpty)
    }
}
