import KoiJSON
import KoiSQLite

extension DemoYear {
    // MARK: What is offered

    /// Abroad they reckon in euros.
    func currency(of user: Int64?) -> String {
        ["emma.clarke", "daniel.reed"].contains { staff[$0] == user } ? "EUR" : "CNY"
    }

    /// What a deal is made with.
    mutating func dealFields(currency: String, _ scene: DemoScene) -> JSONObject {
        let product = dice.pickEarly(shop.products)
        let days = dice.number(25...110)
        var body: JSONObject = [
            "name": .string("\(product.name) × \(dice.number(1...24))"), "currency": .string(currency),
            "expectedClose": .string(DemoCalendar.dayBefore(scene.now, -days)),
        ]
        // Others are worth what nobody knows yet.
        if dice.happens(55) { body["lines"] = lines(currency) }
        return body
    }

    private mutating func lines(_ currency: String) -> JSONValue {
        let chosen = dice.some(shop.products, upTo: Int(dice.number(1...3)))
        return .array(
            chosen.map { product in
                var line: JSONObject = [
                    "product": .integer(product.id), "quantity": .integer(dice.number(1...24)),
                    "discount": .integer(dice.share([(60, 0), (25, 3), (15, 8)])),
                ]
                // The price list is in yuan.
                if currency != "CNY" { line["price"] = .integer(product.price / 8) }
                return .object(line)
            }
        )
    }

    // MARK: Working on it

    private enum DealFate {
        case moves
        case isForced
        case isStuck
        case goesBack
        case waits
        case isLost
        case isThrownAway
    }

    private static let fates: [(share: Int64, value: DealFate)] = [
        (69, .moves), (5, .isForced), (4, .isStuck), (3, .goesBack), (9, .waits), (9, .isLost), (2, .isThrownAway),
    ]

    mutating func work(onDeal id: Int64, _ scene: DemoScene) throws {
        guard let deal = try RecordStore(Deal.resource, scene.connection).find(id, .all), deal["state"] == "open",
            let owner = deal["owner"].integerValue
        else { return }
        guard try !isAway(owner, scene), let transaction = try scene.person(owner) else {
            return plan(.deal(id), after: 9...18, scene)
        }
        let stages = try PipelineStage.all(of: deal["pipeline"].integerValue ?? 0, scene.connection)
        guard let stage = stages.first(where: { deal["stage"] == .integer($0.id) }),
            let next = stages.first(where: { stage.precedes($0) && $0.kind != .lost })
        else { return }
        try talk(about: deal, transaction)
        if dice.happens(9) { _ = try DealProblems(transaction).add(dice.pick(DemoYear.problems), in: nil, of: deal) }
        switch dice.share(DemoYear.fates) {
        case .moves: try move(deal, from: stage, to: next, transaction, scene)
        case .isForced: try force(deal, to: next, by: owner, transaction, scene)
        case .isStuck: break
        case .goesBack:
            let back = stages.last { $0.precedes(stage) } ?? stage
            _ = try change(deal, ["stage": .integer(back.id)], "客户重新考虑", transaction)
            plan(.deal(id), after: 9...50, scene)
        case .waits: plan(.deal(id), after: 20...90, scene)
        case .isLost: try lose(deal, stages, transaction, scene)
        case .isThrownAway:
            try RecordService(Deal.resource, transaction).remove(id)
            if dice.happens(50) { plan(.restore(deal: id), after: 3...60, scene) }
        }
    }

    private mutating func talk(about deal: Record, _ transaction: Transaction) throws {
        guard dice.happens(75) else { return }
        let body: JSONObject = [
            "deal": .integer(deal.id), "minutes": .integer(dice.number(5...120)),
            "direction": dice.happens(80) ? "out" : "in",
            "outcome": .string(dice.share([(50, "done"), (30, "interested"), (20, "agreed")])),
            "sentiment": .string(dice.share([(45, "positive"), (40, "neutral"), (15, "negative")])),
        ]
        try log(dice.share([(25, "visit"), (38, "call"), (19, "email"), (18, "meeting")]), body, transaction)
    }

