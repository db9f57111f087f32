import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A read that goes over its loop's budget` {
    @Test func `is run again on a worker, and no route has to know`() throws {
        var options = Database.Options.test
        options.readBudget = ReadBudget(steps: 100)
        let koi = try TestApp(options: options)
        try koi.app.perform { transaction in
            let service = RecordService(Customer.resource, transaction)
            for number in 0..<300 { _ = try service.add(["name": .string("Acme \(number)")]) }
        }
        let list = try koi.request(.get, "/v1/customers?limit=300&total=true&name.has=acme")
        #expect(list.status == .ok)
        #expect(list["total"] == 300)
        #expect(list.items.count == 300)
        #expect(try koi.request(.get, "/v1/customers/7")["name"] == "Acme 6")
    }
}
