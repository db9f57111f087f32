import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// The reports of a year say what its events say, added up in another way.
struct `Of a year of the demo company` {
    @Test func `reports say what the log says, to whoever asks`() throws {
        let year = try PlayedYear(customers: 60, leads: 110)
        let log = try LogModel(of: year.koi)
        for asker in try year.askers() {
            let ledger = ReportLedger(year.koi, log, asker)
            // There is something to add up.
            #expect(["leads", "deals", "customers"].allSatisfy { ledger.seen($0).count > 4 }, "\(asker.name)")
            var lines: Set<String> = []
            for (from, to) in ReportLedger.periods {
                lines.formUnion(try ledger.checkPipelineChanges(from, to))
                try ledger.checkDealStages(from, to)
                try ledger.checkReferrals(from, to)
                try ledger.checkLosses(from, to)
                for trait in [nil, "owner", "source", "campaign"] { try ledger.checkFunnel(from, to, by: trait) }
                for trait in ["owner", "rule", "source"] { try ledger.checkResponses(from, to, by: trait) }
                for trait in [nil, "owner", "kind", "direction"] { try ledger.checkActivities(from, to, by: trait) }
                for trait in [nil, "owner", "month"] { try ledger.checkWinRate(from, to, by: trait) }
            }
            // What can become of a deal did, of those of whoever sees all.
            #expect(asker.users != nil || lines == Set(PipelineChanges.Line.allCases.map(\.rawValue)))
            try ledger.checkLifecycle()
            try ledger.checkStageOutcomes()
            try ledger.checkForecast()
            try ledger.checkUnfollowed()
            try ledger.checkAttainment("2025-10-01", "2026-12-31")
        }
    }
}
