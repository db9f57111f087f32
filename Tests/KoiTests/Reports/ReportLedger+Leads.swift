import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension ReportLedger {
    // MARK: The funnel

    fileprivate struct Steps: Equatable {
        /// Received, contacted, qualified, converted, with a deal, won.
        var counts = [0, 0, 0, 0, 0, 0]
        /// Seconds to the response, the conversion and the win.
        var times: [[Int64]] = [[], [], []]
    }

    /// When the first deal of each lead was made, of those that are there, and when the first was won.
    private func deals() -> [Int64: (made: Int64, won: Int64?)] {
        var found: [Int64: (made: Int64, won: Int64?)] = [:]
        for deal in log.all("deals") {
            guard deal.isLiving, let lead = deal["lead"].integerValue else { continue }
            let known = found[lead]
            let wins = [known?.won, Self.moment(deal["wonAt"])].compactMap { $0 }
            found[lead] = (min(known?.made ?? .max, deal.createdAt), wins.min())
        }
        return found
    }

    static func moment(_ value: JSONValue) -> Int64? { value.stringValue.flatMap(Timestamp.read) }

    /// The first day of the month in which a time lies in China, where all of the askers are.
    private static func month(_ time: Int64) -> String {
        let day = (time + 8 * 3_600_000).flooredQuotient(86_400_000)
        return CalendarDate(daysSince1970: day).text.prefix(8) + "01"
    }

    func checkFunnel(_ from: String, _ to: String, by trait: String?) throws {
        let (start, end) = (try Self.time(from), try Self.time(to))
        let deals = deals()
        var known: [String: Steps] = [:]
        for lead in log.all("leads") where lead.isLiving && asker.sees(lead) {
            let received = Self.moment(lead["receivedAt"]) ?? 0
            guard Self.month(received) >= Self.month(start), received < end else { continue }
            let group = trait.map { lead[$0].isNull ? "null" : lead[$0].text } ?? "null"
            known["\(Self.month(received)) \(group)", default: Steps()].add(lead, received, deals[lead.id])
        }
        let answer = try ask(
            "/v1/reports/funnel?from=\(from)&to=\(to)" + (trait.map { "&groupBy=\($0)" } ?? "")
        )
        var told: [String: JSONValue] = [:]
        for row in answer["rows"].arrayValue ?? [] {
            told["\(row["cohort"].stringValue ?? "") \(row["group"].text)"] = row
        }
        #expect(Set(told.keys).isSuperset(of: known.keys), "\(asker.name)")
        for (key, row) in told {
            let steps = known[key] ?? Steps()
            let place: Comment = "\(asker.name) \(from) \(key)"
            let names = ["leads", "contacted", "qualified", "converted", "dealt", "won"]
            #expect(names.map { row[$0].integerValue } == steps.counts.map(Int64.init), place)
            for (index, name) in names.dropFirst().enumerated() {
                let (part, all) = (steps.counts[index + 1], steps.counts[index])
                #expect(row[name + "Share"].numberValue == (all > 0 ? Self.percent(part, of: all) : nil), place)
            }
            for (name, times) in zip(["Response", "Conversion", "Win"], steps.times) {
                let mean = times.isEmpty ? nil : times.reduce(0, +) / Int64(times.count)
                #expect(row["secondsTo" + name].integerValue == mean, place)
            }
        }
    }

    // MARK: Answers

    private struct Answers {
        var leads = 0
        var inTime = 0
        var late = 0
        var converted = 0
        var won = 0
        var times: [Int64] = []
    }

    func checkResponses(_ from: String, _ to: String, by trait: String) throws {
        let (start, end) = (try Self.time(from), try Self.time(to))
        let deals = deals()
        var known: [String: Answers] = [:]
        for history in seen("leads") {
            let lead = LogModel.past(history)
            let received = Self.moment(lead["receivedAt"]) ?? 0
            guard lead.isLiving, (start..<end).contains(received) else { continue }
            let group = trait == "rule" ? rule(of: history) : lead[trait]
            let (answered, due) = (Self.moment(lead["firstResponseAt"]), Self.moment(lead["responseDueAt"]))
            var line = known[group.text] ?? Answers()
            line.leads += 1
            if let answered {
                let time = due == nil ? answered - received : Self.workingTime(from: received, to: answered)
                line.times.append(time)
            }
            if let due, answered ?? koi.clock.now > due { line.late += 1 }
            if let due, let answered, answered <= due { line.inTime += 1 }
            if !lead["convertedAt"].isNull { line.converted += 1 }
            if deals[lead.id]?.won != nil { line.won += 1 }
            known[group.text] = line
        }
        let answer = try ask("/v1/reports/responses?from=\(from)&to=\(to)&groupBy=\(trait)")
        let rows = answer["rows"].arrayValue ?? []
        #expect(Set(rows.map { $0["group"].text }) == Set(known.keys), "\(asker.name) \(trait)")
        for row in rows {
            let line = known[row["group"].text] ?? Answers()
            let place: Comment = "\(asker.name) \(from) \(trait) \(row["group"].text)"
            let told = ["leads", "answered", "inTime", "late", "converted", "won"].map { row[$0].integerValue }
            let counts = [line.leads, line.times.count, line.inTime, line.late, line.converted, line.won]
            #expect(told == counts.map(Int64.init), place)
            let times = line.times.sorted()
            for (name, percent) in [("medianSeconds", 50), ("p90Seconds", 90)] {
                // The first by which so many of a hundred are reached.
                let place = times.indices.first { ($0 + 1) * 100 >= times.count * percent }
                #expect(row[name].integerValue == place.map { times[$0] / 1_000 }, "\(asker.name) \(name)")
            }
            let inTime = line.inTime + line.late
            #expect(row["responseRate"].numberValue == Self.percent(line.times.count, of: line.leads), place)
            #expect(row["inTimeRate"].numberValue == (inTime > 0 ? Self.percent(line.inTime, of: inTime) : nil), place)
            #expect(row["attainment"].numberValue == Self.percent(line.won, of: line.leads), place)
        }
    }

    /// The rule that first gave a lead away, or took it: the changes that rules make have their names as the reason.
    private func rule(of history: [LogModel.Entry]) -> JSONValue {
        let rules = log.all("assignment-rules")
        for entry in history {
            if let rule = rules.first(where: { $0["name"] == entry.reason }) { return .integer(rule.id) }
        }
        return .null
    }

    /// Milliseconds of work by the demo company's clocks: from nine to twelve and one to six in China, on weekdays.
    private static func workingTime(from start: Int64, to end: Int64) -> Int64 {
        let (hour, day): (Int64, Int64) = (3_600_000, 86_400_000)
        var sum: Int64 = 0
        for number in start.flooredQuotient(day) - 1...max(end, start).flooredQuotient(day) + 1
        where ![2, 3].contains(number % 7) {
            for (opening, closing) in [(Int64(1), Int64(4)), (5, 10)] {
                let from = max(start, number * day + opening * hour)
                sum += max(0, min(end, number * day + closing * hour) - from)
            }
        }
        return sum
    }
}

extension ReportLedger.Steps {
    fileprivate mutating func add(_ lead: LogModel.Past, _ received: Int64, _ deal: (made: Int64, won: Int64?)?) {
        let status = lead.text("status", "new")
        let answered = ReportLedger.moment(lead["firstResponseAt"])
        let converted = ReportLedger.moment(lead["convertedAt"])
        // Whoever came further has come as far as all who did not.
        let reached = [
            true, status != "new" || answered != nil, status == "qualified", status == "converted" || converted != nil,
            deal != nil, deal?.won != nil,
        ]
        let last = reached.lastIndex(of: true) ?? 0
        for step in 0...last { counts[step] += 1 }
        for (place, time) in [answered, converted, deal?.won].enumerated() {
            if let time { times[place].append(max(time - received, 0) / 1_000) }
        }
    }
}
