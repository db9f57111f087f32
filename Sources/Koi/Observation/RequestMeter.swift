import KoiHTTP

/// Counts the requests of each loop: by route and status, and how long they took.
///
/// Each loop has a tally of its own, so that counting takes no lock; they are added up when somebody asks.
final class RequestMeter: Sendable {
    /// Upper bounds of the times that are counted together, in nanoseconds; what took longer is counted behind the last.
    static let bounds: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    /// The statuses that are told apart; others are counted together as 0, and with them what was never answered.
    static let statuses = [
        0, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412,
        413, 414, 415, 416, 417, 421, 422, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 507,
    ]

    /// What a row has for each route, one behind the other.
    private enum Column {
        static let outcomes = statuses.count
        static let times = outcomes + RequestReport.Outcome.allCases.count
        static let totalTime = times + bounds.count + 1
        static let bytesIn = totalTime + 1
        static let bytesOut = bytesIn + 1
        static let count = bytesOut + 1
    }

    /// Method and pattern of each row.
    let routes: [(method: String, pattern: String)]
    private let tallies: [Tally]
    /// The column of each status, less the first.
    private let columns: [Int]

    init(routes: [Route], loops: Int) {
        self.routes =
            routes.map { ($0.method.rawValue, $0.pattern) } + RouteName.others.map { ("any", $0) }
        let rows = self.routes.count
        tallies = (0..<max(loops, 1)).map { _ in Tally(count: rows * Column.count) }
        var columns = [Int](repeating: 0, count: 600)
        for (column, status) in RequestMeter.statuses.enumerated() { columns[status] = column }
        self.columns = columns
    }

    /// The number of a route that stands for all streams of events.
    var streamRoute: Int { routes.count - RouteName.others.count }
    /// The number of a route that stands for all files of the pages.
    var fileRoute: Int { streamRoute + 1 }

    /// On the loop: a request has ended.
    func end(_ report: RequestReport, on loop: Int) {
        guard tallies.indices.contains(loop) else { return }
        let tally = tallies[loop]
        let row = RouteName.number(of: report, among: streamRoute) * Column.count
        let status = report.status ?? 0
        tally.add(1, at: row + (columns.indices.contains(status) ? columns[status] : 0))
        tally.add(1, at: row + Column.outcomes + Int(report.outcome.rawValue))
        tally.add(UInt64(clamping: report.received), at: row + Column.bytesIn)
        tally.add(UInt64(clamping: report.sent), at: row + Column.bytesOut)
        // What never came whole was not served, and a stream is as long as its client likes.
        guard report.completed > 0, report.trace.route != streamRoute else { return }
        let time = report.service
        var bucket = 0
        while bucket < RequestMeter.bounds.count, time > RequestMeter.bounds[bucket] { bucket += 1 }
        tally.add(1, at: row + Column.times + bucket)
        tally.add(time, at: row + Column.totalTime)
    }

    /// The sums of all loops for a route, by its row.
    func count(_ row: Int, status column: Int) -> UInt64 { sum(row, column) }
    func count(_ row: Int, _ outcome: RequestReport.Outcome) -> UInt64 {
        sum(row, Column.outcomes + Int(outcome.rawValue))
    }
    func times(_ row: Int) -> [UInt64] { (0...RequestMeter.bounds.count).map { sum(row, Column.times + $0) } }
    func totalTime(_ row: Int) -> UInt64 { sum(row, Column.totalTime) }
    func bytesIn(_ row: Int) -> UInt64 { sum(row, Column.bytesIn) }
    func bytesOut(_ row: Int) -> UInt64 { sum(row, Column.bytesOut) }

    private func sum(_ row: Int, _ column: Int) -> UInt64 {
        tallies.reduce(0) { $0 &+ $1[row * Column.count + column] }
    }
}
