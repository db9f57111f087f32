import KoiHTTP

/// What stands for the path of a request in the log and in metrics: the pattern of its route, so that no name, number or
/// token of a path is written down, and there is no end of different ones.
enum RouteName {
    /// A stream of events, which ends when its client leaves: how long that took says nothing.
    static let stream = "(stream)"
    /// A file of the pages.
    static let file = "(file)"
    /// No route has this path, or none with this method.
    static let none = "(none)"
    /// The request was not read far enough to tell.
    static let unread = "(unread)"

    /// The names behind those of the routes, in the order of their numbers.
    static let others = [stream, file, none, unread]

    /// The number of a request's route, where there are `count` of them: those of `others` follow.
    static func number(of report: RequestReport, among count: Int) -> Int {
        // The application says itself where it is a stream or a file.
        if let route = report.trace.route, route >= 0, route <= count + 1 { return route }
        return report.method == nil ? count + 3 : count + 2
    }

    /// - Parameter names: those of the routes by their numbers, with `others` behind.
    static func of(_ report: RequestReport, in names: [String]) -> String {
        let number = number(of: report, among: names.count - others.count)
        return names.indices.contains(number) ? names[number] : none
    }
}
