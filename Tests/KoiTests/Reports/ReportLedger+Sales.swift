import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension ReportLedger {
    /// The standard stages in which deals are open, with their probabilities: they are there from the beginning, and no event
    /// tells of them.
    private static let probabilities: [Int64: Int64] = [1: 5, 2: 10, 3: 25, 4: 40, 5: 60, 6: 80, 7: 95]

    private func deals(_ isMeant: (LogModel.Past) -> Bool) -> [LogModel.Past] {
        seen("deals").map { LogModel.past($0) }.filter { $0.isLiving && isMeant($0) }
    }

    private static func amount(_ deal: LogModel.Past) -> Int64 { deal["amount"].integerValue ?? 0 }

    private static func day(_ time: Int64) -> String {
        CalendarDate(daysSince1970: (time + 8 * 3_600_000).flooredQuotient(86_400_000)).text
    }

    // MARK: Won and lost

    private struct Ends: Equatable {
        var won: Int64 = 0
        var lost: Int64 = 0
        var wonAmount: Int64 = 0
        var lostAmount: Int64 = 0
    }

    func checkWinRate(_ from: String, _ to: String, by trait: String?) throws {
        let period = try Self.time(from)..<Self.time(to)
        var known: [String: Ends] = [:]
        for deal in deals({ _ in true }) {
            for (name, isWon) in [("wonAt", true), ("lostAt", false)] {
                guard let time = Self.moment(deal[name]), period.contains(time) else { continue }
                let kinds = ["all", deal["existing"] == true ? "existing" : "new"]
                let group = trait.map { $0 == "month" ? "\"\(Self.day(time).prefix(7))\"" : deal[$0].text } ?? "null"
                for customers in kinds {
                    for currency in ["null", deal["currency"].text] {
                        var ends = known["\(group) \(customers) \(currency)"] ?? Ends()
                        if isWon { ends.won += 1 } else { ends.lost += 1 }
                        if isWon { ends.wonAmount += Self.amount(deal) } else { ends.lostAmount += Self.amount(deal) }
                        known["\(group) \(customers) \(currency)"] = ends
                    }
                }
            }
        }
        let answer = try report("win-rate", from, to + (trait.map { "&groupBy=\($0)" } ?? ""))
        let rows = answer["rows"].arrayValue ?? []
        func key(_ row: JSONValue) -> String {
            "\(row["group"].text) \(row["customers"].stringValue ?? "") \(row["currency"].text)"
        }
        // Where nothing was closed there may be a row all the same.
        #expect(Set(rows.map(key)).isSuperset(of: known.keys), "\(asker.name) \(from)")
        for row in rows {
            let ends = known[key(row)] ?? Ends()
            let place: Comment = "\(asker.name) \(from) \(key(row))"
            #expect(row["won"].integerValue == ends.won, place)
            #expect(row["lost"].integerValue == ends.lost, place)
            let all = Int(ends.won + ends.lost)
            #expect(row["rate"].numberValue == (all > 0 ? Self.percent(Int(ends.won), of: all) : nil), place)
            guard !row["currency"].isNull else { continue }
            #expect(row["wonAmount"].integerValue == ends.wonAmount, place)
            #expect(row["lostAmount"].integerValue == ends.lostAmount, place)
        }
    }

    func checkLosses(_ from: String, _ to: String) throws {
        let period = try Self.time(from)..<Self.time(to)
        let lost = deals { Self.moment($0["lostAt"]).map(period.contains) ?? false }
        let answer = try report("losses", from, to)
        var counted = 0
        for row in answer["rows"].arrayValue ?? [] {
            let known = lost.filter {
                $0["lostClass"] == row["class"] && (row["reason"].isNull || $0["lostReason"] == row["reason"])
                    && (row["currency"].isNull || $0["currency"] == row["currency"])
            }
            #expect(row["lost"].integerValue == Int64(known.count), "\(asker.name) \(row.text)")
            let existing = known.filter { $0["existing"] == true }.count
            #expect(row["existing"].integerValue == Int64(existing), "\(asker.name) \(row.text)")
            if row["currency"].isNull, row["reason"].isNull { counted += known.count }
            guard !row["currency"].isNull else { continue }
            #expect(row["amount"].integerValue == known.reduce(0) { $0 + Self.amount($1) }, "\(asker.name) \(row.text)")
        }
        #expect(counted == lost.count, "\(asker.name) \(from)")
    }

    // MARK: What is to come

    /// Of the company's closed deals that were ever in each stage, how many were won and how many lost.
    private func outcomes() -> [Int64: (won: Int64, lost: Int64)] {
        var found: [Int64: (won: Int64, lost: Int64)] = [:]
        for history in log.histories(of: "deals") {
            let deal = LogModel.past(history)
            let state = deal.text("state", "open")
            guard deal.isLiving, state != "open" else { continue }
            let moves = history.filter { !$0.type.contains("roblem") && !$0.type.contains("deliver") }
            for stage in Set(moves.compactMap { $0.after["stage"]?.integerValue }) where stage < 8 {
                let known = found[stage] ?? (0, 0)
                found[stage] = state == "won" ? (known.won + 1, known.lost) : (known.won, known.lost + 1)
            }
        }
        return found
    }

    func checkStageOutcomes() throws {
        let outcomes = outcomes()
        let rows = try ask("/v1/reports/stage-outcomes")["stages"].arrayValue ?? []
        #expect(rows.count == 7)
        for row in rows {
            let known = outcomes[row["stage"].integerValue ?? 0] ?? (0, 0)
            #expect(row["won"].integerValue == known.won, "\(asker.name) \(row.text)")
            #expect(row["lost"].integerValue == known.lost, "\(asker.name) \(row.text)")
        }
    }

    func checkForecast() throws {
        let outcomes = outcomes()
        let open = deals { $0.text("state", "open") == "open" }
        let today = Self.day(koi.clock.now)
        func line(_ deal: LogModel.Past) -> String {
            guard let day = deal["expectedClose"].stringValue else { return "undated null" }
            if day < today { return "overdue null" }
            // Twelve months from this one on.
            let (year, month) = (Int(today.prefix(4)) ?? 0, today.dropFirst(5).prefix(2))
            return day.prefix(7) < "\(year + 1)-\(month)" ? "month \"\(day.prefix(7))\"" : "later null"
        }
        let lines = Dictionary(grouping: open) { "\($0["currency"].stringValue ?? "") \(line($0))" }
        let rows = try ask("/v1/reports/forecast")["rows"].arrayValue ?? []
        func key(_ row: JSONValue) -> String {
            "\(row["currency"].stringValue ?? "") \(row["line"].stringValue ?? "") \(row["month"].text)"
        }
        #expect(Set(rows.map(key)).isSuperset(of: lines.keys), "\(asker.name)")
        for row in rows {
            let all = lines[key(row)] ?? []
            for (prefix, deals) in [
                ("", all), ("new", all.filter { $0["existing"] != true }),
                ("existing", all.filter { $0["existing"] == true }),
            ] {
                func name(_ text: String) -> String { prefix.isEmpty ? text.lowercased() : prefix + text }
                let place: Comment = "\(asker.name) \(key(row)) \(prefix)"
                #expect(row[name("Deals")].integerValue == Int64(deals.count), place)
                #expect(row[name("Amount")].integerValue == deals.reduce(0) { $0 + Self.amount($1) }, place)
                #expect(row[name("Weighted")].integerValue == Self.weighted(deals), place)
            }
            let history = Self.byHistory(all, outcomes)
            #expect(row["historyDeals"].integerValue == history.deals, "\(asker.name) \(key(row))")
            #expect(row["byHistory"].integerValue == (history.deals > 0 ? history.amount : nil), "\(asker.name)")
            guard row["line"] == "month", row["month"].stringValue == String(today.prefix(7)) else { continue }
            let won = self.deals { deal in
                deal["currency"] == row["currency"]
                    && Self.moment(deal["wonAt"]).map { Self.day($0).prefix(7) == today.prefix(7) } ?? false
            }
            #expect(row["won"].integerValue == Int64(won.count), "\(asker.name)")
            #expect(row["wonAmount"].integerValue == won.reduce(0) { $0 + Self.amount($1) }, "\(asker.name)")
        }
    }

    /// Amounts by probability, rounded half up once.
    private static func weighted(_ deals: [LogModel.Past]) -> Int64 {
        let hundredths = deals.reduce(Int64(0)) { sum, deal in
            let usual = probabilities[deal["stage"].integerValue ?? 0] ?? 0
            return sum + amount(deal) * (deal["probability"].integerValue ?? usual)
        }
        return (hundredths + 50) / 100
    }

    /// Amounts by the share that was won of deals in the same stage, once twenty of these are closed.
    private static func byHistory(
        _ deals: [LogModel.Past],
        _ outcomes: [Int64: (won: Int64, lost: Int64)]
    ) -> (deals: Int64, amount: Int64) {
        var told: (deals: Int64, amount: Int64) = (0, 0)
        for (stage, deals) in Dictionary(grouping: deals, by: { $0["stage"].integerValue ?? 0 }) {
            let (won, lost) = outcomes[stage] ?? (0, 0)
            guard won + lost >= 20 else {
                told.amount += weighted(deals)
                continue
            }
            let sum = deals.reduce(0) { $0 + amount($1) }
            told.deals += Int64(deals.count)
            told.amount += (2 * sum * won + won + lost) / (2 * (won + lost))
        }
        return told
    }
}
