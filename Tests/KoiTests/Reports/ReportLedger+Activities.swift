import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension ReportLedger {
    private struct Deeds: Equatable {
        var counts: [String: Int64] = [:]
        var delays: [Int64] = []

        mutating func add(_ name: String, _ number: Int64 = 1) { counts[name, default: 0] += number }
    }

    func checkActivities(_ from: String, _ to: String, by trait: String?) throws {
        let (start, end) = (try Self.time(from), try Self.time(to))
        var known: [String: Deeds] = [:]
        for activity in log.all("activities") where activity.isLiving && asker.sees(activity) {
            guard let happened = Self.moment(activity["happenedAt"]), (start..<end).contains(happened) else { continue }
            let direction = activity.text("direction", "out")
            var group = trait.map { activity[$0].text } ?? "null"
            if trait == "direction" { group = "\"\(direction)\"" }
            var deeds = known[group] ?? Deeds()
            deeds.add("activities")
            deeds.add(direction == "out" ? "outgoing" : "incoming")
            deeds.add("minutes", activity["minutes"].integerValue ?? 0)
            deeds.add(activity["kind"].stringValue ?? "")
            if let outcome = activity["outcome"].stringValue { deeds.add("outcome_" + outcome) }
            if activity["kind"] == "visit", let delay = activity["loggedAfterMinutes"].integerValue {
                deeds.delays.append(delay)
                if delay > 24 * 60 { deeds.add("lateVisits") }
            }
            known[group] = deeds
        }
        if trait == nil || trait == "owner" {
            for task in log.all("tasks") where task.isLiving && asker.sees(task) {
                guard task["kind"] == "visit", task["doneAt"].isNull, let due = Self.moment(task["due"]),
                    (start..<min(end, koi.clock.now)).contains(due)
                else { continue }
                known[trait.map { task[$0].text } ?? "null", default: Deeds()].add("missingVisits")
            }
        }
        let query = "by=none&from=\(from)&to=\(to)" + (trait.map { "&groupBy=\($0)" } ?? "")
        let rows = try ask("/v1/reports/activities?" + query)["rows"].arrayValue ?? []
        #expect(Set(rows.map { $0["group"].text }).isSuperset(of: known.keys), "\(asker.name)")
        for row in rows {
            let deeds = known[row["group"].text] ?? Deeds()
            let place: Comment = "\(asker.name) \(from) \(row["group"].text)"
            let told = (row.objectValue?.members ?? []).filter { member in
                !["cohort", "group", "name", "secondsToLog"].contains(member.name) && !member.value.isNull
            }
            for member in told {
                #expect(member.value.integerValue == deeds.counts[member.name] ?? 0, "\(asker.name) \(member.name)")
            }
            #expect(Set(told.map(\.name)).isSuperset(of: deeds.counts.keys), place)
            let minutes = deeds.delays.reduce(0, +)
            let mean = deeds.delays.isEmpty ? nil : minutes * 60 / Int64(deeds.delays.count)
            #expect(row["secondsToLog"].integerValue == mean, place)
        }
    }

    /// Leads that nobody has answered, and customers who made themselves heard and to whom nothing went since; but for those with
    /// a deal, with a task that is not overdue, and with time left to be answered.
    func checkUnfollowed() throws {
        let now = koi.clock.now
        let latest = now - 86_400_000
        let deals = log.all("deals").filter(\.isLiving)
        let tasks = log.all("tasks").filter { task in
            task.isLiving && task["doneAt"].isNull && Self.moment(task["due"]).map { $0 >= now } ?? true
        }
        func isLookedAfter(_ record: LogModel.Past, _ field: String) -> Bool {
            (deals + tasks).contains { $0[field] == .integer(record.id) }
        }
        let leads = log.all("leads").filter { lead in
            lead.isLiving && asker.sees(lead) && lead.text("status", "new") == "new"
                && lead["firstResponseAt"].isNull && Self.moment(lead["receivedAt"]).map { $0 <= latest } ?? false
                && Self.moment(lead["responseDueAt"]).map { $0 < now } ?? true && !isLookedAfter(lead, "lead")
        }
        let activities = log.all("activities").filter(\.isLiving)
        let customers = log.all("customers").filter { customer in
            guard customer.isLiving, asker.sees(customer), !isLookedAfter(customer, "customer") else { return false }
            let own = activities.filter { $0["customer"] == .integer(customer.id) }
            let heard = own.filter { $0["direction"] == "in" }.compactMap { Self.moment($0["happenedAt"]) }.min()
            guard let heard, heard <= latest else { return false }
            return !own.contains { activity in
                activity.text("direction", "out") == "out"
                    && Self.moment(activity["happenedAt"]).map { $0 >= heard } ?? false
            }
        }
        let answer = try ask("/v1/reports/unfollowed?limit=500")
        #expect(answer["leads"].integerValue == Int64(leads.count), "\(asker.name)")
        #expect(answer["customers"].integerValue == Int64(customers.count), "\(asker.name)")
        let told = (answer["rows"].arrayValue ?? []).map { "\($0["resource"].stringValue ?? "") \($0["id"].text)" }
        let known = leads.map { "leads \($0.id)" } + customers.map { "customers \($0.id)" }
        #expect(told.sorted() == known.sorted(), "\(asker.name)")
    }
}
