import Glibc
import KoiHTTP
import KoiSQLite
import Synchronization

/// All metrics of a running Koi as they are at this moment.
struct Metrics {
    private let app: App
    private let loop: Int
    private var out = MetricsText()

    /// - Parameter loop: on which the caller runs.
    init(_ app: App, loop: Int) {
        self.app = app
        self.loop = loop
        build()
        requests()
        server()
        writer()
        store()
        people()
        process()
    }

    var text: String { out.text }

    private mutating func build() {
        out.begin("koi_build_info", .gauge, "The version of Koi; always 1.")
        out.sample("koi_build_info", [("version", OpenAPI.version), ("sqlite", SQLiteVersion.text)], 1)
        out.begin("koi_uptime_seconds", .gauge, "How long Koi has been running.")
        out.sample("koi_uptime_seconds", [], String(Double(app.clock.now() - app.observation.startedAt) / 1_000))
    }

    // MARK: Requests

    private mutating func requests() {
        let meter = app.observation.meter
        let rows = meter.routes.indices.filter { row in
            RequestReport.Outcome.allCases.contains { meter.count(row, $0) > 0 }
        }
        out.begin(
            "koi_http_requests_total",
            .counter,
            "Requests that have ended, by route and status; none where no answer was begun."
        )
        for row in rows {
            for (column, status) in RequestMeter.statuses.enumerated() {
                let count = meter.count(row, status: column)
                guard count > 0 else { continue }
                out.sample(
                    "koi_http_requests_total",
                    labels(row) + [("status", status == 0 ? "none" : String(status))],
                    count
                )
            }
        }
        out.begin("koi_http_request_outcomes_total", .counter, "Requests that have ended, by how they did.")
        for outcome in RequestReport.Outcome.allCases {
            let count = rows.reduce(UInt64(0)) { $0 + meter.count($1, outcome) }
            out.sample("koi_http_request_outcomes_total", [("outcome", outcome.name)], count)
        }
        out.begin(
            "koi_http_request_duration_seconds",
            .histogram,
            "From the last byte of a request to the end of its answer."
        )
        let bounds = RequestMeter.bounds.map(MetricsText.seconds)
        for row in rows {
            out.histogram(
                "koi_http_request_duration_seconds",
                labels(row),
                bounds: bounds,
                counts: meter.times(row),
                sum: MetricsText.seconds(meter.totalTime(row))
            )
        }
        out.begin("koi_http_received_bytes_total", .counter, "Bytes of requests, their heads with them.")
        for row in rows { out.sample("koi_http_received_bytes_total", labels(row), meter.bytesIn(row)) }
        out.single(
            "koi_event_streams_open",
            .gauge,
            "Streams of events whose clients have all there was and wait for what happens next.",
            app.catalog.eventHub.count
        )
        out.begin("koi_http_sent_bytes_total", .counter, "Bytes of answers, their heads with them.")
        for row in rows { out.sample("koi_http_sent_bytes_total", labels(row), meter.bytesOut(row)) }
    }

    private func labels(_ row: Int) -> [(String, String)] {
        let route = app.observation.meter.routes[row]
        return [("method", route.method), ("route", route.pattern)]
    }

    // MARK: Server

    private mutating func server() {
        guard let server = app.observation.server else { return }
        let counts = server.counts
        func count(_ value: borrowing Atomic<Int>) -> Int { value.load(ordering: .relaxed) }
        out.single("koi_connections_open", .gauge, "Connections that are open.", server.connectionCount)
        out.single("koi_connections_accepted_total", .counter, "Connections that were taken.", count(counts.accepted))
        out.single("koi_connections_refused_total", .counter, "Connections that found no room.", count(counts.refused))
        out.single(
            "koi_connections_displaced_total",
            .counter,
            "Idle connections that gave way to others.",
            count(counts.displaced)
        )
        out.single(
            "koi_connections_too_slow_total",
            .counter,
            "Connections that were cut off since their client was too slow.",
            count(counts.tooSlow)
        )
        out.single(
            "koi_accept_exhausted_total",
            .counter,
            "How often no connection could be taken for want of descriptors or memory.",
            count(counts.exhausted)
        )
        out.single("koi_http_requests_in_flight", .gauge, "Requests that Koi is at work on.", count(counts.inFlight))
        out.single(
            "koi_http_requests_shed_total",
            .counter,
            "Requests answered with 503 since too many were in flight, or too much was held of bodies.",
            count(counts.shed)
        )
        out.single("koi_body_memory_bytes", .gauge, "Bodies held in memory.", server.bufferedBytes)
        out.single("koi_body_spool_bytes", .gauge, "Bodies held in files.", server.spooledBytes)
        if let handshakes = app.observation.identity?.counts {
            out.begin("koi_tls_handshakes_total", .counter, "Handshakes of TLS, by how they ended.")
            out.sample("koi_tls_handshakes_total", [("result", "full")], handshakes.full.value)
            out.sample("koi_tls_handshakes_total", [("result", "resumed")], handshakes.resumed.value)
            out.sample("koi_tls_handshakes_total", [("result", "failed")], handshakes.failed.value)
        }
        out.begin(
            "koi_loop_lag_seconds",
            .histogram,
            "How long a loop was at work in one turn: what became ready meanwhile waited."
        )
        let bounds = LoopGauge.bounds.map(MetricsText.seconds)
        for (index, gauge) in server.loopGauges.enumerated() {
            out.histogram(
                "koi_loop_lag_seconds",
                [("loop", String(index))],
                bounds: bounds,
                counts: gauge.turns,
                sum: MetricsText.seconds(gauge.total)
            )
        }
    }

    // MARK: Writer

