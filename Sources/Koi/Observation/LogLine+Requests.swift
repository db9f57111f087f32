import KoiHTTP
import KoiJSON
import Logging

extension LogLine {
    /// The line of one request.
    ///
    /// It has the pattern of the route and never the path or the query, which can hold names, search words and tokens, and
    /// no field of the request but the id.
    ///
    /// - Parameter time: when it ended, in milliseconds since 1970.
    func request(_ report: RequestReport, route: String, at time: Int64) -> [UInt8] {
        switch format {
        case .json: json(report, route, time)
        case .text(let isColoured): text(report, route, time, Paint(isOn: isColoured))
        }
    }

    static func level(of report: RequestReport) -> Logger.Level {
        (report.status ?? 0) >= 500 ? .warning : .info
    }

    private func json(_ report: RequestReport, _ route: String, _ time: Int64) -> [UInt8] {
        var json = JSONWriter(capacity: 384)
        json.beginObject()
        begin(&json, time, LogLine.level(of: report))
        json.key("message")
        json.string("request")
        json.key("id")
        json.string(report.trace.id)
        json.key("actor")
        if let kind = report.actorKind { json.string(kind) } else { json.null() }
        json.key("actorId")
        if let actor = report.trace.actor { json.integer(actor) } else { json.null() }
        json.key("method")
        if let method = report.method { json.string(method.loggable) } else { json.null() }
        json.key("route")
        json.string(route)
        json.key("status")
        if let status = report.status { json.integer(Int64(status)) } else { json.null() }
        json.key("outcome")
        json.string(report.outcome.name)
        if let refusal = report.refusal {
            json.key("refusal")
            json.string(refusal)
        }
        json.key("bytesIn")
        json.integer(Int64(report.received))
        json.key("bytesOut")
        json.integer(Int64(report.sent))
        json.key("queueMs")
        json.number(LogLine.milliseconds(report.times.waiting))
        json.key("databaseMs")
        json.number(LogLine.milliseconds(report.times.database))
        json.key("serviceMs")
        json.number(LogLine.milliseconds(report.service))
        json.key("totalMs")
        json.number(LogLine.milliseconds(report.duration))
        json.key("peer")
        json.string(report.peer.name)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private func text(_ report: RequestReport, _ route: String, _ time: Int64, _ paint: Paint) -> [UInt8] {
        let level = paint.level(LogLine.level(of: report))
        var line = "\(paint.dim(Timestamp.text(time))) \(level): \(paint.status(report.status)) "
        line += "\(report.method?.loggable ?? "-") \(route) \(LogLine.milliseconds(report.duration)) ms"
        if report.times.waiting > 0 { line += " queue=\(LogLine.milliseconds(report.times.waiting))" }
        if report.times.database > 0 { line += " database=\(LogLine.milliseconds(report.times.database))" }
        line += " in=\(report.received) out=\(report.sent)"
        if let kind = report.actorKind {
            line += " \(kind)" + (report.trace.actor.map { "=\($0)" } ?? "")
        }
        if report.outcome != .answered { line += " " + paint.yellow(report.refusal ?? report.outcome.name) }
        line += paint.dim(" \(report.peer.name) \(report.trace.id)")
        return Array((LogLine.visible(line, paint) + "\n").utf8)
    }

    /// All parts that come from outside are checked where they are read: ids, methods and addresses hold no controls.
    private static func visible(_ line: String, _ paint: Paint) -> String {
        paint.isOn ? line : printable(line)
    }

    /// Thousandths of milliseconds are as fine as it gets.
    static func milliseconds(_ nanoseconds: UInt64) -> Double {
        Double(nanoseconds / 1_000) / 1_000
    }
}

extension RequestReport {
    var actorKind: String? { trace.actorKind.flatMap(Actor.Kind.init(number:))?.rawValue }
}

extension RequestReport.Outcome {
    var name: String {
        switch self {
        case .answered: "answered"
        case .refused: "refused"
        case .aborted: "aborted"
        case .stalled: "stalled"
        case .failed: "failed"
        case .stopped: "stopped"
        }
    }
}

extension Method {
    /// Any token can be a method, and hold what its sender likes: those that are not known are not written down.
    fileprivate var loggable: String { Method.known.contains(self) ? rawValue : "other" }

    private static let known: Set<Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .connect, .trace,
    ]
}

extension Peer {
    fileprivate var name: String { isLocalSocket ? "local" : address }
}
