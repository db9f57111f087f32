import Testing

@testable import Koi

struct `The view of koi top` {
    private static let first = """
        koi_build_info{version="0.1.0",sqlite="3"} 1
        koi_uptime_seconds 100.0
        koi_http_requests_total{method="GET",route="/v1/customers/{id}",status="200"} 1000
        koi_http_requests_total{method="GET",route="/v1/customers/{id}",status="500"} 5
        koi_http_requests_total{method="POST",route="/v1/customers",status="201"} 10
        koi_http_request_outcomes_total{outcome="aborted"} 20
        koi_http_request_duration_seconds_bucket{method="GET",route="/v1/customers/{id}",le="0.001"} 1005
        koi_http_request_duration_seconds_bucket{method="GET",route="/v1/customers/{id}",le="+Inf"} 1005
        koi_http_request_duration_seconds_bucket{method="POST",route="/v1/customers",le="0.001"} 0
        koi_http_request_duration_seconds_bucket{method="POST",route="/v1/customers",le="0.5"} 10
        koi_http_request_duration_seconds_bucket{method="POST",route="/v1/customers",le="+Inf"} 10
        koi_http_sent_bytes_total{method="GET",route="/v1/customers/{id}"} 1000000
        koi_http_sent_bytes_total{method="POST",route="/v1/customers"} 5000000
        koi_writer_available 1
        koi_writer_batch_size_bucket{le="1"} 10
        koi_writer_batch_size_bucket{le="+Inf"} 10
        koi_writer_batch_size_sum 10
        koi_writer_batch_size_count 10
        koi_loop_lag_seconds_bucket{loop="0",le="0.001"} 5
        koi_loop_lag_seconds_bucket{loop="0",le="+Inf"} 5
        koi_loop_lag_seconds_count{loop="0"} 5
        process_resident_memory_bytes 80000000
        """

    private static func later() -> String {
        first.replacing("koi_uptime_seconds 100.0", with: "koi_uptime_seconds 110.0")
            .replacing("status=\"200\"} 1000", with: "status=\"200\"} 3000")
            .replacing("status=\"201\"} 10", with: "status=\"201\"} 30")
    }

    @Test func `counts by the second between two looks, and over all without an earlier one`() {
        let now = MetricsReading(Self.later())
        let figures = TopFigures(now, since: MetricsReading(Self.first))
        #expect(figures.seconds == 10)
        #expect(figures.requests == 202)
        #expect(figures.errors == 0)
        let whole = TopFigures(MetricsReading(Self.first))
        #expect(whole.seconds == 100)
        #expect(whole.requests == 10.15)
        #expect(whole.errors == 0.05)
        #expect(whole.broken == 0.2)
        #expect(whole.routes.map(\.name) == ["GET /v1/customers/{id}", "POST /v1/customers"])
    }

    @Test(arguments: [20, 40, 59, 80, 132, 300])
    func `fits into any width`(_ width: Int) {
        let figures = TopFigures(MetricsReading(Self.first))
        let lines = TopScreen(width: width).lines(
            figures,
            of: "/var/lib/koi",
            note: String(repeating: "wrong ", count: 60)
        )
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
        #expect(lines.joined().contains("ROUTE"))
    }

    @Test(arguments: [1, 3, 9, 10, 24])
    func `fits into any height`(_ height: Int) {
        let figures = TopFigures(MetricsReading(Self.first))
        #expect(TopScreen(width: 80, height: height).lines(figures, of: "koi").count <= height)
    }

    @Test(arguments: zip(TopScreen.Order.allCases, ["GET", "POST", "GET", "POST"]))
    func `sorts the routes`(_ order: TopScreen.Order, _ first: String) {
        var screen = TopScreen(width: 80)
        screen.order = order
        let lines = screen.lines(TopFigures(MetricsReading(Self.first)), of: "koi")
        let title = lines.firstIndex { $0.hasPrefix("ROUTE") } ?? 0
        #expect(lines[title + 1].hasPrefix(first))
        #expect(lines[title].count { $0 == "*" } == 1)
    }

    @Test func `shows in red where something fails`() {
        let lines = TopScreen(width: 80, isColoured: true).lines(TopFigures(MetricsReading(Self.first)), of: "koi")
        #expect(lines.contains { $0.contains("\u{1B}[31m") && $0.contains("GET /v1/customers/{id}") })
    }

    @Test(arguments: [
        (0, "0"), (0.04, "<0.1"), (0.5, "0.5"), (3, "3"), (12.6, "13"), (1_234, "1,234"), (60_000, "60,000"),
        (250_000, "0.3M"), (12_345_678, "12M"), (.infinity, "-"),
    ])
    func `writes numbers for a glance`(_ number: Double, _ text: String) {
        #expect(Amount.number(number) == text)
    }

    @Test func `writes bytes and times with their units`() {
        #expect([0, 999, 1_500, 84_000_000, 2.5e9].map(Amount.bytes) == ["0 B", "999 B", "1.5 kB", "84 MB", "2.5 GB"])
        #expect([nil, 0.00005, 0.0025, 0.25, 1.5].map(Amount.time) == ["-", "50 µs", "2.5 ms", "250 ms", "1.5 s"])
        #expect([59, 61, 3_660, 90_000].map(Amount.duration) == ["59 s", "1 min 1 s", "1 h 1 min", "1 d 1 h"])
    }

    @Test(arguments: ["", "koi", "ftp://a", "http://", "http://a:x", "http://a/b", "http://a:0"])
    func `refuses an address that is none`(_ url: String) {
        #expect(throws: LocalFailure.self) { try MetricsSource(url: url, key: nil) }
    }

    @Test func `shows a key only to this machine or by TLS`() {
        for url in ["http://192.0.2.1", "http://koi.example.com:8080", "http://127.0.0.1.example.com"] {
            let failure = #expect(throws: LocalFailure.self) { try MetricsSource(url: url, key: "koi_x") }
            #expect(failure?.description.contains("https://") == true)
            #expect(throws: Never.self) { try MetricsSource(url: url, key: nil) }
        }
        #expect(throws: Never.self) { try MetricsSource(url: "http://localhost:8080", key: "koi_x") }
        #expect(throws: Never.self) { try MetricsSource(url: "https://koi.example.com", key: "koi_x") }
    }

    @Test func `commands no terminal, whatever a route is called`() {
        let text = Self.first.replacing("/v1/customers\"", with: "/v1/\u{1B}[2J\"")
        let lines = TopScreen(width: 80).lines(TopFigures(MetricsReading(text)), of: "koi")
        #expect(lines.contains { $0.contains("\\u{1b}[2J") })
        #expect(!lines.joined().contains("\u{1B}"))
    }

    @Test func `takes an address with and without a port`() throws {
        #expect(try MetricsSource(url: "http://127.0.0.1:8080/", key: "koi_x").name == "127.0.0.1:8080")
        #expect(try MetricsSource(url: "https://koi.example.com", key: nil).name == "koi.example.com")
        #expect(try MetricsSource(url: "http://[::1]", key: nil).name == "[::1]")
    }
}
