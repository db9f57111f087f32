import KoiJSON
import KoiSQLite

/// A year of selling in the demo company: leads come in and are given to people, who answer them, win customers, and go with
/// them through deals, or do not; and Koi does meanwhile what it does by the clock.
///
/// Nothing of it is written down as a result: all of it is done by the services that serve the API, with the rights of
/// whoever does it, at the times at which it happens.
struct DemoYear: Sendable {
    var dice: DemoDice
    var staff: DemoStaff
    let calendar: DemoCalendar
    let shop: DemoShop
    var agenda = DemoAgenda()
    /// How far whoever has a lead is with it.
    var plans: [Int64: DemoPlan] = [:]
    /// Customers that may refer others.
    var customers: [Int64] = []
    /// What the last lead came with, for those who ask again.
    var lastLead: JSONObject?
    private let password: PasswordHash?
    private var jobs: DemoJobs

    /// - Parameters:
    ///   - leads: how many come in.
    ///   - password: of all who work there.
    init(
        leads: Int,
        _ staff: DemoStaff,
        _ calendar: DemoCalendar,
        seed: UInt64,
        password: PasswordHash?,
        _ scene: DemoScene
    ) throws {
        // Another sequence than that of the customers who were there without a lead.
        dice = DemoDice(seed: seed &* 31 &+ 7)
        self.staff = staff
        self.calendar = calendar
        self.password = password
        shop = try DemoShop(staff, calendar, scene.anybody(staff.administrator))
        jobs = try DemoJobs(scene)
        for morning in calendar.mornings { agenda.add(.morning, at: morning) }
        for (time, arrival) in DemoArrival.all(leads, calendar, &dice) { plan(.arrival(arrival), at: time) }
        planPeople()
    }

    var next: Int64? { agenda.next }

    /// Has something happen at a time; nothing behind the end of the year.
    mutating func plan(_ moment: DemoMoment, at time: Int64?) {
        guard let time, time < calendar.end else { return }
        agenda.add(moment, at: time)
    }

    /// Has something happen after so many hours of work.
    mutating func plan(_ moment: DemoMoment, after hours: ClosedRange<Int64>, _ scene: DemoScene) {
        plan(moment, at: calendar.later(scene.now, hours: dice.number(hours)).map { $0 + dice.number(0...3_599_999) })
    }

    /// What comes next happens, once Koi has done what is due by then.
    ///
    /// - Returns: whether it is about who works here, so that what follows needs to know of it.
    mutating func playNext(_ scene: DemoScene) throws -> Bool {
        guard let entry = agenda.takeNext() else { return false }
        try goOn(to: entry.time, scene)
        try scene.tryTo { try play(entry.moment, scene) }
        switch entry.moment {
        case .hire, .handOver, .leave: return true
        default: return false
        }
    }

    /// Time passes, and Koi does what is due.
    mutating func goOn(to time: Int64, _ scene: DemoScene) throws {
        scene.now = time
        try jobs.run(by: time, scene)
    }

    mutating func finish(_ scene: DemoScene) throws {
        try goOn(to: calendar.end - 1, scene)
    }

    private mutating func play(_ moment: DemoMoment, _ scene: DemoScene) throws {
        switch moment {
        case .morning: try openDay(scene)
        case .arrival(let arrival): try receive(arrival, scene)
        case .lead(let id, let owner): try work(onLead: id, by: owner, scene)
        case .undo(let lead): try undoConversion(of: lead, scene)
        case .deal(let id): try work(onDeal: id, scene)
        case .restore(let deal): try restore(deal, scene)
        case .reopen(let deal): try reopen(deal, scene)
        case .care(let customer): try care(for: customer, scene)
        case .want(let customer): try want(customer, scene)
        case .hire: try hire(scene)
        case .handOver: try handOver(scene)
        case .leave: try leave(scene)
        case .absence(let absence): try announce(absence, scene)
        }
    }

    // MARK: People

    private static let absences: [(day: Int64, DemoAbsence)] = [
        (64, DemoAbsence(address: "zhao.min", substitute: "liu.yang", days: 12, reason: "holiday")),
        (131, DemoAbsence(address: "zhang.wei", substitute: nil, days: 5, reason: "illness")),
        (205, DemoAbsence(address: "chen.jing", substitute: "zhang.wei", days: 9, reason: "training")),
        (283, DemoAbsence(address: "daniel.reed", substitute: "emma.clarke", days: 14, reason: "holiday")),
    ]

    private mutating func planPeople() {
        plan(.hire, at: calendar.morning(after: 140))
        plan(.handOver, at: calendar.morning(after: 150))
        // Before there is anything new to have.
        plan(.leave, at: calendar.morning(after: 150).map { $0 + 600_000 })
        for (day, absence) in DemoYear.absences { plan(.absence(absence), at: calendar.morning(after: day)) }
    }

    private mutating func hire(_ scene: DemoScene) throws {
        let transaction = scene.anybody(staff.administrator)
        let id = try staff.hire(RecordService(User.resource, transaction))
        if let password { try CredentialStore(scene.connection).set(password, for: id, at: scene.now) }
    }

    /// Who leaves gets nothing more, and gives all to others.
    private func handOver(_ scene: DemoScene) throws {
        guard let leaver = staff["sun.li"], let newcomer = staff["wu.hao"], let colleague = staff["chen.jing"] else {
            return
        }
        let transaction = scene.anybody(staff.administrator)
        let users = DemoRules.users(["zhang.wei", "chen.jing", "wu.hao"], staff)
        for rule in shop.rulesOfLeaver {
            _ = try RecordService(AssignmentRule.resource, transaction).change(rule, ["users": users])
        }
        let body: JSONObject = [
            "successors": [
                ["user": .integer(newcomer), "share": 2], ["user": .integer(colleague), "share": 1],
            ],
            "reason": "离职",
        ]
        let read = try HandoverOrder.body.read(body, in: transaction)
        _ = try HandoverService(transaction).begin(HandoverOrder(of: leaver, read), read)
    }

    private func leave(_ scene: DemoScene) throws {
        guard let leaver = staff["sun.li"] else { return }
        _ = try RecordService(User.resource, scene.anybody(staff.administrator)).change(leaver, ["active": false])
    }

    /// Somebody says that they are going to be away from the next week on.
    private func announce(_ absence: DemoAbsence, _ scene: DemoScene) throws {
        guard let user = staff[absence.address], let transaction = try scene.person(user) else { return }
        let from = scene.now + 7 * PoolDay.length
        _ = try RecordService(Absence.resource, transaction).add([
            "user": .integer(user), "from": .string(Timestamp.text(from)),
            "to": .string(Timestamp.text(from + absence.days * PoolDay.length)), "reason": .string(absence.reason),
            "substitute": absence.substitute.flatMap { staff[$0] }.map(JSONValue.integer) ?? .null,
        ])
    }

    /// Whether somebody is away, or does not work here any more.
    func isAway(_ user: Int64, _ scene: DemoScene) throws -> Bool {
        let availability = Availability(scene.koi(), at: scene.now)
        return try !availability.isActive(user) || availability.absence(of: user) != nil
    }
}

/// How far whoever has a lead is with it.
struct DemoPlan: Sendable {
    let owner: Int64
    var touches = 0
    /// The task to come back to it.
    var task: Int64?
}
