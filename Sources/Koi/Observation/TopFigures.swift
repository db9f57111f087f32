/// What `koi top` shows: how much there was of everything between two readings of the metrics.
package struct TopFigures: Sendable {
    struct Route: Sendable {
        let name: String
        let requests: Double
        /// In seconds.
        let median: Double?
        let slowest: Double?
        /// Answers of 5xx, and none at all.
        let errors: Double
        let bytesOut: Double
    }

    /// What the figures by the second are counted over.
    let seconds: Double
    let routes: [Route]
    let requests: Double
    let times: Histogram
    let clientErrors: Double
    let errors: Double
    let broken: Double
    let bytesIn: Double
    let bytesOut: Double
    let batches: Histogram
    let waits: Histogram
    let commits: Histogram
    /// Of each loop.
    let lags: [Histogram]
    let processor: Double
    let now: MetricsReading

    /// - Parameter earlier: nil for all since Koi was started.
    package init(_ now: MetricsReading, since earlier: MetricsReading? = nil) {
        let before = earlier ?? MetricsReading("")
        let uptime = now.sum("koi_uptime_seconds")
        seconds = max(0.001, uptime - before.sum("koi_uptime_seconds"))
        let length = seconds
        func rate(_ name: String, _ labels: [String: String] = [:]) -> Double {
            max(0, now.sum(name, labels) - before.sum(name, labels)) / length
        }
        func histogram(_ name: String, _ labels: [String: String] = [:]) -> Histogram {
            now.histogram(name, labels).since(before.histogram(name, labels))
        }
        /// Requests whose status begins so.
        func answers(_ labels: [String: String], _ isCounted: (String) -> Bool) -> Double {
            func count(_ reading: MetricsReading) -> Double {
                reading.all("koi_http_requests_total", labels).reduce(0) {
                    isCounted($1.labels["status"] ?? "") ? $0 + $1.value : $0
                }
            }
            return max(0, count(now) - count(before)) / length
        }
        self.now = now
        let isError = { (status: String) in status.hasPrefix("5") || status == "none" }
        routes = now.all("koi_http_sent_bytes_total").map { sample in
            let times = histogram("koi_http_request_duration_seconds", sample.labels)
            let method = sample.labels["method"] ?? ""
            let pattern = sample.labels["route"] ?? ""
            return Route(
                name: method == "any" ? pattern : method + " " + pattern,
                requests: rate("koi_http_requests_total", sample.labels),
                median: times.quantile(0.5),
                slowest: times.quantile(0.99),
                errors: answers(sample.labels, isError),
                bytesOut: rate("koi_http_sent_bytes_total", sample.labels)
            )
        }
        requests = rate("koi_http_requests_total")
        times = histogram("koi_http_request_duration_seconds")
        clientErrors = answers([:]) { $0.hasPrefix("4") }
        errors = answers([:]) { $0.hasPrefix("5") }
        broken = ["aborted", "stalled", "failed"].reduce(0) {
            $0 + rate("koi_http_request_outcomes_total", ["outcome": $1])
        }
        bytesIn = rate("koi_http_received_bytes_total")
        bytesOut = rate("koi_http_sent_bytes_total")
        batches = histogram("koi_writer_batch_size")
        waits = histogram("koi_writer_wait_seconds")
        commits = histogram("koi_writer_commit_seconds")
        lags = now.all("koi_loop_lag_seconds_count").map { histogram("koi_loop_lag_seconds", $0.labels) }
        processor = rate("process_cpu_seconds_total")
    }
}
