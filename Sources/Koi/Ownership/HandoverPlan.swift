import KoiJSON
import KoiSQLite

/// A handover that was checked: for each resource the claims on its records, in order.
struct HandoverPlan {
    /// What one or several rules claim alike, and how it is dealt out among their successors.
    struct Claim {
        /// On table alias `t`; nil for all that is left.
        var condition: SQLFragment?
        var hands: [(successor: Int64, share: Int64)]

        /// Who gets the record of this number, counted from 0: each in turn as many as its share.
        func successor(of number: Int64) -> Int64? {
            let round = hands.reduce(0) { $0 + $1.share }
            guard round > 0 else { return nil }
            var place = number % round
            for hand in hands {
                guard place >= hand.share else { return hand.successor }
                place -= hand.share
            }
            return nil
        }
    }

    struct Part {
        let resource: Resource
        let claims: [Claim]
    }

    let order: HandoverOrder
    let parts: [Part]

    /// - Parameter isCounted: whether filters by fields that are held back count as questions, as in a request.
    /// - Throws: `Problem.invalid` for rules that cannot be followed; 403 where the actor may not give this user's records to
    ///   these successors.
    init(_ order: HandoverOrder, in transaction: Transaction, isCounted: Bool = true) throws {
        self.order = order
        var issues: [Problem.Issue] = []
        let check = HandoverCheck(order, transaction)
        let resources = try check.resources(&issues)
        try check.successors(&issues)
        parts = try resources.map { resource in
            let filters = ListQueryParser(resource, transaction, isCounted: isCounted)
            return Part(resource: resource, claims: try HandoverPlan.claims(on: resource, order, filters, &issues))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        for part in parts { try check.permission(part) }
    }

    /// The order for the log, which more people read than the records: by what is filtered, not for which values, and
    /// without the reason, which stays with the records.
    var summary: JSONObject {
        [
            "successors": .array(order.rules.map(\.summary)),
            "resources": .array(parts.map { .string($0.resource.name) }),
        ]
    }

    private static func claims(
        on resource: Resource,
        _ order: HandoverOrder,
        _ filters: ListQueryParser,
        _ issues: inout [Problem.Issue]
    ) throws -> [Claim] {
        var claims: [Claim] = []
        var places: [String: Int] = [:]
        for rule in order.rules where rule.resource ?? resource.name == resource.name {
            if let place = places[rule.key] {
                claims[place].hands.append((rule.successor, rule.share))
                continue
            }
            places[rule.key] = claims.count
            let condition = try condition(rule, filters, &issues)
            claims.append(Claim(condition: condition, hands: [(rule.successor, rule.share)]))
        }
        return claims
    }

    private static func condition(
        _ rule: HandoverOrder.Rule,
        _ filters: ListQueryParser,
        _ issues: inout [Problem.Issue]
    ) throws -> SQLFragment? {
        // Without a resource the filter was refused.
        guard !rule.filter.isEmpty, rule.resource != nil else { return nil }
        do {
            return SQLFragment.all(try filters.parse(rule.filter).conditions.map(\.fragment))
        } catch let problem as Problem {
            issues += problem.issues.map { $0.within(rule.place + ".filter") }
            return nil
        }
    }
}

/// What is refused of a handover.
struct HandoverCheck {
    private let order: HandoverOrder
    private let transaction: Transaction

    init(_ order: HandoverOrder, _ transaction: Transaction) {
        self.order = order
        self.transaction = transaction
    }

    /// The resources whose records are handed over.
    func resources(_ issues: inout [Problem.Issue]) throws -> [Resource] {
        let all = transaction.catalog.resources.all.filter { $0.changeableOwner != nil }
        for (index, name) in (order.resources ?? []).enumerated() where !all.contains(where: { $0.name == name }) {
            issues.append(HandoverCheck.unknown(all).issue(field: "resources[\(index)]"))
        }
        for rule in order.rules {
            if let name = rule.resource, !all.contains(where: { $0.name == name }) {
                issues.append(HandoverCheck.unknown(all).issue(field: rule.place + ".resource"))
            }
            guard !rule.filter.isEmpty else { continue }
            if rule.resource == nil {
                issues.append(HandoverCheck.noResource.issue(field: rule.place + ".resource"))
            }
            for parameter in rule.filter where ListParameter.names.contains(parameter.name) {
                issues.append(HandoverCheck.noFilter.issue(field: rule.place + ".filter." + parameter.name))
            }
        }
        guard issues.isEmpty else { return [] }
        let named = Set(order.rules.compactMap(\.resource))
        return all.filter { resource in
            let isMeant = resource.isHandedOver || named.contains(resource.name)
            return order.resources?.contains(resource.name)
                ?? (isMeant && transaction.actor.access.allows(.read, on: resource.name))
        }
    }

    /// Successors work with Koi, and are not who leaves.
    func successors(_ issues: inout [Problem.Issue]) throws {
        if order.rules.isEmpty { issues.append(ValueRefusal.required.issue(field: "successors")) }
        let users = RecordStore(User.resource, transaction.connection)
        let visible = transaction.visibility(of: User.resource)
        for rule in order.rules {
            let place = rule.place + ".user"
            if rule.successor == order.user {
                issues.append(HandoverCheck.leaver.issue(field: place))
            } else if let user = try users.find(rule.successor, visible) {
                if user["active"] != true { issues.append(OwnerChange.inactive.issue(field: place)) }
            } else {
                issues.append(HandoverCheck.noUser.issue(field: place))
            }
        }
    }

    /// A handover is many changes of owners, each of which the actor must have the right to.
    func permission(_ part: HandoverPlan.Part) throws {
        let (access, resource) = (transaction.actor.access, part.resource)
        guard !access.isFull, try OwnedRecords(transaction).count(of: order.user, resource, withBin: true) > 0 else {
            return
        }
        let assign = access.scope(.assign, on: resource.name)
        try require([order.user], within: assign, .assign, resource)
        try require(
            [order.user],
            within: min(access.scope(.change, on: resource.name), access.scope(.read, on: resource.name)),
            .change,
            resource
        )
        try require(part.claims.flatMap { $0.hands.map(\.successor) }, within: assign, .assign, resource)
    }

    private func require(_ users: [Int64], within scope: Scope, _ verb: Verb, _ resource: Resource) throws {
        guard scope > .none else { throw Problem.notPermitted(verb, resource.name) }
        guard let reached = transaction.actor.access.users(within: scope) else { return }
        guard users.allSatisfy(reached.contains) else { throw Problem.outOfReach(resource) }
    }

    private static func unknown(_ resources: [Resource]) -> ValueRefusal {
        let names = resources.map(\.name).joined(separator: ", ")
        return ValueRefusal("unknown_resource", "Choose from: \(names).", "可选：\(names)。")
    }

    private static let noResource = ValueRefusal(
        "required",
        "A filter needs the resource whose records it chooses.",
        "使用筛选条件时须指明对象。"
    )
    private static let noFilter = ValueRefusal(
        "bad_parameter",
        "This is no filter: a rule holds filters only.",
        "规则只能包含筛选条件。"
    )
    private static let leaver = ValueRefusal(
        "same_user",
        "These are the records of this very user. Choose a successor.",
        "接收人不能是移交人本人。"
    )
    private static let noUser = ValueRefusal(
        "not_found",
        "There is no user with this number.",
        "没有此编号的用户。"
    )
}
