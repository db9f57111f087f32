import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `Reading in clear what is held back from others` {
    /// A contact of a customer, with a role that masks the contact's mobile number and hides the field colour.
    private func koi(_ options: Database.Options = .test) throws -> TestApp {
        let koi = try TestApp(options: options)
        try koi.make(
            "fields",
            ["resource": "contacts", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
        )
        try koi.make("customers", ["kind": "company", "name": "Acme", "phone": "023 6868 1234"])
        for name in ["Li Ming", "Wang Wei"] {
            try koi.make(
                "contacts",
                ["name": .string(name), "mobile": "138 0013 8000", "customers": [["customer": 1]], "owner": 1]
            )
        }
        return koi
    }

    private func guarded() throws -> TestApp {
        let koi = try koi()
        _ = try koi.person(
            ["*": ["read": "all"]],
            held: ["contacts": ["mobile": ["read": "masked"], "custom.colour": ["read": "hidden"]]]
        )
        return koi
    }

    @Test func `is not noted where nothing is held back from anybody`() throws {
        let koi = try koi()
        try koi.request(.get, "/v1/contacts")
        #expect(try koi.noted("read") == [])
    }

    @Test(
        arguments: [
            ("/v1/contacts/2", [2], ["custom.colour", "mobile"]),
            ("/v1/contacts/2?fields=name,mobile", [2], ["mobile"]),
            ("/v1/contacts?fields=custom", [1, 2], ["custom.colour"]),
            ("/v1/contacts?limit=1&sort=name", [1], ["custom.colour", "mobile"]),
            ("/v1/contacts?q=wang", [2], ["custom.colour", "mobile"]),
            ("/v1/contacts?q=138&limit=1", [2], ["custom.colour", "mobile"]),
            ("/v1/search?q=wang", [2], ["custom.colour", "mobile"]),
            ("/v1/search?q=138&limit=1", [2], ["custom.colour", "mobile"]),
        ] as [(String, JSONValue, JSONValue)]
    )
    func `is noted with what was shown, once for a request`(
        _ target: String,
        _ ids: JSONValue,
        _ fields: JSONValue
    ) throws {
        let koi = try guarded()
        #expect(try koi.request(.get, target).status == .ok)
        #expect(try koi.noted("read") == [[1, "contacts", ids, fields, .null]])
    }

    @Test(arguments: ["/v1/contacts?fields=name", "/v1/contacts/9", "/v1/customers", "/v1/contacts?name=nobody"])
    func `is not noted where none of it is in the answer`(_ target: String) throws {
        let koi = try guarded()
        try koi.request(.get, target)
        #expect(try koi.noted("read") == [])
    }

    @Test func `is noted for a table, and for the answers to writes`() throws {
        let koi = try guarded()
        try koi.request(.get, "/v1/contacts?fields=mobile&limit=1&sort=-name", fields: [("Accept", "text/csv")])
        try koi.request(.patch, "/v1/contacts/1", ["title": "Boss"])
        try koi.make("contacts", ["name": "New"])
        try koi.request(.patch, "/v1/contacts/1", ["name": ""])
        let all: JSONValue = ["custom.colour", "mobile"]
        #expect(
            try koi.noted("read") == [
                [1, "contacts", [2], ["mobile"], .null], [1, "contacts", [1], all, .null],
                [1, "contacts", [3], all, .null],
            ]
        )
    }

    @Test func `is noted for records that are expanded within others`() throws {
        let koi = try guarded()
        try koi.request(.patch, "/v1/roles/\(6)", ["fields": ["customers": ["phone": ["read": "masked"]]]])
        try koi.request(.get, "/v1/contacts?fields=name,customers&expand=customers")
        #expect(try koi.noted("read") == [[1, "customers", [1], ["phone"], .null]])
    }

    @Test func `is not noted for whom the field is held back`() throws {
        let koi = try koi()
        let viewer = try koi.person(["*": ["read": "all"]], held: ["contacts": ["mobile": ["read": "masked"]]])
        let answer = try koi.request(.get, "/v1/contacts/1", key: viewer.key)
        #expect(answer["mobile"] == "138****8000")
        #expect(try koi.noted("read") == [])
    }

    @Test func `is noted for a read that a worker finished`() throws {
        var options = Database.Options.test
        options.readBudget = ReadBudget(steps: 1, time: .seconds(60))
        let koi = try koi(options)
        _ = try koi.person(["*": ["read": "all"]], held: ["contacts": ["mobile": ["read": "masked"]]])
        #expect(try koi.request(.get, "/v1/contacts?sort=-name").items.count == 2)
        #expect(try koi.noted("read") == [[1, "contacts", [1, 2], ["mobile"], .null]])
    }

    @Test func `takes several entries where there are more records than a page has`() {
        var sightings = Sightings()
        for id in 1...1_001 { sightings.add(["phone"], of: Int64(id % 600 + 1), "customers") }
        let template = AccessEntry(at: 0, actor: nil, request: nil, address: "")
        #expect(sightings.entries(template).map(\.records.count) == [500, 100])
    }
}
