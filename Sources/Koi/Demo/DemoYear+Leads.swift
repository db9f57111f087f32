import KoiHTTP
import KoiJSON
import KoiSQLite

extension DemoYear {
    // MARK: What comes in

    mutating func receive(_ arrival: DemoArrival, _ scene: DemoScene) throws {
        let isReferred = arrival.source == "referral" && !customers.isEmpty
        let referrer = isReferred ? dice.pickEarly(customers) : nil
        let campaign = shop.campaigns.first { $0.name == arrival.campaign?.name }?.id
        let new = DemoLead(arrival, campaign: campaign, referrer: referrer, at: scene.now, &dice).body
        let body = arrival.isAgain ? again(new) : new
        lastLead = new
        switch arrival.source {
        case "web_form":
            let service = IntakeService(scene.stranger())
            try service.take(IntakeValues(body), by: RecordService(IntakeForm.resource, scene.koi()).find(shop.form))
        default:
            // Whoever is at the desk enters it, and the rules say whose it is.
            let transaction = scene.anybody(staff["zhou.tao"])
            _ = try RecordService(Lead.resource, transaction).add(body, allowsDuplicate: true)
        }
        let lead = try DemoView(scene.connection).newestLead()
        guard let owner = try RecordStore(Lead.resource, scene.connection).find(lead, .all)?["owner"].integerValue
        else {
            return
        }
        take(lead, owner, scene)
    }

    /// Whoever asked last asks again, in another way.
    private func again(_ new: JSONObject) -> JSONObject {
        guard let lastLead else { return new }
        let kept = ["source", "campaign", "referrerCustomer"]
        return JSONObject(
            lastLead.members.filter { !kept.contains($0.name) } + new.members.filter { kept.contains($0.name) }
        )
    }

    /// Somebody has a lead from here on, and turns to it sooner or later; some people never do.
    mutating func take(_ lead: Int64, _ owner: Int64, _ scene: DemoScene) {
        plans[lead] = DemoPlan(owner: owner)
        guard dice.happens(diligence(of: owner)) else { return }
        plan(.lead(lead, by: owner), after: dice.share([(62, 0...0), (18, 0...2), (12, 2...8), (8, 9...40)]), scene)
    }

    /// Of a hundred leads, how many somebody turns to without being reminded.
    private func diligence(of user: Int64) -> Int {
        let place = staff.salespeople.firstIndex(of: user) ?? 0
        return [96, 90, 78][place % 3]
    }

    // MARK: Working on it

    /// - Parameter owner: who planned to, and may not have it any more.
    mutating func work(onLead id: Int64, by owner: Int64, _ scene: DemoScene) throws {
        guard plans[id]?.owner == owner, let transaction = try scene.person(owner) else { return }
        guard try !isAway(owner, scene) else { return plan(.lead(id, by: owner), after: 9...18, scene) }
        let store = RecordStore(Lead.resource, scene.connection)
        guard let lead = try store.find(id, transaction.visibility(of: Lead.resource)),
            lead["owner"] == .integer(owner), Assignable.of(Lead.resource)?.isOpen(lead) == true
        else { return }
        let isReached = try touch(lead, transaction)
        let leads = RecordService(Lead.resource, transaction)
        if isReached, lead["status"] == "new" { _ = try leads.change(id, ["status": "contacted"]) }
        switch fate(of: lead, isReached) {
        case .goesOn: try comeBack(to: id, owner, transaction, scene)
        case .qualifies:
            _ = try leads.change(id, ["status": "qualified"])
            plan(.lead(id, by: owner), after: 4...30, scene)
        case .fails: _ = try leads.change(id, ["status": "unqualified"])
        case .converts: try convert(lead, transaction, scene)
        case .isForgotten: break
        }
    }

    private enum LeadFate {
        case goesOn
        case qualifies
        case fails
        case converts
        case isForgotten
    }

