import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A change of many records` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
        for number in 0..<6 {
            let region: JSONValue = number % 2 == 0 ? "重庆" : "上海"
            try koi.request(.post, "/v1/customers", ["name": .string("C\(number)"), "region": region])
        }
    }

    private static let chongqing = "/v1/customers?region=%E9%87%8D%E5%BA%86"

    private func runJobs(batch: Int64 = 500) throws {
        try koi.worker(MassJob.kind(batch: batch)).runDue()
    }

    private func job(_ answer: TestAnswer) throws -> TestAnswer {
        try koi.request(.get, try #require(answer.fields["Location"], "\(answer.text)"))
    }

    @Test func `is done by a job that says what it did`() throws {
        let begun = try koi.request(.patch, Self.chongqing, ["tier": "vip"])
        #expect(begun.status == .accepted)
        #expect(begun["kind"] == "massChange")
        #expect(try koi.request(.get, "/v1/customers?tier=vip").items.isEmpty)
        try koi.request(.post, "/v1/customers", ["name": "Later", "region": "重庆"])
        try koi.request(.patch, "/v1/customers/1", ["tier": "vip"])
        try runJobs()
        let done = try job(begun)
        #expect(done["state"] == "done")
        #expect(done["total"] == 3)
        #expect(done["done"] == 3)
        #expect(done["result"] == ["changed": 2, "unchanged": 1, "failed": 0, "failures": []])
        #expect(try koi.request(.get, "/v1/customers?tier=vip").items.map { $0["id"] } == [1, 3, 5])
        let event = try #require(try koi.events(of: "jobs").first)
        #expect(event.payload["after"]["filters"] == ["region"])
        #expect(event.payload["after"]["fields"] == ["tier"])
    }

    @Test func `is shown before it is done`() throws {
        try koi.request(.patch, "/v1/customers/3", ["kind": "person"])
        let preview = try koi.request(.patch, Self.chongqing + "&preview=true", ["size": 7])
        #expect(preview.status == .ok, "\(preview.text)")
        #expect(preview["count"] == 3)
        #expect(
            preview["examples"] == [
                ["id": 1, "before": ["size": .null], "after": ["size": 7]],
                ["id": 5, "before": ["size": .null], "after": ["size": 7]],
            ]
        )
        #expect(
            preview["problems"] == [
                ["record": 3, "code": "invalid", "errors": [["field": "size", "code": "companies_only"]]]
            ]
        )
        #expect(try koi.request(.get, "/v1/jobs?kind=massChange").items.isEmpty)
        let begun = try koi.request(.patch, Self.chongqing, ["size": 7])
        try runJobs()
        let done = try job(begun)
        #expect(done["result"]["changed"] == 2)
        #expect(done["result"]["failures"] == preview["problems"])
    }

    @Test func `tells nobody whether a guess is right`() throws {
        try koi.make(
            "fields",
            ["resource": "customers", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
        )
        try koi.request(.patch, "/v1/customers/1", ["phone": "13800138000", "custom": ["colour": "red"]])
        let held: JSONValue = ["customers": ["phone": ["read": "masked"], "custom.colour": ["read": "masked"]]]
        let li = try koi.person(["customers": ["read": "all", "change": "all"]], held: held)
        func example(_ patch: JSONValue) throws -> JSONValue {
            let preview = try koi.request(.patch, "/v1/customers?name=C0&preview=true", patch, key: li.key)
            #expect(preview.status == .ok, "\(preview.text)")
            return preview["examples"].arrayValue?.first?["after"] ?? .null
        }
        func names(_ value: JSONValue) -> [String] { value.objectValue?.members.map(\.name) ?? [] }
        #expect(try names(example(["phone": "13800138000"])) == ["phone"])
        #expect(try names(example(["phone": "13800138001"])) == ["phone"])
        #expect(try names(example(["custom": ["colour": "red"]])) == ["custom"])
        #expect(try names(example(["custom": ["colour": "blue"]])) == ["custom"])
        #expect(try names(example(["region": "重庆"])) == [])
    }

    @Test func `is shown of what forgets its secrets by it, and forgets none`() throws {
        let url = "https://sms.example.com/send"
        try koi.make("gateways", ["name": "SMS", "channel": "sms", "url": .string(url), "body": ["to": "{to}"]])
        let entered = try koi.request(.put, "/v1/gateways/1/secrets", ["token": "Geheimnis"])
        #expect(entered.status.code < 300, "\(entered.text)")
        let other: JSONValue = ["url": "https://other.example.com/send"]
        let preview = try koi.request(.patch, "/v1/gateways?all=true&preview=true", other)
        #expect(preview.status == .ok, "\(preview.text)")
        #expect(try koi.request(.get, "/v1/gateways/1")["secrets"] == ["token"])
        try koi.request(.patch, "/v1/gateways/1", other)
        #expect(try koi.request(.get, "/v1/gateways/1")["secrets"] == [])
    }

    @Test func `of every record has to be said`() throws {
        for path in ["/v1/customers", "/v1/customers?all=false", "/v1/customers?preview=true"] {
            let answer = try koi.request(.patch, path, ["tier": "vip"])
            #expect(answer.status == .badRequest)
            #expect(answer["errors"].arrayValue?.first?["field"] == "all")
        }
        _ = try koi.request(.patch, "/v1/customers?all=true", ["tier": "vip"])
        try runJobs()
        #expect(try koi.request(.get, "/v1/customers?tier=vip").items.count == 6)
    }

    @Test func `takes filters and a patch that could be`() throws {
        for query in [
            "limit=3", "sort=name", "q=C", "removed=true", "cursor=x", "fields=id", "nothing=1", "region=a&all=x",
        ] {
            #expect(
                try koi.request(.patch, "/v1/customers?" + query, ["tier": "vip"]).status == .badRequest,
                "\(query)"
            )
        }
        for patch: JSONValue in [["tier": "?"], ["nothing": 1], ["owner": ["hr": "x"]], ["version": 1]] {
            let answer = try koi.request(.patch, Self.chongqing, patch)
            #expect(answer.status == .unprocessableContent, "\(patch)")
        }
        #expect(try koi.request(.patch, Self.chongqing, []).status == .badRequest)
        try koi.request(
            .post,
            "/v1/views",
            ["resource": "customers", "name": "V", "filter": ["region": "上海"], "sort": "-name"]
        )
        #expect(try koi.request(.patch, "/v1/customers?view=1&preview=true", ["tier": "vip"])["count"] == 3)
    }

    @Test func `goes on where it was cut off, and does nothing twice`() throws {
        let begun = try koi.request(.patch, "/v1/customers?all=true", ["tier": "vip"])
        let id = try #require(begun["id"].integerValue)
        let worker = try koi.worker(MassJob.kind(batch: 2))
        _ = try worker.pass()
        koi.close()
        let again = try TestApp(in: koi.folder, clock: koi.clock)
        try again.worker(MassJob.kind(batch: 2)).runDue()
        let job = try again.job(id)
        #expect(job.state == .done)
        #expect(job.result?["changed"] == 6)
        #expect(try again.events(of: "customers").count { $0.type == "customer.changed" } == 6)
    }

    @Test func `is ended by a cancellation`() throws {
        let begun = try koi.request(.patch, "/v1/customers?all=true", ["tier": "vip"])
        let id = try #require(begun["id"].integerValue)
        try koi.request(.put, "/v1/jobs/\(id)/cancellation")
        try runJobs()
        #expect(try koi.job(id).state == .cancelled)
        #expect(try koi.request(.get, "/v1/customers?tier=vip").items.isEmpty)
    }

    @Test func `does no more than the key that asked for it`() throws {
        let made = try koi.request(
            .post,
            "/v1/keys",
            ["name": "Narrow", "scopes": ["customers.read", "customers.change"]]
        )
        let key = try #require(made["key"].stringValue)
        let begun = try koi.request(.patch, Self.chongqing, ["tier": "vip"], key: key)
        #expect(begun.status == .accepted)
        #expect(try koi.request(.delete, Self.chongqing, key: key).status == .forbidden)
        try koi.request(.delete, "/v1/keys/\(made["id"].integerValue ?? 0)")
        try runJobs()
        #expect(try koi.request(.get, "/v1/customers?tier=vip").items.isEmpty)
        let job = try koi.job(try #require(begun["id"].integerValue))
        #expect(job.state == .failed)
        #expect(job.failure?.code == "not_permitted")
    }

    @Test func `can lay them into the bin`() throws {
        #expect(
            try koi.request(.delete, Self.chongqing + "&preview=true")["examples"] == [["id": 1], ["id": 3], ["id": 5]]
        )
        let begun = try koi.request(.delete, Self.chongqing)
        #expect(begun.status == .accepted)
        try runJobs()
        #expect(try job(begun)["result"]["changed"] == 3)
        #expect(try koi.request(.get, "/v1/customers").items.map { $0["id"] } == [2, 4, 6])
        #expect(try koi.request(.delete, "/v1/customers").status == .badRequest)
    }

    @Test func `keeps nothing of whom it was about once it is done`() throws {
        try koi.request(.post, "/v1/contacts", ["name": "Vormalsqx", "email": "qxochimei@example.com"])
        try koi.request(.patch, "/v1/contacts?email=qxochimei@example.com", ["notes": "Ask Vormalsqx"])
        try runJobs()
        try koi.request(.post, "/v1/contacts/1/erasure")
        try koi.worker(ErasureJob.kind).runDue()
        #expect(try koi.stored(["qxochimei", "Vormalsqx"]) == [])
    }

    @Test func `gets on however long it takes to look`() throws {
        let begun = try koi.request(.patch, "/v1/customers?all=true", ["tier": "vip"])
        let id = try #require(begun["id"].integerValue)
        try koi.app.perform { try JobStore($0.connection).begin(id, now: $0.now) }
        let runner = JobRunner(koi.app, [MassJob.kind])
        // Without any time each chunk does one record all the same.
        for _ in 0..<8 {
            try koi.app.perform { try runner.runChunk(id, in: $0, until: .now, isCounted: false) }
        }
        #expect(try koi.job(id).state == .done)
        #expect(try koi.request(.get, "/v1/customers?tier=vip").items.count == 6)
    }

    @Test func `is asked for once under a key`() throws {
        let fields = [("Idempotency-Key", "a")]
        let first = try koi.request(.patch, Self.chongqing, ["tier": "vip"], fields: fields)
        let second = try koi.request(.patch, Self.chongqing, ["tier": "vip"], fields: fields)
        #expect(second.bytes == first.bytes)
        #expect(second.fields["Location"] == first.fields["Location"])
    }
}
