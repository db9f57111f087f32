import Koi
import KoiHTTP

enum QueryFuzzing {
    static func read(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        for resource in [Customer.resource, Contact.resource] {
            do {
                let parameters = try Query.parse(text)
                let query = try ListQuery.read(parameters, of: resource, now: 1_000_000_000_000)
                require((1...ListQuery.maximumLimit).contains(query.limit), "A limit beyond the largest.")
                require(query.conditions.count <= ListQuery.maximumConditions, "More filters than may be.")
                require(query.order.keys.count <= ListQuery.maximumSortKeys, "More keys than may be.")
            } catch {
                // Anything else would be answered as an error of Koi.
                require(error is QueryError || error is Problem, "An error that nobody foresaw: \(error)")
            }
        }
    }
}
