import KoiSQLite

/// What is asked of a report: the period, and the values of its other parameters.
struct ReportQuery {
    let period: ReportPeriod
    let language: Language
    private let values: [String: [SQLValue]]

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], of report: Report, for actor: Actor, _ language: Language, at now: Int64) throws {
        self.language = language
        let dates = report.span == nil ? [] : ReportPeriod.names
        let known = dates + report.parameters.map(\.name)
        var given: [String: String] = [:]
        for (name, value) in parameters {
            guard known.contains(name) else { throw ReportQuery.unknown(name, known) }
            guard given.updateValue(value, forKey: name) == nil else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
        }
        // Days of the report's own are none of a period.
        period = try ReportPeriod(report.span == nil ? [:] : given, report.span ?? .days(30), for: actor, at: now)
        var values: [String: [SQLValue]] = [:]
        for parameter in report.parameters {
            values[parameter.name] =
                try given[parameter.name].map { try parameter.values($0, for: actor) }
                ?? parameter.usual.map { [$0] }
        }
        self.values = values
    }

    /// The values of a filter; nil where there is none.
    func values(_ name: String) -> [SQLValue]? { values[name] }

    func integer(_ name: String) -> Int64? {
        guard case .integer(let number)? = values[name]?.first else { return nil }
        return number
    }

    func text(_ name: String) -> String? {
        guard case .text(let text)? = values[name]?.first else { return nil }
        return text
    }

    /// The condition of a filter, on a column; nil where there is none.
    func condition(_ name: String, _ column: String) -> SQLFragment? {
        values[name].map { SQLFragment("\(column) IN (\(Dialect.marks($0)))", $0) }
    }

    private static func unknown(_ name: String, _ known: [String]) -> Problem {
        guard !known.isEmpty else {
            return Problem.badParameter(name, Text("This path takes no parameters.", "此路径不接受参数。"))
        }
        let list = known.joined(separator: ", ")
        return Problem.badParameter(name, Text("This report takes \(list).", "此报表接受 \(list)。"))
    }
}
