import KoiJSON
import KoiSQLite

extension DemoYear {
    // MARK: Customers

    /// A customer is there from the beginning, and may want something later.
    mutating func meet(_ customer: Int64, _ scene: DemoScene) {
        customers.append(customer)
        if dice.happens(60) { plan(.care(customer: customer), after: 40...400, scene) }
        if dice.happens(14) { plan(.want(customer: customer), after: 20...900, scene) }
    }

    /// Whoever has the customer asks how things are.
    mutating func care(for id: Int64, _ scene: DemoScene) throws {
        guard let (customer, owner, transaction) = try customer(id, scene) else { return }
        guard try !isAway(owner, scene) else { return plan(.care(customer: id), after: 9...45, scene) }
        try log(
            dice.share([(70, "call"), (20, "visit"), (10, "message")]),
            [
                "customer": .integer(id), "minutes": .integer(dice.number(3...60)),
                "outcome": .string(dice.share([(60, "done"), (20, "not_reached"), (20, "interested")])),
            ],
            transaction
        )
        if dice.happens(10), customer["kind"] == "company" { plan(.want(customer: id), after: 9...90, scene) }
        if dice.happens(62) { plan(.care(customer: id), after: 250...750, scene) }
    }

    /// A customer needs something, and a deal begins.
    mutating func want(_ id: Int64, _ scene: DemoScene) throws {
        guard let (_, owner, transaction) = try customer(id, scene) else { return }
        guard try !isAway(owner, scene) else { return plan(.want(customer: id), after: 9...45, scene) }
        let currency = currency(of: owner)
        _ = try RecordService(Need.resource, transaction).add([
            "customer": .integer(id), "what": .string(dice.pick(DemoLead.needs)(currency == "EUR" ? .en : .zh)),
            "horizon": .string(dice.share([(80, "now"), (20, "future")])), "currency": .string(currency),
        ])
        var body = dealFields(currency: currency, scene)
        body["customer"] = .integer(id)
        let deal = try RecordService(Deal.resource, transaction).add(body)
        plan(.deal(deal.id), after: 4...40, scene)
    }

    private func customer(_ id: Int64, _ scene: DemoScene) throws -> (Record, Int64, Transaction)? {
        guard let customer = try RecordStore(Customer.resource, scene.connection).find(id, .all),
            let owner = customer["owner"].integerValue, let transaction = try scene.person(owner)
        else { return nil }
        return (customer, owner, transaction)
    }

    // MARK: The morning

    /// People look through their lists: what is new, what nobody has, what lies in the pools, and whom they are to visit.
    mutating func openDay(_ scene: DemoScene) throws {
        let view = DemoView(scene.connection)
        for lead in try view.unassigned() where dice.happens(60) { try assign(lead, scene) }
        for user in staff.salespeople where try !isAway(user, scene) && dice.happens(8) { try claim(user, scene) }
        for (lead, owner) in try view.assigned() where plans[lead]?.owner != owner { take(lead, owner, scene) }
        for (task, owner) in try view.planned(by: scene.now + PoolDay.length) where dice.happens(12) {
            try visit(task, owner, scene)
        }
    }

    /// Whoever leads sales has the rules choose, or chooses.
    private mutating func assign(_ id: Int64, _ scene: DemoScene) throws {
        guard let manager = staff["li.ming"], let transaction = try scene.person(manager),
            let lead = try RecordStore(Lead.resource, scene.connection).find(id, .all)
        else { return }
        if dice.happens(70) {
            _ = try AssignmentService(Lead.resource, transaction)?.assign(lead, .asked)
        } else if let owner = staff["zhang.wei"] {
            _ = try RecordService(Lead.resource, scene.anybody(manager)).assign(id, to: owner, reason: "区域熟悉")
        }
    }

    /// Takes something out of a pool; now and then two reach for the same.
    private mutating func claim(_ user: Int64, _ scene: DemoScene) throws {
        let isLead = dice.happens(50)
        let resource = isLead ? Lead.resource : Customer.resource
        let pool = isLead ? shop.leadPool : shop.customerPool
        let found = try DemoView(scene.connection).pooled(resource, in: pool, limit: 20)
        // Who has nothing to choose from waits for more.
        guard found.count > 2, let transaction = try scene.person(user) else { return }
        let id = dice.pickEarly(found)
        guard case .won = try PoolClaim(resource, transaction).claim(id) else { return }
        if !isLead { plan(.care(customer: id), after: 0...20, scene) }
        let rival = dice.pick(staff.salespeople)
        if rival != user, dice.happens(30), let late = try scene.person(rival) {
            _ = try PoolClaim(resource, late).claim(id)
        }
    }

    /// Writes down what was done; a visit when whoever made it is back, or days later.
    mutating func log(_ kind: String, _ body: JSONObject, _ transaction: Transaction) throws {
        var activity = body
        activity["kind"] = .string(kind)
        if kind == "visit" {
            let delay: ClosedRange<Int64> = dice.share([(55, 10...200), (30, 200...1_400), (15, 1_500...5_000)])
            let minutes = dice.number(delay)
            activity["happenedAt"] = .string(Timestamp.text(transaction.now - minutes * 60_000))
        }
        _ = try RecordService(Activity.resource, transaction).add(activity)
    }

    private mutating func visit(_ task: Int64, _ owner: Int64, _ scene: DemoScene) throws {
        guard try !isAway(owner, scene), let transaction = try scene.person(owner) else { return }
        let body: JSONObject = [
            "task": .integer(task), "minutes": .integer(dice.number(20...120)), "outcome": "done",
        ]
        try log(dice.happens(70) ? "visit" : "call", body, transaction)
    }
}
