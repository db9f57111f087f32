import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A contact` {
    @Test func `belongs to several customers with role and period, and is listed by each`() throws {
        let koi = try TestApp.withCustomers()
        let made = try koi.request(
            .post,
            "/v1/contacts",
            [
                "name": "李明",
                "customers": [
                    ["customer": 1, "role": "采购", "main": true, "from": "2024-01-01"],
                    ["customer": 3, "to": "2023-12-31"],
                ],
            ]
        )
        #expect(made.status == .created)
        #expect(
            made["customers"] == [
                ["customer": 1, "role": "采购", "main": true, "from": "2024-01-01", "to": nil],
                ["customer": 3, "role": nil, "main": false, "from": nil, "to": "2023-12-31"],
            ]
        )
        func listed(_ query: String) throws -> Int {
            try koi.request(.get, "/v1/contacts?" + query).items.count
        }
        #expect(try listed("customer=1") == 1)
        #expect(try listed("customer=3,4") == 1)
        #expect(try listed("customer=2") == 0)
        #expect(try listed("customer.not=1") == 0)
        #expect(try listed("customer.null=true") == 0)
        let expanded = try koi.request(.get, "/v1/contacts/1?expand=customers")
        #expect(expanded["customers"].arrayValue?.first?["customer"]["name"] == "重庆机械")
    }

    @Test func `made the main one takes that from the other`() throws {
        let koi = try TestApp.withCustomers()
        for name in ["Li", "Wang"] {
            try koi.request(
                .post,
                "/v1/contacts",
                ["name": .string(name), "customers": [["customer": 1, "main": true]]]
            )
        }
        let first = try koi.request(.get, "/v1/contacts/1")
        #expect(first["customers"].arrayValue?.first?["main"] == false)
        #expect(first["version"] == 2)
        #expect(
            try koi.events(of: "contacts").map(\.type).suffix(2).sorted() == ["contact.changed", "contact.created"]
        )
        #expect(try koi.app.perform { try EventChain.verify($0.connection) } == [])
    }

    @Test func `is main once for a customer, in however many roles`() throws {
        let koi = try TestApp.withCustomers()
        func add(_ links: JSONValue) throws -> TestAnswer {
            try koi.request(.post, "/v1/contacts", ["name": "Li", "customers": links])
        }
        let twice = try add([["customer": 1, "main": true], ["customer": 1, "main": true]])
        #expect(twice.status == .unprocessableContent)
        #expect(twice["errors"].arrayValue?.first?["field"] == "customers[1].main")
        let once: JSONValue = [
            ["customer": 1, "main": true, "role": "a"], ["customer": 1, "role": "b"],
            ["customer": 2, "main": true],
        ]
        #expect(try add(once).status == .created)
    }

    @Test func `has its changes in the timeline of its customers`() throws {
        let koi = try TestApp.withCustomers()
        try koi.request(.post, "/v1/contacts", ["name": "Li", "customers": [["customer": 2]]])
        let related = try koi.app.perform { transaction in
            try transaction.connection.rows("SELECT resource, record FROM event_relations") {
                EventSubject(resource: $0.text(0), id: $0.int(1))
            }
        }
        #expect(related == [EventSubject(resource: "customers", id: 2)])
    }

    @Test func `leaves the timeline of a customer with the event that takes it from there`() throws {
        let koi = try TestApp.withCustomers()
        try koi.request(.post, "/v1/contacts", ["name": "Li", "customers": [["customer": 2]]])
        try koi.request(.patch, "/v1/contacts/1", ["customers": [["customer": 3]]])
        let related = try koi.app.perform { transaction in
            try transaction.connection.rows(
                "SELECT record FROM event_relations ORDER BY sequence, record"
            ) { $0.int(0) }
        }
        #expect(related == [2, 2, 3])
    }

    @Test func `out of the bin leaves the main one what it is`() throws {
        let koi = try TestApp.withCustomers()
        let main: JSONValue = [["customer": 1, "main": true]]
        try koi.request(.post, "/v1/contacts", ["name": "Li", "customers": main])
        try koi.request(.delete, "/v1/contacts/1")
        try koi.request(.post, "/v1/contacts", ["name": "Wang", "customers": main])
        let restored = try koi.request(.put, "/v1/contacts/1/restoration")
        #expect(restored["customers"].arrayValue?.first?["main"] == false)
        #expect(restored["version"] == 3)
        let other = try koi.request(.get, "/v1/contacts/2")
        #expect(other["customers"].arrayValue?.first?["main"] == true)
        let event = try #require(try koi.events(of: "contacts").last)
        #expect(event.type == "contact.restored")
        #expect(event.payload["before"]["customers"].arrayValue?.first?["main"] == true)
    }

    @Test(arguments: [
        "DELETE FROM event_relations", "UPDATE event_relations SET record = 1",
        "INSERT INTO event_relations VALUES ('customers', 1, 1)",
    ])
    func `leaves a timeline that cannot be edited unnoticed`(sql: String) throws {
        let koi = try TestApp.withCustomers()
        try koi.request(.post, "/v1/contacts", ["name": "Li", "customers": [["customer": 2]]])
        let faults = try koi.app.perform { transaction in
            try transaction.connection.run(sql)
            return try EventChain.verify(transaction.connection)
        }
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("event_relations: ") == true)
    }

    @Test(
        arguments: [
            (["customer": 99], "customers[0].customer", "not_found"),
            ([:], "customers[0].customer", "required"),
            (["customer": 1, "from": "2024-01-02", "to": "2024-01-01"], "customers[0].to", "ends_before_start"),
            (["customer": 1, "rank": 1], "customers[0].rank", "unknown_field"),
        ] as [(JSONValue, String, String)]
    )
    func `is refused with a bad link`(link: JSONValue, field: String, code: String) throws {
        let koi = try TestApp.withCustomers()
        let answer = try koi.request(.post, "/v1/contacts", ["name": "Li", "customers": [link]])
        #expect(answer.status == .unprocessableContent)
        let issue = answer["errors"].arrayValue?.first ?? .null
        #expect(issue["field"] == .string(field))
        #expect(issue["code"] == .string(code))
    }
}