    private mutating func fate(of lead: Record, _ isReached: Bool) -> LeadFate {
        guard isReached else { return dice.share([(75, .goesOn), (10, .fails), (15, .isForgotten)]) }
        if lead["status"] == "qualified" { return dice.share([(80, .converts), (9, .fails), (11, .isForgotten)]) }
        return switch plans[lead.id]?.touches ?? 0 {
        case 1: dice.share([(45, .goesOn), (30, .qualifies), (14, .fails), (11, .isForgotten)])
        case 2: dice.share([(25, .goesOn), (40, .qualifies), (22, .fails), (13, .isForgotten)])
        default: dice.share([(10, .goesOn), (45, .qualifies), (30, .fails), (15, .isForgotten)])
        }
    }

    /// Talks to them, and writes it down.
    ///
    /// - Returns: whether they were reached.
    private mutating func touch(_ lead: Record, _ transaction: Transaction) throws -> Bool {
        let isReached = dice.happens(78)
        var body: JSONObject = [
            "kind": .string(dice.share([(60, "call"), (20, "message"), (15, "email"), (5, "visit")])),
            "lead": .integer(lead.id), "outcome": isReached ? "interested" : "not_reached",
            "minutes": .integer(dice.number(1...40)),
        ]
        // Some write it down only later.
        if dice.happens(25) {
            let happened = transaction.now - dice.number(5...90) * 60_000
            body["happenedAt"] = .string(Timestamp.text(max(happened, lead.time("receivedAt") ?? happened)))
        }
        if let task = plans[lead.id]?.task {
            body["task"] = .integer(task)
            plans[lead.id]?.task = nil
        }
        _ = try RecordService(Activity.resource, transaction).add(body)
        plans[lead.id]?.touches += 1
        return isReached
    }

    private mutating func comeBack(
        to lead: Int64,
        _ owner: Int64,
        _ transaction: Transaction,
        _ scene: DemoScene
    ) throws {
        let hours = dice.number(6...60)
        guard let due = calendar.later(scene.now, hours: hours) else { return }
        if dice.happens(60) {
            let task = try RecordService(WorkTask.resource, transaction).add([
                "name": "再次联系", "kind": "call", "lead": .integer(lead), "due": .string(Timestamp.text(due)),
                "remindAt": .string(Timestamp.text(max(due - 3_600_000, scene.now))),
                "priority": .string(dice.share([(20, "high"), (65, "normal"), (15, "low")])),
            ])
            plans[lead]?.task = task.id
        }
        // What was planned is not always done.
        if dice.happens(88) { plan(.lead(lead, by: owner), at: due + dice.number(0...10_000_000)) }
    }

    // MARK: What becomes of it

    private mutating func convert(_ before: Record, _ transaction: Transaction, _ scene: DemoScene) throws {
        let makesDeal = dice.happens(84)
        let deal = makesDeal ? dealFields(currency: currency(of: transaction.actor.user), scene) : [:]
        let service = ConversionService(transaction)
        do {
            try scene.connection.savepoint { try service.convert(before.id, deal) }
        } catch let problem as Problem where problem.status == .conflict {
            // It may be somebody whom they know, and nobody remembers who.
            try service.convert(before.id, deal, allowsDuplicate: true)
        }
        let (lead, _) = try service.find(before.id)
        guard let customer = lead["customer"].integerValue else { return }
        customers.append(customer)
        plan(.care(customer: customer), after: 60...300, scene)
        if let deal = lead["deal"].integerValue {
            plan(.deal(deal), after: 4...40, scene)
        } else if dice.happens(30) {
            plan(.undo(lead: lead.id), after: 2...20, scene)
        }
    }

    mutating func undoConversion(of lead: Int64, _ scene: DemoScene) throws {
        let transaction = scene.anybody(staff.administrator)
        guard let record = try RecordStore(Lead.resource, scene.connection).find(lead, .all),
            let customer = record["customer"].integerValue
        else { return }
        customers.removeAll { $0 == customer }
        try ConversionUndo(transaction).undo(lead, leavesRest: true, match: { _ in })
    }
}

extension ConversionService {
    fileprivate func convert(_ lead: Int64, _ deal: JSONObject, allowsDuplicate: Bool = false) throws {
        let order = ConversionOrder(["dealFields": .object(deal)], allowsDuplicate: allowsDuplicate)
        _ = try convert(lead, order, match: { _ in })
    }
}
