import KoiHTTP
import KoiJSON

@testable import Koi

/// An office with a pool and customers in it.
struct Lake {
    let koi: TestApp
    let office: Office

    init(_ clock: HeldClock = HeldClock()) throws {
        koi = try TestApp(clock: clock)
        office = Office(koi)
    }

    @discardableResult
    func pool(_ own: JSONObject = [:]) throws -> Int64 {
        let usual: JSONObject = ["name": "公海"]
        return try koi.request(.post, "/v1/pools", .object(usual.merging(own)))["id"].integerValue ?? 0
    }

    /// A customer in a pool.
    func pooled(_ name: String, in pool: Int64, of owner: Office.Person? = nil) throws -> Int64 {
        let id = try office.customer(name, of: owner)
        try release(id, to: pool)
        return id
    }

    @discardableResult
    func release(_ customer: Int64, to pool: Int64, by key: String? = nil) throws -> TestAnswer {
        let body: JSONValue = ["pool": .integer(pool), "reason": "No answer"]
        return try koi.request(.put, "/v1/customers/\(customer)/pool", body, key: key)
    }

    func claim(_ customer: Int64, by person: Office.Person) throws -> TestAnswer {
        try koi.request(.put, "/v1/customers/\(customer)/claim", key: person.key)
    }

    func kinds(_ pool: Int64, _ list: String = "contests") throws -> [String] {
        try koi.request(.get, "/v1/pools/\(pool)/\(list)?limit=500").items.compactMap { $0["kind"].stringValue }
    }

    func advance(days: Int64) { koi.clock.advance(by: .seconds(days * 86_400)) }
}
