import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension ReportLedger {
    func checkLifecycle() throws {
        let customers = log.all("customers").filter { $0.isLiving && asker.sees($0) }
        let answer = try ask("/v1/reports/lifecycle")
        for (axis, beginning) in [("lifecycle", "target"), ("relationshipStage", "selection")] {
            let stages = Dictionary(grouping: customers) { $0.text(axis, beginning) }
            let told = answer[axis].arrayValue ?? []
            #expect(Set(told.compactMap { $0["stage"].stringValue }).isSuperset(of: stages.keys))
            for line in told {
                let count = stages[line["stage"].stringValue ?? ""]?.count ?? 0
                #expect(line["customers"].integerValue == Int64(count), "\(asker.name) \(line.text)")
                #expect(line["share"].numberValue == Self.percent(count, of: customers.count), "\(line.text)")
            }
        }
    }

    func checkReferrals(_ from: String, _ to: String) throws {
        let (start, end) = (try Self.time(from), try Self.time(to))
        let customers = log.all("customers").filter {
            $0.isLiving && asker.sees($0) && (start..<end).contains($0.createdAt)
        }
        let referred = customers.filter {
            !$0["referrerCustomer"].isNull || !$0["referrerContact"].isNull || $0["source"] == "referral"
        }
        let answer = try ask("/v1/referrals?from=\(from)&to=\(to)&limit=500")
        #expect(answer["customers"].integerValue == Int64(customers.count), "\(asker.name)")
        #expect(answer["referred"].integerValue == Int64(referred.count), "\(asker.name)")
        let referrers = Dictionary(grouping: customers.compactMap { $0["referrerCustomer"].integerValue }) { $0 }
        let told = (answer["referrers"].arrayValue ?? []).map {
            ($0["customer"].integerValue ?? 0, Int($0["referred"].integerValue ?? 0))
        }
        #expect(Dictionary(told, uniquingKeysWith: { $1 }) == referrers.mapValues(\.count), "\(asker.name)")
    }
}
