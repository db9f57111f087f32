import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A record` {
    @Test func `is stored, shown and found where Location says`() throws {
        let koi = try TestApp()
        let made = try koi.request(
            .post,
            "/v1/customers",
            [
                "name": "  重庆机械有限公司 ", "phone": "+86 23 6868 1234", "tier": "vip", "size": 120,
                "tags": ["出口", "展会", "出口"],
                "preferences": [["text": "钓鱼", "source": "visit", "date": "2026-03-01"]],
            ]
        )
        #expect(made.status == .created)
        #expect(made["name"] == "重庆机械有限公司")
        #expect(made["tags"] == ["出口", "展会"])
        #expect(made["preferences"].arrayValue?.first?["kind"] == "preference")
        #expect(made["createdAt"] == "2026-11-22T09:00:00.000Z")
        let location = try #require(made.fields["Location"])
        let shown = try koi.request(.get, location)
        #expect(shown.bytes == made.bytes)
        #expect(shown.fields["ETag"] == made.fields["ETag"])
    }

    @Test func `is changed by a merge patch, in which null clears a field`() throws {
        let koi = try TestApp()
        let made = try koi.request(
            .post,
            "/v1/customers",
            ["name": "Acme", "tier": "low", "region": "Ohio"]
        )
        koi.clock.advance(by: .seconds(5))
        let changed = try koi.request(
            .patch,
            "/v1/customers/1",
            ["tier": nil, "region": "Utah"]
        )
        #expect(changed.status == .ok)
        #expect(changed["tier"] == .null)
        #expect(changed["region"] == "Utah")
        #expect(changed["name"] == "Acme")
        #expect(changed["version"] == 2)
        #expect(changed["updatedAt"] == "2026-11-22T09:00:05.000Z")
        #expect(changed["createdAt"] == made["createdAt"])
    }

    @Test func `that a patch leaves as it was keeps its version and writes no event`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme", "tier": "low"])
        let before = try koi.eventTypes()
        let changed = try koi.request(.patch, "/v1/customers/1", ["tier": "low"])
        #expect(changed["version"] == 1)
        #expect(try koi.eventTypes() == before)
    }

    @Test func `goes into the bin and comes back`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme"])
        #expect(try koi.request(.delete, "/v1/customers/1").status == .noContent)
        #expect(try koi.request(.get, "/v1/customers/1").status == .notFound)
        #expect(try koi.request(.get, "/v1/customers").items.isEmpty)
        #expect(try koi.request(.delete, "/v1/customers/1").status == .notFound)
        let bin = try koi.request(.get, "/v1/customers?removed=true")
        #expect(bin.items.map { $0["removedAt"] } == ["2026-11-22T09:00:00.000Z"])
        let restored = try koi.request(.put, "/v1/customers/1/restoration")
        #expect(restored.status == .ok)
        #expect(restored["removedAt"] == .null)
        #expect(try koi.request(.get, "/v1/customers").items.count == 1)
        #expect(try koi.request(.put, "/v1/customers/1/restoration")["version"] == restored["version"])
    }

    @Test func `writes one event for each change, with what was before and after`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme", "tier": "low"])
        try koi.request(.patch, "/v1/customers/1", ["tier": "vip"])
        try koi.request(.delete, "/v1/customers/1")
        try koi.request(.put, "/v1/customers/1/restoration")
        let events = try koi.events(of: "customers")
        #expect(
            events.map(\.type) == [
                "customer.created", "customer.changed", "customer.removed", "customer.restored",
            ]
        )
        #expect(events[0].payload == ["after": ["name": "Acme", "tier": "low"]])
        #expect(events[1].payload == ["before": ["tier": "low"], "after": ["tier": "vip"]])
        #expect(try koi.app.perform { try EventChain.verify($0.connection) } == [])
    }

    @Test func `of an anonymous resource leaves no trace of who and when beyond the day`() throws {
        let koi = try TestApp()
        let anonymous = Resource(
            "customers",
            singular: "customer",
            Customer.resource.label,
            plural: Customer.resource.pluralLabel,
            isAnonymous: true,
            fields: Customer.fields
        )
        let user = Actor(kind: .key, user: 1, key: 1, access: .full)
        let event = try koi.app.perform(as: user) { transaction in
            _ = try RecordService(anonymous, transaction).add(["name": "Somebody"])
            return try transaction.connection.rows(
                """
                SELECT at, "actorKind", actor, "user", request FROM events
                ORDER BY sequence DESC LIMIT 1
                """
            ) { row in [row.text(0), row.text(1), row.textOrNil(2), row.textOrNil(3), row.textOrNil(4)] }
        }
        let day = try #require(Timestamp.read("2026-11-22T00:00:00Z"))
        #expect(event == [[String(day), "anonymous", nil, nil, nil]])
        #expect(try koi.app.perform { try EventChain.verify($0.connection) } == [])
    }

    @Test(
        arguments: [
            (nil, Status.ok), ("*", .ok), ("\"1-anything\"", .ok), ("\"2-x\", \"1-y\"", .ok),
            ("\"2-x\"", .preconditionFailed), ("W/\"1-x\"", .preconditionFailed),
            ("nonsense", .preconditionFailed),
        ] as [(String?, Status)]
    )
    func `is changed only where If-Match allows its version`(match: String?, status: Status) throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme"])
        let fields = match.map { [("If-Match", $0)] } ?? []
        let changed = try koi.request(.patch, "/v1/customers/1", ["tier": "vip"], fields: fields)
        #expect(changed.status == status)
        let isChanged = try koi.request(.get, "/v1/customers/1")["tier"] == "vip"
        #expect(isChanged == (status == .ok))
    }

    @Test func `comes out of the bin only where If-Match allows its version`() throws {
        let koi = try TestApp.withCustomers()
        try koi.request(.delete, "/v1/customers/1")
        let stale = try koi.request(
            .put,
            "/v1/customers/1/restoration",
            fields: [("If-Match", "\"1\"")]
        )
        #expect(stale.status == .preconditionFailed)
        let current = try koi.request(
            .put,
            "/v1/customers/1/restoration",
            fields: [("If-Match", "\"2\"")]
        )
        #expect(current.status == .ok)
    }

    @Test func `is not sent again to who has this representation of it`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme", "tier": "vip"])
        let all = try #require(try koi.request(.get, "/v1/customers/1").fields["ETag"])
        let part = try #require(try koi.request(.get, "/v1/customers/1?fields=name").fields["ETag"])
        #expect(all != part)
        func status(_ target: String, _ tag: String) throws -> Status {
            try koi.request(.get, target, fields: [("If-None-Match", tag)]).status
        }
        #expect(try status("/v1/customers/1", all) == .notModified)
        #expect(try status("/v1/customers/1", "W/" + all) == .notModified)
        #expect(try status("/v1/customers/1?fields=name", all) == .ok)
        #expect(try status("/v1/customers/1?fields=name", part) == .notModified)
        try koi.request(.patch, "/v1/customers/1", ["tier": "low"])
        #expect(try status("/v1/customers/1", all) == .ok)
    }

    @Test func `shows chosen fields and expanded references`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme", "owner": 1])
        let part = try koi.request(.get, "/v1/customers/1?fields=name,owner&expand=owner")
        #expect(part.json.objectValue?.members.map(\.name) == ["name", "owner"])
        #expect(part["owner"]["name"] == "Administrator")
    }
}

struct `Bad input` {
    @Test(arguments: [
        (#"{"name": ""}"#, "name", "required"),
        (#"{}"#, "name", "required"),
        (#"{"name": null}"#, "name", "required"),
        (#"{"name": 5}"#, "name", "not_text"),
        (#"{"name": "a\u0000b"}"#, "name", "control_character"),
        (#"{"name": "a\nb"}"#, "name", "control_character"),
        (#"{"name": "A", "tier": "gold"}"#, "tier", "not_a_choice"),
        (#"{"name": "A", "size": -1}"#, "size", "out_of_range"),
        (#"{"name": "A", "size": 1e300}"#, "size", "not_integer"),
        (#"{"name": "A", "size": "5"}"#, "size", "not_integer"),
        (#"{"name": "A", "size": 9223372036854775808}"#, "size", "not_integer"),
        (#"{"name": "A", "email": "not an address"}"#, "email", "not_email"),
        (#"{"name": "A", "phone": "call me"}"#, "phone", "not_phone"),
        (#"{"name": "A", "website": "javascript:alert(1)"}"#, "website", "not_web"),
        (#"{"name": "A", "colour": "red"}"#, "colour", "unknown_field"),
        (#"{"name": "A", "custom": {"colour": "red"}}"#, "custom.colour", "unknown_field"),
        (#"{"name": "A", "id": 7}"#, "id", "read_only"),
        (#"{"name": "A", "owner": 99}"#, "owner", "not_found"),
        (#"{"name": "A", "owner": 0}"#, "owner", "out_of_range"),
        (#"{"name": "A", "tags": "x"}"#, "tags", "not_array"),
        (#"{"name": "A", "tags": ["x", ""]}"#, "tags[1]", "required"),
        (#"{"name": "A", "preferences": [{}]}"#, "preferences[0].text", "required"),
        (#"{"name": "A", "preferences": [{"text": "x", "date": "2026-02-30"}]}"#, "preferences[0].date", "not_date"),
        (#"{"name": "A", "birthday": "1980-01-01"}"#, "birthday", "persons_only"),
        (#"{"name": "A", "kind": "person", "size": 5}"#, "size", "companies_only"),
        (#"{"name": "A", "kind": "person", "birthday": "1980-02-30"}"#, "birthday", "not_date"),
        (
            #"{"name": "A", "kind": "person", "birthday": "1980-01-31", "birthdayCalendar": "lunar"}"#, "birthday",
            "not_date"
        ),
    ])
    func `is refused by field`(body: String, field: String, code: String) throws {
        let koi = try TestApp()
        let body = try JSONReader.read(Array(body.utf8))
        let answer = try koi.request(.post, "/v1/customers", body)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.fields["Content-Type"] == "application/problem+json")
        let issues = answer["errors"].arrayValue ?? []
        #expect(issues.contains { $0["field"] == .string(field) && $0["code"] == .string(code) })
        #expect(try koi.request(.get, "/v1/customers").items.isEmpty)
    }

    @Test func `names every bad field at once, in the language asked for`() throws {
        let koi = try TestApp()
        let answer = try koi.request(
            .post,
            "/v1/customers",
            ["tier": "gold", "size": -1],
            fields: [("Accept-Language", "fr;q=0.9, zh-CN;q=0.8, en;q=0.5")]
        )
        let issues = answer["errors"].arrayValue ?? []
        #expect(Set(issues.compactMap { $0["field"]?.stringValue }) == ["name", "tier", "size"])
        #expect(issues.contains { $0["message"] == "此项必填。" })
    }

    @Test(arguments: ["0", "-1", "9223372036854775808", "+5", "1.0", "abc", "%E4%B8%80"])
    func `is refused as a record's number`(id: String) throws {
        let koi = try TestApp()
        let answer = try koi.request(.get, "/v1/customers/" + id)
        #expect(answer.status == .badRequest)
        #expect(answer.code == "bad_id")
    }

    @Test(arguments: [
        ("colour=red", "colour"), ("tier=gold", "tier"), ("size.gte=many", "size.gte"),
        ("tier.gte=vip", "tier.gte"), ("name.null=true", "name.null"), ("sort=notes", "sort"),
        ("sort=name,name,name,name", "sort"), ("limit=0", "limit"), ("limit=501", "limit"),
        ("limit=%2B5", "limit"), ("fields=name,colour", "fields"), ("expand=name", "expand"),
        ("total=yes", "total"), ("cursor=xyz", "cursor"), ("view=1", "view"),
        ("limit=1&limit=2", "limit"), ("createdAt.gte=yesterday", "createdAt.gte"),
        ("custom.colour=red", "custom.colour"), ("q=a&sort=name", "sort"), ("a.b.c=1", "a.b.c"),
    ])
    func `is refused by parameter`(query: String, parameter: String) throws {
        let koi = try TestApp()
        let answer = try koi.request(.get, "/v1/customers?" + query)
        #expect(answer.status == .badRequest)
        #expect(answer["errors"].arrayValue?.first?["field"] == .string(parameter))
    }

    @Test(arguments: [
        ("{", 1, 2), ("{\"name\": \"A\",}", 1, 14), ("[1,\n 2,\n x]", 3, 2),
        ("{\"name\": \"A\", \"name\": \"B\"}", 1, 15), ("{\"name\": \"\\ud800\"}", 1, 11),
    ])
    func `that is not JSON is refused with its place`(text: String, line: Int, column: Int) throws {
        let koi = try TestApp()
        let answer = try koi.send(.post, "/v1/customers", Array(text.utf8))
        #expect(answer.status == .badRequest)
        #expect(answer.code == "bad_json")
        let detail = answer["detail"].stringValue ?? ""
        #expect(detail.contains("Line \(line), column \(column):"), "\(detail)")
    }

    @Test(arguments: ["", "custom"])
    func `of nothing but unknown fields gets a short answer`(outer: String) throws {
        let koi = try TestApp()
        let unknown = JSONValue.object(
            JSONObject((0..<10_000).map { .init(name: "f\($0)", value: 1) })
        )
        let body: JSONValue = outer.isEmpty ? unknown : ["name": "A", "custom": unknown]
        let answer = try koi.request(.post, "/v1/customers", body)
        #expect(answer.status == .unprocessableContent)
        #expect(answer["errors"].arrayValue?.count == Problem.maximumIssues)
    }

    @Test func `nested 100,000 deep is refused`() throws {
        let koi = try TestApp()
        let answer = try koi.send(
            .post,
            "/v1/customers",
            Array(String(repeating: "[", count: 100_000).utf8)
        )
        #expect(answer.code == "bad_json")
    }

    @Test func `of another type is refused`() throws {
        let koi = try TestApp()
        let answer = try koi.send(
            .post,
            "/v1/customers",
            Array("name=A".utf8),
            type: "application/x-www-form-urlencoded"
        )
        #expect(answer.status == .unsupportedMediaType)
    }

    @Test(arguments: ["", "koi_unknown", "x"])
    func `without a valid key is refused`(key: String) throws {
        let koi = try TestApp()
        let answer = try koi.request(.get, "/v1/customers", key: key)
        #expect(answer.status == .unauthorized)
        #expect(answer.fields["WWW-Authenticate"] != nil)
    }

    @Test func `gets 405 with what is allowed, and OPTIONS tells it too`() throws {
        let koi = try TestApp()
        let put = try koi.request(.put, "/v1/customers/1")
        #expect(put.status == .methodNotAllowed)
        let allowed = try #require(put.fields["Allow"])
        #expect(Set(allowed.split(separator: ", ")) == ["GET", "HEAD", "PATCH", "DELETE", "OPTIONS"])
        let options = try koi.request(.options, "/v1/customers/1")
        #expect(options.status == .noContent)
        #expect(options.fields["Allow"] == allowed)
        #expect(try koi.request(.get, "/v1/nothing").status == .notFound)
    }
}
