import KoiHTTP
import Logging

/// Gathers the requests that each loop has answered in its turn, and hands them to the log at the end of it.
///
/// `@unchecked Sendable`: each page is touched by its loop only.
final class RequestLog: @unchecked Sendable {
    private final class Page {
        var requests: [RequestReport] = []
    }

    private let sink: LogSink
    private let logged: LoggedRequests
    private let level: Logger.Level
    private let pages: [Page]
    private let streamRoute: Int

    /// - Parameter streamRoute: the number of the route that stands for streams of events.
    init(_ sink: LogSink, _ logged: LoggedRequests, level: Logger.Level, loops: Int, streamRoute: Int) {
        self.sink = sink
        self.logged = logged
        self.level = level
        self.streamRoute = streamRoute
        pages = (0..<max(loops, 1)).map { _ in Page() }
    }

    func note(_ report: RequestReport, on loop: Int) {
        guard isWanted(report), pages.indices.contains(loop) else { return }
        pages[loop].requests.append(report)
    }

    func turn(on loop: Int) {
        guard pages.indices.contains(loop), !pages[loop].requests.isEmpty else { return }
        sink.log(&pages[loop].requests)
    }

    private func isWanted(_ report: RequestReport) -> Bool {
        guard LogLine.level(of: report) >= level else { return false }
        switch logged {
        case .off: return false
        case .all: return true
        case .slow:
            if (report.status ?? 500) >= 500 { return true }
            // A stream goes on until its client leaves it, or Koi stops.
            if report.trace.route == streamRoute { return report.outcome == .failed || report.outcome == .stalled }
            return report.service >= LoggedRequests.slowness
                || report.outcome != .answered && report.outcome != .refused
        }
    }
}
