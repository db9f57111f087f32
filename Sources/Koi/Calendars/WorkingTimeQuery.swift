import Foundation
import KoiJSON
import KoiSQLite

/// What somebody asks of a working time: from when, up to when, or how much work from then on.
struct WorkingTimeQuery {
    private static let second: Int64 = 1_000

    let from: Int64
    private let to: Int64?
    private let seconds: Int64?

    /// The earliest moment that is asked about.
    var earliest: Int64 { min(from, to ?? from) }

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], _ transaction: Transaction) throws {
        var values: [String: Int64] = [:]
        for (name, text) in parameters {
            guard let kind = WorkingTimeQuery.kinds[name] else {
                throw Problem.badParameter(
                    name,
                    Text("There is no such parameter. Give from, to or seconds.", "没有这个参数，可用 from、to 和 seconds。")
                )
            }
            guard values[name] == nil else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            guard case .integer(let value) = try FilterParser(name, text, transaction.actor).value(kind, text) else {
                throw Problem.unforeseen
            }
            values[name] = value
        }
        from = values["from"] ?? transaction.now
        to = values["to"]
        seconds = values["seconds"]
        let horizon = WorkingTime.horizon
        if let seconds, !(0...horizon / WorkingTimeQuery.second).contains(seconds) {
            throw Problem.badParameter("seconds", WorkingTimeQuery.tooFar)
        }
        if let to, !(-horizon...horizon).contains(to - from) {
            throw Problem.badParameter("to", WorkingTimeQuery.tooFar)
        }
    }

    private static let kinds: [String: FieldKind] = ["from": .time, "to": .time, "seconds": .integer(0...Int64.max)]
    private static let tooFar = Text("Ask no further than ten years.", "最多查询十年。")

    func answer(_ time: WorkingTime) -> JSONValue {
        func text(_ time: Int64?) -> JSONValue { time.map { .string(Timestamp.text($0)) } ?? .null }
        return [
            "from": text(from), "timeZone": .string(time.zone.identifier),
            "working": .bool(time.isWorking(at: from)), "opens": text(time.opening(from: from)),
            "to": text(to),
            "seconds": to.map { .integer(time.work(from: from, to: $0) / WorkingTimeQuery.second) } ?? .null,
            "due": text(seconds.flatMap { time.moment(after: $0 * WorkingTimeQuery.second, from: from) }),
        ]
    }
}