    /// To the next stage, with all that it asks for.
    private mutating func move(
        _ before: Record,
        from stage: PipelineStage,
        to next: PipelineStage,
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws {
        let deal = try complete(before, for: next, transaction, scene)
        if stage.deliverable != nil {
            try DealDeliverables(transaction).give(dice.pick(DemoYear.deliverables), [], by: stage.id, of: deal)
        }
        let moved = try change(deal, ["stage": .integer(next.id)], nil, transaction)
        try follow(moved, next, scene)
    }

    /// Past the gate, since whoever leads the team wants it so.
    private mutating func force(
        _ before: Record,
        to next: PipelineStage,
        by owner: Int64,
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws {
        let deal = try complete(before, for: next, transaction, scene)
        guard let manager = staff.manager(of: owner), let leader = try scene.person(manager) else { return }
        let order = DealMove.Order(patch: ["stage": .integer(next.id)], reason: "客户催促，资料后补", isForced: true)
        try follow(DealMove(leader).move(deal, order, match: { _ in }), next, scene)
    }

    private mutating func follow(_ deal: Record, _ stage: PipelineStage, _ scene: DemoScene) throws {
        guard stage.kind == .won else { return plan(.deal(deal.id), after: 6...90, scene) }
        guard let customer = deal["customer"].integerValue, let owner = deal["owner"].integerValue,
            let transaction = try scene.person(owner)
        else { return }
        for need in try DemoView(scene.connection).openNeeds(of: customer, owner: owner) {
            _ = try RecordService(Need.resource, transaction).change(need, ["status": "met"])
        }
        if dice.happens(65) { plan(.want(customer: customer), after: 60...300, scene) }
    }

    private mutating func lose(
        _ deal: Record,
        _ stages: [PipelineStage],
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws {
        guard let lost = stages.first(where: { $0.kind == .lost }) else { return }
        let reason = dice.share(DemoYear.reasons)
        var patch: JSONObject = ["stage": .integer(lost.id), "lostReason": .string(reason.rawValue)]
        if reason == .competitor || dice.happens(30) { patch["competitors"] = ["远大流体", "Norvale Pumps"] }
        _ = try RecordService(Deal.resource, transaction).change(deal.id, patch)
        if dice.happens(25) { plan(.reopen(deal: deal.id), after: 60...300, scene) }
    }

    func restore(_ deal: Int64, _ scene: DemoScene) throws {
        _ = try RecordService(Deal.resource, scene.anybody(staff.administrator)).restore(deal)
    }

    mutating func reopen(_ id: Int64, _ scene: DemoScene) throws {
        guard let deal = try RecordStore(Deal.resource, scene.connection).find(id, .all), deal["state"] == "lost",
            let owner = deal["owner"].integerValue, let transaction = try scene.person(owner),
            let first = try PipelineStage.first(of: deal["pipeline"].integerValue ?? 0, scene.connection)
        else { return }
        _ = try change(deal, ["stage": .integer(first.id)], "客户再次询价", transaction)
        plan(.deal(id), after: 2...30, scene)
    }

    // MARK: What a stage asks for

    private func change(
        _ deal: Record,
        _ patch: JSONObject,
        _ reason: String?,
        _ transaction: Transaction
    ) throws -> Record {
        let order = DealMove.Order(patch: patch, reason: reason, isForced: false)
        return try DealMove(transaction).move(deal, order, match: { _ in })
    }

    /// Fills in what is missing, and comes to another price now and then.
    private mutating func complete(
        _ deal: Record,
        for stage: PipelineStage,
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws -> Record {
        var patch = JSONObject()
        for name in stage.requiredFields where deal[name].isNull {
            patch[name] = try value(of: name, deal, transaction, scene)
        }
        if stage.position >= 50, deal["amount"].isNull || dice.happens(25) {
            patch["amount"] = nil
            patch["lines"] = lines(deal["currency"].stringValue ?? "CNY")
        }
        if dice.happens(20) {
            patch["expectedClose"] = .string(DemoCalendar.dayBefore(scene.now, -dice.number(10...80)))
        }
        guard !patch.isEmpty else { return deal }
        return try RecordService(Deal.resource, transaction).change(deal.id, patch)
    }

    private mutating func value(
        of name: String,
        _ deal: Record,
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws -> JSONValue {
        switch name {
        case "contact": .integer(try contact(for: deal, transaction, scene))
        case "expectedClose": .string(DemoCalendar.dayBefore(scene.now, -dice.number(20...60)))
        case "contractNumber": .string("HT-\(deal.id)-\(dice.digits(4))")
        case "contractFrom": .string(DemoCalendar.dayBefore(scene.now, -dice.number(1...20)))
        case "contractTo": .string(DemoCalendar.dayBefore(scene.now, -dice.number(90...700)))
        default: .null
        }
    }

    private mutating func contact(
        for deal: Record,
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws -> Int64 {
        let (customer, owner) = (deal["customer"].integerValue ?? 0, transaction.actor.user ?? 0)
        if let known = try DemoView(scene.connection).contact(of: customer, owner: owner) { return known }
        let name = DemoName.person(deal["currency"] == "EUR" ? .en : .zh, &dice)
        // Whoever has lost the customer meanwhile knows the person all the same.
        let visible = transaction.visibility(of: Customer.resource)
        let isKnown = try RecordStore(Customer.resource, scene.connection).find(customer, visible) != nil
        var body: JSONObject = ["name": .string(name.full)]
        if isKnown { body["customers"] = [["customer": .integer(customer)]] }
        return try RecordService(Contact.resource, transaction).add(body, allowsDuplicate: true).id
    }

    // MARK: Words

    /// After what is known of why customers leave: most often for the service, less for the price or the product.
    private static let reasons: [(share: Int64, value: LossReason)] = [
        (24, .poorResponse), (16, .serviceEncounter), (18, .price), (12, .coreFeature), (16, .competitor),
        (8, .inconvenience), (5, .involuntary), (1, .ethics),
    ]

    private static let problems = [
        "客户预算被推迟到下季度。", "技术参数需要重新确认。", "对交货期不满意。", "竞争对手报价更低。", "The buyer has changed.",
        "Samples were damaged on the way.",
    ]

    private static let deliverables = ["见共享盘", "已邮件发送", "Q-118，见附件", "Sent by e-mail, see the shared drive"]
}
