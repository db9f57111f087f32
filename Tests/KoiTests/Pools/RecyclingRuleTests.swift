import KoiJSON
import Testing

@testable import Koi

struct `A rule of a pool` {
    private func due(_ rules: JSONValue, _ facts: RecyclingRule.Facts) -> Int64? {
        RecyclingRule.due(facts, by: RecyclingRule.all(rules)).map { $0.at / PoolDay.length }
    }

    private func facts(
        tier: String? = nil,
        held: Int64 = 0,
        contact: Int64? = nil,
        deal: Int64? = nil,
        isOpen: Bool = false,
        ended: Int64? = nil
    ) -> RecyclingRule.Facts {
        let day = PoolDay.length
        return RecyclingRule.Facts(
            tier: tier,
            heldSince: held * day,
            lastContact: contact.map { $0 * day },
            lastDeal: deal.map { $0 * day },
            hasOpenDeal: isOpen,
            contractEnd: ended.map { $0 * day }
        )
    }

    @Test func `counts from the last contact or deal, and never from before its owner had the record`() {
        #expect(due([["noContactDays": 10]], facts(held: 5)) == 15)
        #expect(due([["noContactDays": 10]], facts(held: 5, contact: 3)) == 15)
        #expect(due([["noContactDays": 10]], facts(held: 5, contact: 8)) == 18)
        #expect(due([["noDealDays": 10]], facts(held: 5, deal: 20)) == 30)
        #expect(due([["noDealDays": 10]], facts(held: 5, deal: 20, isOpen: true)) == nil)
        #expect(due([["contractEndedDays": 10]], facts(held: 5)) == nil)
        #expect(due([["contractEndedDays": 10]], facts(held: 5, ended: 90)) == 100)
        #expect(due([["contractEndedDays": 10]], facts(held: 200, ended: 90)) == 200)
    }

    @Test func `holds once all that it says has come, and the first of several does`() {
        #expect(due([["noContactDays": 10, "noDealDays": 30]], facts()) == 30)
        #expect(due([["noContactDays": 10, "noDealDays": 30]], facts(isOpen: true)) == nil)
        #expect(due([["noContactDays": 10], ["noDealDays": 5]], facts()) == 5)
    }

    @Test func `for a tier is the one that counts for it`() {
        let rules: JSONValue = [["noContactDays": 10], ["tier": "vip", "noContactDays": 90]]
        #expect(due(rules, facts(tier: "vip")) == 90)
        #expect(due(rules, facts(tier: "low")) == 10)
        #expect(due(rules, facts()) == 10)
        #expect(due([["tier": "vip", "noContactDays": 90]], facts(tier: "low")) == nil)
    }
}
