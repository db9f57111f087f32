import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Metrics` {
    @Test func `are read with a key that has the right, and not for being on this machine`() throws {
        let koi = try TestApp()
        #expect(try koi.request(.get, "/metrics", key: "", from: "127.0.0.1").status == .unauthorized)
        #expect(try koi.request(.get, "/metrics", key: "koi_wrong").status == .unauthorized)
        #expect(try koi.request(.get, "/metrics", from: "192.0.2.1").status == .ok)
        let reader = try koi.person(["metrics": ["read": "all"]])
        #expect(try koi.request(.get, "/metrics", key: reader.key, from: "192.0.2.1").status == .ok)
        let other = try koi.person(["*": ["read": "all"]])
        #expect(try koi.request(.get, "/metrics", key: other.key).status == .forbidden)
    }

    @Test func `tell of the writer, the jobs and the log of events`() throws {
        let koi = try TestApp()
        let before = try reading(koi)
        try koi.make("customers", ["name": "Acme"])
        let after = try reading(koi)
        #expect(after.sum("koi_events_head") > before.sum("koi_events_head"))
        let writes = after.histogram("koi_writer_batch_size").since(before.histogram("koi_writer_batch_size"))
        #expect(writes.sum == 1 && writes.count == 1)
        #expect(
            after.histogram("koi_writer_wait_seconds").since(before.histogram("koi_writer_wait_seconds")).count == 1
        )
        #expect(after.sum("koi_writer_available") == 1)
        #expect(after.sum("process_resident_memory_bytes") > 1_000_000)
        #expect(after.sum("process_open_fds") > 3)
        #expect(after.sum("koi_wal_bytes") > 0)
    }

    @Test func `tell of streams of events, whose requests are counted apart`() throws {
        let koi = try TestApp()
        let stream = try koi.stream()
        _ = try stream.next()
        #expect(try reading(koi).sum("koi_event_streams_open") == 1)
        stream.cancel()
        #expect(try reading(koi).sum("koi_event_streams_open") == 0)

        let head = try RequestHead(
            .get,
            "/v1/events",
            fields: Fields([("Authorization", "Bearer " + koi.key), ("Accept", "text/event-stream")])
        )
        var trace = RequestTrace(id: "a")
        let request = Request(head: head, peer: Peer(address: "192.0.2.1"), id: "a")
        _ = koi.app.respond(to: request, exchange: Exchange { _ in }, trace: &trace)
        #expect(trace.route == koi.app.observation.meter.streamRoute)
    }

    @Test func `tell of sign-ins that failed`() throws {
        let koi = try TestApp()
        koi.app.ledger.note(.failedSignIn(account: "2", address: "192.0.2.1"))
        #expect(try reading(koi).sum("koi_sign_in_failures_total") == 1)
    }

    @Test func `are there while the database is not`() throws {
        let koi = try TestApp()
        _ = try reading(koi)
        koi.close()
        let found = try reading(koi)
        #expect(found.sum("koi_writer_available") == 0)
        #expect(found.all("koi_events_head").isEmpty)
    }

    private func reading(_ koi: TestApp) throws -> MetricsReading {
        let answer = try koi.request(.get, "/metrics")
        #expect(answer.status == .ok)
        #expect(answer.fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        return MetricsReading(answer.text)
    }

    @Test func `are written so that any value of a label comes back`() {
        var text = MetricsText()
        text.begin("a", .gauge, "A.")
        text.sample("a", [("x", "1\"\\\n}, {"), ("y", "")], 3)
        text.histogram("h", bounds: ["1.0", "2.0"], counts: [3, 4, 5], sum: "7.5")
        let reading = MetricsReading(text.text)
        #expect(reading.all("a").first?.labels == ["x": "1\"\\\n}, {", "y": ""])
        #expect(reading.sum("a") == 3)
        let histogram = reading.histogram("h")
        #expect(histogram.buckets.map(\.count) == [3, 7, 12])
        #expect(histogram.sum == 7.5 && histogram.count == 12)
    }

    @Test(arguments: ["", "a", "a{", "a{x", "a{x=", "a{x=\"1", "a{x=\"1\"", "a{x=\"1\"}", "a b", "{x=\"1\"} 3"])
    func `that cannot be read are passed over`(_ line: String) {
        #expect(MetricsReading(line + "\nb 1\n").sum("b") == 1)
    }
}

struct `A histogram` {
    private let histogram = Histogram(buckets: [(1, 50), (2, 90), (4, 99), (.infinity, 100)], sum: 150, count: 100)

    @Test func `knows its quantiles as far as its bounds tell`() {
        #expect(histogram.quantile(0.5) == 1)
        #expect(histogram.quantile(0.7) == 1.5)
        #expect(histogram.quantile(0.99) == 4)
        #expect(histogram.quantile(1) == 4)
        #expect(histogram.mean == 1.5)
        #expect(Histogram(buckets: [], sum: 0, count: 0).quantile(0.5) == nil)
    }

    @Test func `is what came since an earlier one`() {
        let earlier = Histogram(buckets: [(1, 50), (2, 50), (4, 50), (.infinity, 50)], sum: 50, count: 50)
        let since = histogram.since(earlier)
        #expect(since.count == 50 && since.sum == 100)
        #expect(since.quantile(0.5) == 1 + 25.0 / 40)
        // Koi was started anew in between.
        #expect(earlier.since(histogram).count == 0)
    }
}
