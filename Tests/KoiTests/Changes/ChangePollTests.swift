import Dispatch
import Glibc
import KoiJSON
import KoiLock
import KoiSQLite
import Testing

@testable import Koi
@testable import KoiHTTP

struct `A request for changes that waits` {
    private func head(_ koi: TestApp) throws -> Int64 {
        try koi.app.perform { try EventLog.head($0.connection).sequence }
    }

    /// Asks from another thread; the answer comes through what is returned.
    private func ask(_ koi: TestApp, _ target: String, key: String? = nil) -> () throws -> TestAnswer {
        let answered = DispatchSemaphore(value: 0)
        let answer = Lock<Result<TestAnswer, any Error>?>(nil)
        DispatchQueue(label: "test.ask").async {
            let result = Result { try koi.request(.get, target, key: key) }
            answer.withLock { $0 = result }
            answered.signal()
        }
        return {
            answered.wait()
            let result = answer.withLock { $0 }
            return try result?.get() ?? TestAnswer(Response(.internalServerError))
        }
    }

    private func waitUntil(_ condition: () -> Bool) {
        while !condition() { sched_yield() }
    }

    @Test func `is answered at once where there is something`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")

        let answer = try koi.request(.get, "/v1/changes?after=0&wait=60")

        #expect(answer.items.count > 0)
        #expect(koi.app.polls.count == 0)
    }

    @Test func `is answered once something happens that its reader sees`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let start = try head(koi)
        let answer = ask(koi, "/v1/changes?after=\(start)&wait=60", key: wang.key)
        waitUntil { koi.app.polls.count == 1 }

        try koi.app.perform { transaction in
            let service = RecordService(Customer.resource, transaction)
            _ = try service.add(["name": "Another's"])
        }
        try koi.app.perform { transaction in
            let service = RecordService(Customer.resource, transaction)
            _ = try service.add(["name": "Wang's", "owner": .integer(wang.id)])
        }

        let items = try answer().items
        #expect(items.map { $0["record"]["name"] } == ["Wang's"])
        #expect(koi.app.polls.count == 0)
    }

    @Test func `is answered without anything when its time is over`() throws {
        let koi = try TestApp()
        let start = try head(koi)

        let answer = try koi.request(.get, "/v1/changes?after=\(start)&wait=1")

        #expect(answer.items.isEmpty)
        #expect(answer["position"] == koi.position(start))
    }

    @Test func `is answered with all others whose time is over at once, in one round`() throws {
        var options = Database.Options.test
        options.maximumWaitingReads = 1
        let koi = try TestApp(options: options)
        let answered = DispatchSemaphore(value: 0)
        let statuses = Lock<[Int]>([])

        for _ in 0..<50 {
            let exchange = Exchange { response in
                statuses.withLock { $0.append(response.status.code) }
                answered.signal()
            }
            try koi.begin(.get, "/v1/changes?wait=1", exchange)
        }
        for _ in 0..<50 { answered.wait() }

        #expect(statuses.withLock { $0 } == Array(repeating: 200, count: 50))
    }

    @Test func `is one of so many of a key at most`() throws {
        let koi = try TestApp()
        let other = try koi.person(named: "Wang", ["customers": ["read": "all"]])
        let exchanges = (0..<ChangePolls.maximumEach).map { _ in Exchange { _ in } }
        for exchange in exchanges { try koi.begin(.get, "/v1/changes?wait=60", exchange) }

        let refused = try koi.request(.get, "/v1/changes?wait=60")
        let others = try koi.request(.get, "/v1/changes?after=0&wait=60", key: other.key)

        #expect(refused.status == .tooManyRequests)
        #expect(refused.code == "too_many_waiting")
        #expect(refused.fields["Retry-After"] == "1")
        #expect(others.status == .ok)
        exchanges[0].connectionClosed()
        #expect(try koi.request(.get, "/v1/changes?after=0&wait=60").status == .ok)
    }

    @Test(.timeLimit(.minutes(1)))
    func `is answered at once when its client closes its side`() throws {
        let koi = try TestApp()
        let answered = DispatchSemaphore(value: 0)
        let answer = Lock<Response?>(nil)
        let exchange = Exchange { response in
            answer.withLock { $0 = response }
            answered.signal()
        }
        try koi.begin(.get, "/v1/changes?wait=60", exchange)

        exchange.peerFinished()

        #expect(answered.wait(timeout: .now() + 20) == .success)
        let page = try #require(answer.withLock { $0.map(TestAnswer.init) })
        #expect(page.status == .ok && page.items.isEmpty)
        #expect(koi.app.polls.count == 0 && koi.app.catalog.eventHub.count == 0)
    }

    @Test func `is forgotten with its client`() throws {
        let koi = try TestApp()
        let exchange = Exchange { _ in }
        try koi.begin(.get, "/v1/changes?wait=60", exchange)
        #expect(koi.app.polls.count == 1 && koi.app.catalog.eventHub.count == 1)

        exchange.connectionClosed()

        #expect(koi.app.polls.count == 0 && koi.app.catalog.eventHub.count == 0)
    }

    @Test func `is answered when Koi stops`() throws {
        let koi = try TestApp()
        let answer = ask(koi, "/v1/changes?after=\(try head(koi))&wait=60")
        waitUntil { koi.app.polls.count == 1 }

        koi.app.polls.stop()

        #expect(try answer().status == .ok)
    }

    @Test func `is refused once its key is revoked`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "all"]])
        let answer = ask(koi, "/v1/changes?after=\(try head(koi))&wait=60", key: wang.key)
        waitUntil { koi.app.polls.count == 1 }

        try koi.app.perform { transaction in
            try transaction.connection.run(
                "UPDATE keys SET \"removedAt\" = 1 WHERE \"user\" = ?",
                [.integer(wang.id)]
            )
            try transaction.renewAccess()
        }
        try koi.app.perform { _ = try RecordService(Customer.resource, $0).add(["name": "Acme"]) }

        #expect(try answer().status == .unauthorized)
    }
}
