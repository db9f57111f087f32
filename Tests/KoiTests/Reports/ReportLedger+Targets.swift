import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension ReportLedger {
    /// - Parameters:
    ///   - first: a day, as `YYYY-MM-DD`.
    ///   - last: another, which counts as well.
    func checkAttainment(_ first: String, _ last: String) throws {
        let targets = log.all("targets").filter { target in
            target.isLiving && target.text("from", "") <= last && target.text("to", "") >= first && sees(target)
        }
        let rows = try ask("/v1/reports/attainment?from=\(first)&to=\(last)")["rows"].arrayValue ?? []
        #expect(Set(rows.compactMap { $0["target"].integerValue }) == Set(targets.map(\.id)), "\(asker.name)")
        for row in rows {
            guard let target = targets.first(where: { row["target"] == .integer($0.id) }) else { continue }
            let (value, reached) = (target["value"].integerValue ?? 1, reached(target))
            let place: Comment = "\(asker.name) \(row.text)"
            #expect(row["reached"].integerValue == reached, place)
            #expect(row["remaining"].integerValue == max(0, value - reached), place)
            #expect(row["percent"].numberValue == Double((reached * 1_000 + value / 2) / value) / 10, place)
        }
    }

    /// Whoever does not see all sees the own targets, and those of the teams that they lead.
    private func sees(_ target: LogModel.Past) -> Bool {
        guard let users = asker.users else { return true }
        if let user = target["user"].integerValue { return users.contains(user) }
        return target["team"].integerValue.map(asker.teams.contains) ?? false
    }

    /// What its holder came to within its days in China, of what the asker sees.
    private func reached(_ target: LogModel.Past) -> Int64 {
        func counts(_ value: JSONValue) -> Bool {
            guard let time = Self.moment(value) else { return false }
            let day = CalendarDate(daysSince1970: (time + 8 * 3_600_000).flooredQuotient(86_400_000)).text
            return (target.text("from", "")...target.text("to", "")).contains(day)
        }
        let isLead = target["measure"] == "leads_answered"
        let histories = log.histories(of: isLead ? "leads" : "deals")
        /// Who owned it when it came about.
        func owner(_ record: LogModel.Past) -> Int64? {
            let time = Self.moment(record[isLead ? "firstResponseAt" : "wonAt"]) ?? 0
            let history = histories.first { $0.first?.record == record.id } ?? []
            return LogModel.past(history, before: time + 1)["owner"].integerValue
        }
        func sees(_ record: LogModel.Past) -> Bool {
            asker.sees(record) || owner(record).map { asker.users?.contains($0) ?? true } ?? false
        }
        func isOfHolder(_ record: LogModel.Past) -> Bool {
            let owner = owner(record)
            if let user = target["user"].integerValue { return owner == user }
            guard let team = target["team"].integerValue else { return true }
            return log.all("users").contains { $0.id == owner && $0["team"] == .integer(team) }
        }
        let measure = target.text("measure", "won_amount")
        guard measure != "leads_answered" else {
            let leads = log.all("leads").filter { $0.isLiving && sees($0) && isOfHolder($0) }
            return Int64(leads.filter { counts($0["firstResponseAt"]) }.count)
        }
        let won = log.all("deals").filter { $0.isLiving && $0["state"] == "won" }
        let own = won.filter { sees($0) && isOfHolder($0) && counts($0["wonAt"]) }
        switch measure {
        case "won_deals": return Int64(own.count)
        case "won_amount":
            let sums = own.filter { $0["currency"] == target["currency"] }
            return sums.reduce(0) { $0 + ($1["amount"].integerValue ?? 0) }
        default:
            func place(_ deal: LogModel.Past) -> (Int64, Int64) { (Self.moment(deal["wonAt"]) ?? 0, deal.id) }
            let first = own.filter { deal in
                !won.contains { $0["customer"] == deal["customer"] && place($0) < place(deal) }
            }
            return Int64(first.count)
        }
    }
}