    private mutating func writer() {
        let writer = app.database.writer.statistics
        out.begin("koi_writer_batch_size", .histogram, "Writes that shared one commit.")
        out.histogram(
            "koi_writer_batch_size",
            bounds: (0..<writer.groupSizes.count - 1).map { String(1 << $0) },
            counts: writer.groupSizes.map { UInt64(clamping: $0) },
            sum: String(writer.requests)
        )
        let bounds = WriterStatistics.timeBounds.map(MetricsText.seconds)
        out.begin("koi_writer_wait_seconds", .histogram, "How long writes waited to be run.")
        out.histogram(
            "koi_writer_wait_seconds",
            bounds: bounds,
            counts: writer.waits.map { UInt64(clamping: $0) },
            sum: MetricsText.seconds(writer.waitTotal)
        )
        out.begin("koi_writer_commit_seconds", .histogram, "From the begin of a batch to the end of its commit.")
        out.histogram(
            "koi_writer_commit_seconds",
            bounds: bounds,
            counts: writer.groupTimes.map { UInt64(clamping: $0) },
            sum: MetricsText.seconds(writer.groupTimeTotal)
        )
        out.single("koi_writer_queue_length", .gauge, "Writes that wait.", writer.waiting)
        out.single("koi_writer_rolled_back_total", .counter, "Writes that were undone alone.", writer.rolledBack)
        out.single("koi_writer_failed_total", .counter, "Writes that failed with their whole batch.", writer.failed)
        out.single(
            "koi_writer_refused_total",
            .counter,
            "Writes that were refused, since too many waited or the disk failed.",
            writer.refused
        )
        out.single(
            "koi_writer_shed_total",
            .counter,
            "Writes that were refused since they had waited too long.",
            writer.shed
        )
        out.single(
            "koi_writer_available",
            .gauge,
            "1 while writes are taken, 0 after an I/O error.",
            writer.isAvailable ? 1 : 0
        )
        out.single(
            "koi_writer_recoveries_total",
            .counter,
            "How often the database was opened again after an I/O error.",
            writer.recoveries
        )
        out.single("koi_checkpoints_total", .counter, "Checkpoints of the WAL.", writer.checkpoints)
        out.single("koi_checkpoints_failed_total", .counter, "Checkpoints that failed.", writer.failedCheckpoints)
        out.seconds(
            "koi_checkpoint_longest_seconds",
            .gauge,
            "The longest checkpoint.",
            nanoseconds: writer.longestCheckpoint
        )
        out.single("koi_wal_pages", .gauge, "Pages in the WAL.", writer.walPages)
        out.single(
            "koi_wal_bytes",
            .gauge,
            "The size of the file of the WAL.",
            Metrics.size(of: app.database.path + "-wal")
        )
        out.single(
            "koi_database_bytes",
            .gauge,
            "The size of the file of the database.",
            Metrics.size(of: app.database.path)
        )
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    // MARK: What the database says

    /// Left out where the database cannot be read in time: all else is still worth knowing then.
    private mutating func store() {
        let now = app.clock.now()
        guard let figures = try? app.database.read(on: loop, { try StoreFigures($0, at: now) }) else { return }
        out.single("koi_events_head", .gauge, "The number of the newest event.", figures.eventsHead)
        out.begin("koi_jobs", .gauge, "Jobs that are not done, by state.")
        out.sample("koi_jobs", [("state", "waiting")], figures.jobsWaiting)
        out.sample("koi_jobs", [("state", "running")], figures.jobsRunning)
        out.single("koi_jobs_due", .gauge, "Jobs whose time has come.", figures.jobsDue)
        out.begin("koi_jobs_late_seconds", .gauge, "How late the longest due job is.")
        out.sample("koi_jobs_late_seconds", [], String(Double(figures.jobsLate) / 1_000))
        out.single("koi_jobs_failed", .gauge, "Jobs that failed and are still kept.", figures.jobsFailed)
        out.single("koi_outbox_waiting", .gauge, "Mails that are not yet delivered.", figures.outboxWaiting)
        out.single("koi_outbox_failed", .gauge, "Mails that were given up and are still kept.", figures.outboxFailed)
        out.begin("koi_outbox_late_seconds", .gauge, "How late the longest due mail is.")
        out.sample("koi_outbox_late_seconds", [], String(Double(figures.outboxLate) / 1_000))
    }

    // MARK: People

    private mutating func people() {
        let ledger = app.ledger.counts
        out.single("koi_sign_in_failures_total", .counter, "Sign-ins that failed.", ledger.failedSignIns)
        out.single(
            "koi_ledger_lost_total",
            .counter,
            "Entries of the list of accesses that were lost, since too many waited.",
            ledger.lost
        )
        guard let sink = app.observation.sink else { return }
        let log = sink.counts
        out.single("koi_log_lines_total", .counter, "Lines of the log.", log.written)
        out.single(
            "koi_log_lines_dropped_total",
            .counter,
            "Lines of the log that were dropped, since they were not taken.",
            log.dropped
        )
    }

    // MARK: Process

    /// Under the names that Prometheus itself gives them.
    private mutating func process() {
        let process = ProcessFigures()
        out.single("process_resident_memory_bytes", .gauge, "Memory in use.", process.residentBytes)
        out.seconds("process_cpu_seconds_total", .counter, "Processor time.", nanoseconds: process.processorNanoseconds)
        out.single("process_open_fds", .gauge, "Open descriptors.", process.openDescriptors)
        out.single("process_max_fds", .gauge, "Descriptors that may be open.", process.maximumDescriptors)
        out.single("process_threads", .gauge, "Threads.", process.threads)
        out.begin("process_start_time_seconds", .gauge, "When Koi was started, in seconds since 1970.")
        out.sample("process_start_time_seconds", [], String(Double(app.observation.startedAt) / 1_000))
    }
}
