import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A custom field` {
    private func make() throws -> TestApp {
        let koi = try TestApp()
        let bodies: [JSONValue] = [
            [
                "resource": "customers", "key": "colour", "kind": "choice", "labelEn": "Colour", "labelZh": "颜色",
                "choices": [["code": "red", "zh": "红"], ["code": "blue"]],
            ],
            ["resource": "customers", "key": "floor_space", "kind": "number", "labelEn": "Space", "labelZh": "面积"],
            ["resource": "customers", "key": "since", "kind": "date", "labelEn": "Since", "labelZh": "始于"],
            ["resource": "customers", "key": "listed", "kind": "boolean", "labelEn": "Listed", "labelZh": "上市"],
        ]
        for body in bodies {
            let made = try koi.request(.post, "/v1/fields", body)
            try #require(made.status == .created)
        }
        return koi
    }

    @Test func `is stored, filtered and sorted like the rest`() throws {
        let koi = try make()
        let customs: [JSONValue] = [
            ["colour": "red", "floor_space": 12.5, "listed": true],
            ["colour": "blue", "floor_space": 7, "since": "2020-02-29"],
            [:],
        ]
        for custom in customs {
            let made = try koi.request(.post, "/v1/customers", ["name": "A", "custom": custom])
            #expect(made["custom"] == custom)
        }
        func ids(_ query: String) throws -> [Int64] {
            let answer = try koi.request(.get, "/v1/customers?" + query)
            #expect(answer.status == .ok, "\(answer.text)")
            return answer.items.compactMap { $0["id"].integerValue }
        }
        #expect(try ids("custom.colour=red") == [1])
        #expect(try ids("custom.colour=red,blue") == [1, 2])
        #expect(try ids("custom.colour.null=true") == [3])
        #expect(try ids("custom.floor_space.gte=7.5") == [1])
        #expect(try ids("custom.since.lt=2021-01-01") == [2])
        #expect(try ids("custom.listed=true") == [1])
        #expect(try ids("sort=-custom.floor_space") == [1, 2, 3])
        #expect(try ids("sort=custom.floor_space") == [3, 2, 1])
        let first = try koi.request(.get, "/v1/customers?sort=-custom.floor_space&limit=1")
        let next = try #require(first["next"].stringValue)
        #expect(try ids("sort=-custom.floor_space&limit=5&cursor=" + next) == [2, 3])
    }

    @Test func `is merged value by value, and null removes one`() throws {
        let koi = try make()
        try koi.request(
            .post,
            "/v1/customers",
            ["name": "A", "custom": ["colour": "red", "listed": true]]
        )
        let changed = try koi.request(
            .patch,
            "/v1/customers/1",
            ["custom": ["colour": nil, "floor_space": 3]]
        )
        #expect(changed["custom"] == ["floor_space": 3, "listed": true])
    }

    @Test(
        arguments: [
            (["colour": "green"], "custom.colour", "not_a_choice"),
            (["floor_space": "big"], "custom.floor_space", "not_number"),
            (["since": "soon"], "custom.since", "not_date"), (["weight": 1], "custom.weight", "unknown_field"),
        ] as [(JSONValue, String, String)]
    )
    func `is checked by its kind`(custom: JSONValue, field: String, code: String) throws {
        let koi = try make()
        let answer = try koi.request(.post, "/v1/customers", ["name": "A", "custom": custom])
        #expect(answer.status == .unprocessableContent)
        #expect(answer["errors"].arrayValue?.first?["field"] == .string(field))
        #expect(answer["errors"].arrayValue?.first?["code"] == .string(code))
    }

    @Test func `stands in the schema with labels in both languages`() throws {
        let koi = try make()
        let resources = try koi.request(.get, "/v1/schema")["resources"].arrayValue ?? []
        let customers = try #require(resources.first { $0["name"] == "customers" })
        let field = try #require(
            customers["fields"].arrayValue?.first { $0["name"] == "custom.colour" }
        )
        #expect(field["label"] == ["en": "Colour", "zh": "颜色"])
        #expect(field["choices"].arrayValue?.first?["label"] == ["en": "red", "zh": "红"])
        #expect(field["filters"] == ["custom.colour", "custom.colour.not", "custom.colour.null"])
    }

    @Test func `that was removed is no longer shown, nor its key taken`() throws {
        let koi = try make()
        try koi.request(.post, "/v1/customers", ["name": "A", "custom": ["colour": "red"]])
        let again: JSONValue = [
            "resource": "customers", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "色",
        ]
        #expect(try koi.request(.post, "/v1/fields", again).code == "key_taken")
        try koi.request(.delete, "/v1/fields/1")
        #expect(try koi.request(.get, "/v1/customers/1")["custom"] == [:])
        #expect(try koi.request(.get, "/v1/customers?custom.colour=red").status == .badRequest)
        #expect(try koi.request(.post, "/v1/fields", again).status == .created)
        #expect(try koi.request(.put, "/v1/fields/1/restoration").code == "key_taken")
    }

    @Test func `of another kind cannot take the key of a removed one, whose values are still there`() throws {
        let koi = try make()
        try koi.request(.post, "/v1/customers", ["name": "A", "custom": ["colour": "red"]])
        try koi.request(.delete, "/v1/fields/1")
        func add(_ kind: String) throws -> TestAnswer {
            try koi.request(
                .post,
                "/v1/fields",
                [
                    "resource": "customers", "key": "colour", "kind": .string(kind),
                    "labelEn": "Colour", "labelZh": "颜色",
                ]
            )
        }
        #expect(try add("number").code == "key_used")
        #expect(try add("text").status == .created)
    }

    @Test(arguments: ["%205", "5%20", "+5", "%0A5"])
    func `of numbers is not filtered by what is none`(value: String) throws {
        let koi = try make()
        let answer = try koi.request(.get, "/v1/customers?custom.floor_space=" + value)
        #expect(answer.status == .badRequest)
    }

    @Test func `is known again after a restart`() throws {
        let koi = try make()
        koi.close()
        let again = try TestApp(in: koi.folder)
        let made = try again.request(.post, "/v1/customers", ["name": "A", "custom": ["colour": "red"]])
        #expect(made.status == .created)
    }
}

struct `A saved view` {
    @Test func `stands for its filters, order and fields, which a request may override`() throws {
        let koi = try TestApp.withCustomers()
        let made = try koi.request(
            .post,
            "/v1/views",
            [
                "resource": "customers", "name": "VIP", "filter": ["tier": "vip", "size.gte": "50"],
                "sort": "-size", "fields": ["id", "name"],
            ]
        )
        #expect(made.status == .created)
        #expect(made["owner"] == 1)
        let list = try koi.request(.get, "/v1/customers?view=1")
        #expect(list["items"] == [["id": 4, "name": "上海电子"], ["id": 1, "name": "重庆机械"]])
        let twice = try koi.request(.get, "/v1/customers?view=1&view=1")
        #expect(twice["errors"].arrayValue?.first?["message"] == "Give this parameter once.")
        let other = try koi.request(.get, "/v1/customers?view=1&sort=size&size.gte=200")
        #expect(other["items"] == [["id": 4, "name": "上海电子"]])
    }

    @Test(
        arguments: [
            (["filter": ["colour": "red"]], "filter.colour"), (["filter": ["limit": "5"]], "filter.limit"),
            (["filter": ["region": nil, "industry": ["a"]]], "filter.industry"),
            (["filter": ["q": "li"], "sort": "name"], "sort"), (["sort": "notes"], "sort"),
            (["fields": ["colour"]], "fields"), (["resource": "cats"], "resource"),
        ] as [(JSONObject, String)]
    )
    func `must be a list that works`(members: JSONObject, field: String) throws {
        let koi = try TestApp()
        let base: [JSONObject.Member] = [
            .init(name: "resource", value: "customers"), .init(name: "name", value: "V"),
        ].filter { members[$0.name] == nil }
        let answer = try koi.request(
            .post,
            "/v1/views",
            .object(JSONObject(base + members.members))
        )
        #expect(answer.status == .unprocessableContent)
        #expect(answer["errors"].arrayValue?.first?["field"] == .string(field))
    }

    @Test func `has its filter changed by a merge patch, filter by filter`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/views",
            [
                "resource": "customers", "name": "V",
                "filter": ["tier": "vip", "region": "重庆", "size.gte": "50"],
            ]
        )
        let changed = try koi.request(
            .patch,
            "/v1/views/1",
            ["filter": ["region": nil, "tier": "low", "kind": "person"]]
        )
        #expect(changed["filter"] == ["tier": "low", "size.gte": "50", "kind": "person"])
    }

    @Test func `is seen by others only where it is shared, and changed by its owner alone`() throws {
        let koi = try TestApp()
        for shared in [false, true] {
            try koi.request(
                .post,
                "/v1/views",
                ["resource": "customers", "name": "V", "shared": .bool(shared)]
            )
        }
        let other = try koi.keyOfAnotherUser()
        #expect(try koi.request(.get, "/v1/views", key: other).items.map { $0["id"] } == [2])
        #expect(try koi.request(.get, "/v1/views/1", key: other).status == .notFound)
        #expect(try koi.request(.patch, "/v1/views/2", ["name": "W"], key: other).status == .forbidden)
        #expect(try koi.request(.delete, "/v1/views/2", key: other).status == .forbidden)
        #expect(try koi.request(.get, "/v1/customers?view=1", key: other).status == .badRequest)
    }
}

extension TestApp {
    func keyOfAnotherUser() throws -> String {
        try app.perform { transaction in
            let user = try RecordService(User.resource, transaction).add(["name": "Li"])
            return try APIKey.create(name: "other", user: user.id, in: transaction)
        }
    }
}

struct `A user` {
    @Test func `who is no longer active has no valid key`() throws {
        let koi = try TestApp()
        let other = try koi.keyOfAnotherUser()
        #expect(try koi.request(.get, "/v1/customers", key: other).status == .ok)
        try koi.request(.patch, "/v1/users/2", ["active": false])
        #expect(try koi.request(.get, "/v1/customers", key: other).status == .unauthorized)
    }

    @Test func `whose key was being looked up when it was withdrawn is not remembered`() throws {
        let ring = KeyRing()
        let credential = Credential(actor: .system, expiresAt: 7)
        let found = try ring.credential(for: "koi_a") {
            ring.forget()
            return credential
        }
        #expect(found?.expiresAt == 7)
        #expect(try ring.credential(for: "koi_a") { nil } == nil)
        #expect(try ring.credential(for: "koi_a") { credential } != nil)
        #expect(try ring.credential(for: "koi_a") { nil } != nil)
    }

    @Test func `stays active where there is no other administrator`() throws {
        let koi = try TestApp()
        #expect(try koi.request(.patch, "/v1/users/1", ["active": false]).code == "last_administrator")
        _ = try koi.keyOfAnotherUser()
        #expect(try koi.request(.patch, "/v1/users/2", ["active": false]).status == .ok)
        #expect(try koi.request(.patch, "/v1/users/1", ["active": false]).code == "last_administrator")
        #expect(try koi.request(.get, "/v1/customers").status == .ok)
    }

    @Test func `has a time zone that exists`() throws {
        let koi = try TestApp()
        let answer = try koi.request(.post, "/v1/users", ["name": "A", "timeZone": "Mars/Olympus"])
        #expect(answer["errors"].arrayValue?.first?["code"] == "not_time_zone")
    }
}
