import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `What is refused` {
    @Test func `is noted with who asked for what`() throws {
        let koi = try TestApp()
        let viewer = try koi.person(["*": ["read": "all"]])
        try koi.addCustomer("Acme")
        let answers = [
            try koi.request(.patch, "/v1/customers/1", ["name": "Mine"], key: viewer.key),
            try koi.request(.post, "/v1/customers", ["name": "Mine"], key: viewer.key),
            try koi.request(.get, "/v1/jobs", key: viewer.key),
            try koi.request(.get, "/v1/customers", key: viewer.key, fields: [("Accept", "text/csv")]),
        ]
        #expect(answers.map(\.status) == Array(repeating: .forbidden, count: 4))
        let who = JSONValue.integer(viewer.id)
        #expect(
            try koi.noted("refused") == [
                [who, "customers", [1], [], "not_permitted"], [who, "customers", [], [], "not_permitted"],
                [who, "jobs", [], [], "not_permitted"], [who, "customers", [], [], "not_permitted"],
            ]
        )
    }

    @Test func `is noted where fields are written that are not for the actor`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        let seller = try koi.person(
            ["*": ["read": "all", "change": "all"]],
            held: ["customers": ["tier": ["write": false]]]
        )
        let body: JSONValue = ["id": 7, "tier": "vip", "name": "", "version": 3]
        #expect(try koi.request(.patch, "/v1/customers/1", body, key: seller.key).status == .unprocessableContent)
        #expect(
            try koi.noted("refused") == [
                [.integer(seller.id), "customers", [1], ["id", "tier", "version"], "read_only"]
            ]
        )
    }

    @Test func `is noted where a role gives more than its maker has`() throws {
        let koi = try TestApp()
        let maker = try koi.person(["*": ["read": "all"], "roles": ["read": "all", "create": "all"]])
        let wider: JSONValue = ["name": "Wide", "permissions": ["customers": ["remove": "all"]]]
        #expect(try koi.request(.post, "/v1/roles", wider, key: maker.key).status == .forbidden)
        #expect(try koi.noted("refused") == [[.integer(maker.id), "roles", [], [], "wider_than_own"]])
    }

    @Test func `is not noted for what is only wrong`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["kind": "company"])
        try koi.request(.get, "/v1/customers/9")
        try koi.request(.get, "/v1/customers", key: "")
        #expect(try koi.noted("refused") == [])
    }
}
