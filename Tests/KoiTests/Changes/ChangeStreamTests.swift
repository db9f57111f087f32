import Dispatch
import Glibc
import KoiJSON
import KoiLock
import KoiSQLite
import Testing

@testable import Koi
@testable import KoiHTTP

struct `A stream of changes` {
    @Test func `gives what the feed gives, and goes on after what its client saw`() throws {
        let koi = try TestApp()
        for name in ["A", "B", "C"] { try koi.addCustomer(name) }
        let items = try koi.request(.get, "/v1/changes?after=0&resource=customers").items
        let first = try #require(items.first?["sequence"].integerValue)

        let all = try koi.changeStream("?after=0&resource=customers").events(3)
        let rest = try koi.changeStream("?after=0&resource=customers", last: first).events(2)

        #expect(all == items)
        #expect(rest == Array(items[1...]))
    }

    @Test(arguments: [("after=1000000", 409), ("wait=5", 400), ("limit=5", 400)])
    func `refuses what makes no sense`(_ query: String, _ status: Int) throws {
        let koi = try TestApp()

        let answer = try koi.request(.get, "/v1/changes?" + query, fields: [("Accept", "text/event-stream")])

        #expect(answer.status.code == status)
    }
}

extension TestApp {
    func changeStream(_ query: String, last: Int64? = nil) throws -> TestStream {
        let fields = last.map { [("Last-Event-ID", String($0))] } ?? []
        return try TestStream(response(.get, "/v1/changes" + query, fields: fields + [("Accept", "text/event-stream")]))
    }
}
