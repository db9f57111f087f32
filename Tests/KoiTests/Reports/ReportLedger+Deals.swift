import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension ReportLedger {
    // MARK: Pipeline changes

    private struct Sum: Equatable {
        var deals = 0
        var amount: Int64 = 0
    }

    /// - Returns: the lines that have deals.
    func checkPipelineChanges(_ from: String, _ to: String) throws -> Set<String> {
        let (start, end) = (try Self.time(from), try Self.time(to))
        var sums: [String: [String: Sum]] = [:]
        func add(_ line: String, _ deal: LogModel.Past, _ amount: Int64? = nil) {
            let currency = deal["currency"].stringValue ?? ""
            sums[currency, default: [:]][line, default: Sum()].deals += 1
            sums[currency, default: [:]][line, default: Sum()].amount += amount ?? deal["amount"].integerValue ?? 0
        }
        func isOpen(_ deal: LogModel.Past) -> Bool { deal.isLiving && deal.text("state", "open") == "open" }
        for history in seen("deals") {
            let (before, after) = (LogModel.past(history, before: start), LogModel.past(history, before: end))
            if isOpen(before) { add("opening", before) }
            if isOpen(after) { add("closing", after) }
            if !isOpen(before), after.isThere, isOpen(after) || !before.isThere {
                add(before.isThere ? "reopened" : "new", after)
            }
            let hasGone = (isOpen(before) || !before.isThere) && after.isThere && !isOpen(after)
            if hasGone { add(after.isRemoved ? "removed" : after.text("state", "open"), after) }
            let grown = (after["amount"].integerValue ?? 0) - (before["amount"].integerValue ?? 0)
            if isOpen(before), grown != 0 { add(grown > 0 ? "increased" : "decreased", after, abs(grown)) }
        }
        let answer = try report("pipeline-changes", from, to)
        let currencies = answer["currencies"].arrayValue ?? []
        #expect(Set(currencies.map { $0["currency"].stringValue ?? "" }) == Set(sums.keys), "\(asker.name)")
        for told in currencies {
            let known = sums[told["currency"].stringValue ?? ""] ?? [:]
            for line in PipelineChanges.Line.allCases.map(\.rawValue) {
                let sum = Sum(
                    deals: Int(told[line]["deals"].integerValue ?? -1),
                    amount: told[line]["amount"].integerValue ?? -1
                )
                #expect(sum == known[line] ?? Sum(), "\(asker.name) \(from) \(line)")
            }
        }
        return Set(sums.values.flatMap(\.keys))
    }

    // MARK: Stages of deals

    private struct StageLine: Equatable {
        var deals = 0
        var converted = 0
        var won = 0
        var problems = 0
        var visits: Int64 = 0
        var time: Int64 = 0
    }

    func checkDealStages(_ from: String, _ to: String) throws {
        let (start, end) = (try Self.time(from), try Self.time(to))
        // The standard ones, in their order: what is open comes before won, and lost leads nowhere.
        let order: [Int64] = [1, 2, 3, 4, 5, 6, 7, 8]
        var lines: [Int64: StageLine] = [:]
        for history in seen("deals") {
            let deal = LogModel.past(history)
            guard deal.isLiving, (start..<end).contains(deal.createdAt) else { continue }
            let moves = history.compactMap { entry -> (stage: Int64, at: Int64)? in
                guard !entry.type.contains("roblem"), !entry.type.contains("deliver") else { return nil }
                return entry.after["stage"]?.integerValue.map { ($0, entry.at) }
            }
            for (place, move) in moves.enumerated() {
                let until = place + 1 < moves.count ? moves[place + 1].at : koi.clock.now
                lines[move.stage, default: StageLine()].visits += 1
                lines[move.stage, default: StageLine()].time += until - move.at
            }
            for stage in Set(moves.map(\.stage)) {
                let first = moves.firstIndex { $0.stage == stage } ?? 0
                let later = moves[first...].dropFirst().map(\.stage)
                let rank = order.firstIndex(of: stage) ?? order.count
                lines[stage, default: StageLine()].deals += 1
                if later.contains(where: { order.firstIndex(of: $0).map { $0 > rank } ?? false }) {
                    lines[stage, default: StageLine()].converted += 1
                }
                if moves.last?.stage == 8 { lines[stage, default: StageLine()].won += 1 }
            }
            for entry in history where entry.type == "deal.problemNoted" {
                lines[entry.after["stage"]?.integerValue ?? 0, default: StageLine()].problems += 1
            }
        }
        let answer = try report("deal-stages", from, to)
        let told = answer["stages"].arrayValue ?? []
        #expect(told.count == 9)
        for line in told {
            let stage = line["stage"].integerValue ?? 0
            let known = lines[stage] ?? StageLine()
            let place: Comment = "\(asker.name) \(from) stage \(stage)"
            #expect(line["deals"].integerValue == Int64(known.deals), place)
            #expect(line["converted"].integerValue == Int64(known.converted), place)
            #expect(line["won"].integerValue == Int64(known.won), place)
            #expect(line["problems"].integerValue == Int64(known.problems), place)
            let mean = known.visits > 0 ? known.time / known.visits / 1_000 : nil
            #expect(line["meanSeconds"].integerValue == mean, place)
            let share = known.deals > 0 ? Self.percent(known.converted, of: known.deals) : nil
            #expect(line["conversion"].numberValue == share, place)
        }
    }
}
