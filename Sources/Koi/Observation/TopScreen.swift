/// Draws what `koi top` shows, for a screen of any size.
package struct TopScreen: Sendable {
    /// By what the routes are sorted, and the key that does so.
    package enum Order: Character, Sendable, CaseIterable {
        case requests = "r"
        case time = "t"
        case errors = "e"
        case bytes = "b"
    }

    package var width: Int
    /// Nil for as many lines as there are.
    package var height: Int?
    package var order = Order.requests
    private let paint: Paint

    package init(width: Int, height: Int? = nil, isColoured: Bool = false) {
        self.width = max(width, 20)
        self.height = height
        paint = Paint(isOn: isColoured)
    }

    /// - Parameters:
    ///   - name: of what is watched.
    ///   - note: what went wrong, if anything did.
    package func lines(_ figures: TopFigures, of name: String, note: String? = nil) -> [String] {
        var lines = head(figures, name)
        // However small the screen is, some routes are seen.
        if let height { lines = Array(lines.prefix(max(1, height - 5))) }
        if let note { lines.append(paint.red(fitted(note))) }
        let room = height.map { max(0, $0 - lines.count - 1) } ?? Int.max
        let columns = columns
        if room > 1 { lines.append(paint.inverse(padded(title(columns)))) }
        lines += sorted(figures.routes).prefix(max(0, room - 1)).map { row($0, columns) }
        return height.map { Array(lines.prefix($0)) } ?? lines
    }

    // MARK: The figures above

    private func head(_ figures: TopFigures, _ name: String) -> [String] {
        let now = figures.now
        let version = now.all("koi_build_info").first?.labels["version"] ?? "?"
        var lines = [
            paint.bold(fitted("koi \(version)  up \(Amount.duration(now.sum("koi_uptime_seconds")))  \(name)"))
        ]
        let errors: Part = figures.errors > 0 ? red("5xx \(Amount.rate(figures.errors))") : "5xx 0/s"
        lines += block(
            "requests",
            [
                "\(Amount.rate(figures.requests))", "p50 \(Amount.time(figures.times.quantile(0.5)))",
                "p99 \(Amount.time(figures.times.quantile(0.99)))", "4xx \(Amount.rate(figures.clientErrors))", errors,
                "broken \(Amount.rate(figures.broken))",
            ]
        )
        lines += block(
            "network",
            [
                "in \(Amount.bytes(figures.bytesIn))/s", "out \(Amount.bytes(figures.bytesOut))/s",
                "connections \(Amount.count(now.sum("koi_connections_open")))",
                "in flight \(Amount.count(now.sum("koi_http_requests_in_flight")))",
            ]
        )
        let isAvailable = now.sum("koi_writer_available") > 0
        lines += block(
            "writer",
            [
                isAvailable ? "\(Amount.rate(figures.batches.sum / figures.seconds))" : red("STOPPED"),
                "per commit \(figures.batches.mean.map(Amount.count) ?? "-")",
                "wait p99 \(Amount.time(figures.waits.quantile(0.99)))",
                "commit p99 \(Amount.time(figures.commits.quantile(0.99)))",
                "queue \(Amount.count(now.sum("koi_writer_queue_length")))",
            ]
        )
        lines += block(
            "disk",
            [
                "database \(Amount.bytes(now.sum("koi_database_bytes")))",
                "WAL \(Amount.bytes(now.sum("koi_wal_bytes")))",
                "checkpoints \(Amount.count(now.sum("koi_checkpoints_total")))",
            ]
        )
        lines += block(
            "process",
            [
                "memory \(Amount.bytes(now.sum("process_resident_memory_bytes")))",
                "CPU \(Amount.count(figures.processor * 100))%",
                "descriptors \(Amount.count(now.sum("process_open_fds")))",
                "lag p99 \(figures.lags.map { Amount.time($0.quantile(0.99)) }.joined(separator: ", "))",
            ]
        )
        let failed = now.sum("koi_outbox_failed") + now.sum("koi_jobs_failed")
        lines += block(
            "work",
            [
                "jobs \(Amount.count(now.sum("koi_jobs", ["state": "waiting"])))",
                "due \(Amount.count(now.sum("koi_jobs_due")))",
                "mails \(Amount.count(now.sum("koi_outbox_waiting")))",
                failed > 0 ? red("failed \(Amount.count(failed))") : "failed 0",
                "events \(Amount.count(now.sum("koi_events_head")))",
            ]
        )
        return lines
    }

    /// A heading with its figures, on as many lines as they take.
    private func block(_ heading: String, _ parts: [Part]) -> [String] {
        let indent = 10
        var lines: [String] = []
        var line = paint.cyan(heading) + String(repeating: " ", count: max(1, indent - heading.count))
        var length = max(indent, heading.count + 1)
        var isFirst = true
        for part in parts {
            let text = String(part.text.prefix(max(1, width - indent)))
            if !isFirst, length + 2 + text.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                length = indent
                isFirst = true
            }
            line += (isFirst ? "" : "  ") + (part.isRed ? paint.red(text) : text)
            length += (isFirst ? 0 : 2) + text.count
            isFirst = false
        }
        return lines + [line]
    }

    private struct Part: ExpressibleByStringInterpolation {
        let text: String
        var isRed = false

        init(text: String, isRed: Bool) {
            self.text = text
            self.isRed = isRed
        }

        init(stringLiteral value: String) { text = value }
    }

    private func red(_ text: String) -> Part { Part(text: text, isRed: true) }

    // MARK: The routes

    private struct Column {
        let title: String
        let width: Int
        let order: Order
        let text: @Sendable (TopFigures.Route) -> String
    }

    /// As many as leave room for the names.
    private var columns: [Column] {
        let all = [
            Column(title: "REQ/S", width: 9, order: .requests) { Amount.number($0.requests) },
            Column(title: "P50", width: 9, order: .time) { Amount.time($0.median) },
            Column(title: "P99", width: 9, order: .time) { Amount.time($0.slowest) },
            Column(title: "ERR/S", width: 8, order: .errors) { Amount.number($0.errors) },
            Column(title: "OUT/S", width: 9, order: .bytes) { Amount.bytes($0.bytesOut) },
        ]
        var kept: [Column] = []
        var rest = width - 20
        for column in all where rest >= column.width {
            kept.append(column)
            rest -= column.width
        }
        return kept
    }

    private func title(_ columns: [Column]) -> String {
        let name = nameWidth(columns)
        return "ROUTE".padded(to: name)
            + columns.map { ($0.title + ($0.order == order && $0.title != "P50" ? "*" : "")).leading(to: $0.width) }
            .joined()
    }

    private func row(_ route: TopFigures.Route, _ columns: [Column]) -> String {
        let line =
            shortened(LogLine.printable(route.name), to: nameWidth(columns) - 1).padded(to: nameWidth(columns))
            + columns.map { $0.text(route).leading(to: $0.width) }.joined()
        return route.errors > 0 ? paint.red(line) : line
    }

    private func nameWidth(_ columns: [Column]) -> Int {
        max(8, width - columns.reduce(0) { $0 + $1.width })
    }

    private func sorted(_ routes: [TopFigures.Route]) -> [TopFigures.Route] {
        func weight(_ route: TopFigures.Route) -> Double {
            switch order {
            case .requests: route.requests
            case .time: route.slowest ?? -1
            case .errors: route.errors
            case .bytes: route.bytesOut
            }
        }
        return routes.sorted { left, right in
            (weight(left), left.requests, right.name) > (weight(right), right.requests, left.name)
        }
    }

    // MARK: Lengths

    private func fitted(_ text: String) -> String { shortened(LogLine.printable(text), to: width) }
    private func padded(_ text: String) -> String { fitted(text).padded(to: width) }

    private func shortened(_ text: String, to length: Int) -> String {
        text.count <= length ? text : text.prefix(max(0, length - 1)) + "…"
    }
}

extension String {
    fileprivate func padded(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }

    fileprivate func leading(to length: Int) -> String {
        String(repeating: " ", count: max(0, length - count)) + self
    }
}
