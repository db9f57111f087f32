import KoiHTTP
import KoiJSON

/// Who was referred by whom.
package enum ReferralRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        let referring = resources.filter { [Customer.resource.name, Contact.resource.name].contains($0.name) }
        let trees = referring.map { resource in
            Route.get("/v1/\(resource.name)/{id}/referrals") { try show(resource, $0) }
                .permitted(.records).documented(ReferralDocumentation.tree(of: resource))
        }
        return trees + [
            .get("/v1/referrals", share).permitted(.records).documented(ReferralDocumentation.share)
        ]
    }

    private static func show(_ resource: Resource, _ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        try Referrals.requireSight(transaction)
        let tree = try ReferralTree(of: record, depth: depth(call), transaction)
        let isCustomer = resource.name == Customer.resource.name
        let document: JSONValue = [
            "referrer": isCustomer ? referrer(record) : .null, "referred": tree.items,
            "count": .integer(Int64(tree.count)), "isCut": .bool(tree.isCut),
        ]
        return .json(Array(document.text.utf8))
    }

    private static func referrer(_ customer: Record) -> JSONValue {
        guard Referrals.fields.contains(where: { !customer[$0].isNull }) else { return .null }
        return ["customer": customer["referrerCustomer"], "contact": customer["referrerContact"]]
    }

    private static func depth(_ call: Call) throws -> Int64 {
        var depth: Int64?
        for (name, value) in call.query {
            guard name == "depth", depth == nil, let number = Digits.integer(value),
                ReferralTree.depths.contains(number)
            else {
                let most = ReferralTree.depths.upperBound
                throw Problem.badParameter(
                    name,
                    Text("This path takes depth only, from 1 to \(most).", "此路径只接受 depth，取值 1 到 \(most)。")
                )
            }
            depth = number
        }
        return depth ?? ReferralTree.usualDepth
    }

    private static func share(_ call: Call) throws -> Answer {
        let document = try ReferralShare(call.query, for: call.actor).document(call.transaction())
        return .json(Array(document.text.utf8))
    }
}
