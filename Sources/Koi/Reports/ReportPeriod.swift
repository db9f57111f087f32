import KoiJSON
import KoiSQLite

/// The time that a report is about: at or after `from`, and before `to`.
struct ReportPeriod {
    /// How long the period is where nobody says, and at most.
    struct Span: Sendable {
        let usual: Int64
        /// Longer ones would read more than an answer can wait for.
        let longest: Int64

        /// - Parameter longest: in days, as is `usual`.
        static func days(_ usual: Int64, longest: Int64 = 366) -> Span { Span(usual: usual, longest: longest) }
    }

    static let names = ["from", "to"]
    static let day: Int64 = 86_400_000

    let from: Int64
    let to: Int64

    init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ given: [String: String], _ span: Span, for actor: Actor, at now: Int64) throws {
        let to = try ReportPeriod.time("to", given, actor) ?? now
        let from =
            try ReportPeriod.time("from", given, actor)
            ?? max(to - span.usual * ReportPeriod.day, Timestamp.range.lowerBound)
        guard from < to, to - from <= span.longest * ReportPeriod.day else {
            throw Problem.badParameter(
                "from",
                Text(
                    "Give a time before to, by \(span.longest) days at most.",
                    "请填写早于 to 的时间，最多相差 \(span.longest) 天。"
                )
            )
        }
        self.init(from: from, to: to)
    }

    private static func time(_ name: String, _ given: [String: String], _ actor: Actor) throws -> Int64? {
        guard let text = given[name] else { return nil }
        guard case .integer(let time) = try FilterParser(name, text, actor).value(.time, text) else { return nil }
        return time
    }

    /// As a report says it.
    var members: JSONObject { ["from": .string(Timestamp.text(from)), "to": .string(Timestamp.text(to))] }

    static let columns = [
        ReportColumn("from", "From", "起", .time), ReportColumn("to", "To", "止", .time),
    ]

    static func documentation(_ span: Span) -> [JSONValue] {
        let moment: JSONValue = ["type": "string"]
        return [
            Schema.queryParameter(
                "from",
                moment,
                "A time or day; \(span.usual) days before to where none is given."
            ),
            Schema.queryParameter(
                "to",
                moment,
                "A time or day, at most \(span.longest) days later; now where none is given."
            ),
        ]
    }
}
