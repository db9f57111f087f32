import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A table of records` {
    private let csv = [("Accept", "text/csv")]

    @Test func `is an event that is on disk before it goes out, without the values of filters`() throws {
        let koi = try TestApp()
        for name in ["Acme", "Beta", "Ceta"] { try koi.addCustomer(name) }
        let target = "/v1/customers?name.has=eta&fields=id,name"
        #expect(try koi.request(.get, target, fields: csv).text.hasSuffix("2,Beta\r\n3,Ceta\r\n"))
        let event = try #require(try koi.events(of: "customers").last)
        #expect(event.type == "customers.exported")
        #expect(event.record == 0)
        #expect(
            event.payload == [
                "after": ["format": "csv", "parameters": ["name.has", "fields"], "rows": 2]
            ]
        )
        #expect(try koi.app.check() == [])
    }

    @Test func `is not given where its event cannot be written`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        _ = try koi.app.perform { try $0.connection.run("ALTER TABLE event_payloads RENAME TO gone") }
        let answer = try koi.request(.get, "/v1/customers", fields: csv)
        #expect(answer.status == .internalServerError)
        #expect(!answer.text.contains("Acme"))
    }

    @Test func `is an event, too, where a worker made it`() throws {
        var options = Database.Options.test
        options.readBudget.steps = 1
        let koi = try TestApp(options: options)
        for name in ["Acme", "Beta"] { try koi.addCustomer(name) }
        #expect(try koi.request(.get, "/v1/customers?sort=-name", fields: csv).status == .ok)
        #expect(try koi.eventTypes().last == "customers.exported")
    }

    @Test func `reaches what may be read and exported`() throws {
        let koi = try TestApp()
        let seller = try koi.person(["*": ["read": "all", "export": "own"]])
        try koi.make("customers", ["name": "Acme", "owner": 1])
        try koi.make("customers", ["name": "Beta", "owner": .integer(seller.id)])
        for target in ["/v1/customers?fields=name", "/v1/customers?fields=name&q=e"] {
            let table = try koi.request(.get, target, key: seller.key, fields: csv).text
            #expect(!table.contains("Acme"), "\(target)")
        }
        #expect(try koi.request(.get, "/v1/customers?fields=name", key: seller.key, fields: csv).text.contains("Beta"))
        #expect(try koi.request(.get, "/v1/customers", key: seller.key).items.count == 2)
    }

    @Test func `needs the right to it, and leaves no event without`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        let viewer = try koi.person(["*": ["read": "all"]])
        let before = try koi.eventTypes()
        let answer = try koi.request(.get, "/v1/customers", key: viewer.key, fields: csv)
        #expect(answer.code == "not_permitted")
        #expect(try koi.eventTypes() == before)
    }
}
