import KoiSQLite

/// The time that a report is about: at or after `from`, and before `to`.
struct ReportPeriod {
    private static let day: Int64 = 86_400_000
    /// Longer ones would read more of the log than an answer can wait for.
    private static let longest: Int64 = 366 * day
    private static let usual: Int64 = 30 * day

    let from: Int64
    let to: Int64
    /// The other parameters, each given once.
    let others: [String: String]

    /// - Parameter names: of the other parameters that the report takes.
    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], also names: [String] = [], for actor: Actor, at now: Int64) throws {
        var given: [String: String] = [:]
        for (name, value) in parameters {
            guard ["from", "to"].contains(name) || names.contains(name) else {
                let list = (["from", "to"] + names).joined(separator: ", ")
                throw Problem.badParameter(name, Text("This report takes \(list).", "此报表接受 \(list)。"))
            }
            guard given.updateValue(value, forKey: name) == nil else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
        }
        let to = try ReportPeriod.time("to", given, actor) ?? now
        let from =
            try ReportPeriod.time("from", given, actor) ?? max(to - ReportPeriod.usual, Timestamp.range.lowerBound)
        guard from < to, to - from <= ReportPeriod.longest else {
            throw Problem.badParameter(
                "from",
                Text("Give a time before to, by 366 days at most.", "请填写早于 to 的时间，最多相差 366 天。")
            )
        }
        self.from = from
        self.to = to
        others = given.filter { names.contains($0.key) }
    }

    private static func time(_ name: String, _ given: [String: String], _ actor: Actor) throws -> Int64? {
        guard let text = given[name] else { return nil }
        guard case .integer(let time) = try FilterParser(name, text, actor).value(.time, text) else { return nil }
        return time
    }
}
