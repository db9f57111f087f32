import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A campaign` {
    @Test func `has dates in order, and sums in a currency`() throws {
        let koi = try TestApp()
        let made = try koi.request(
            .post,
            "/v1/campaigns",
            ["name": "秋季展会", "from": "2026-10-12", "to": "2026-10-16", "channel": "Fair", "budget": 5_000_000]
        )
        #expect(made.status == .created, "\(made.text)")
        #expect(made["currency"] == "CNY")
        #expect(try koi.request(.get, "/v1/campaigns?q=qiuji&from.lte=2026-10-12").items.count == 1)
        let refused = try koi.request(.patch, "/v1/campaigns/1", ["to": "2026-10-11"])
        #expect(refused["errors"].arrayValue?.first?["code"] == "ends_before_start")
        #expect(try koi.request(.patch, "/v1/campaigns/1", ["cost": -1]).status == .unprocessableContent)
    }
}
