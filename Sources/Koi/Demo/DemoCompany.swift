import KoiJSON
import KoiLock
import KoiSQLite

/// A believable company with a year of customers behind it, Chinese and English, of any size; the same for the same
/// size, seed and last day.
///
/// Every record goes through the services that serve the API, so none breaks a rule.
package struct DemoCompany: Sendable {
    /// How many customers are stored together: enough to share the cost of a commit, few enough to lie in memory.
    private static let groupSize = 1_000
    package static let lastDay = "2026-10-30"

    private let size: Int
    private let leads: Int
    private let seed: UInt64
    private let calendar: DemoCalendar

    /// - Parameters:
    ///   - size: how many customers it has beside those that leads become.
    ///   - leads: how many leads come in during its year; without any nobody sells, and there are only customers.
    ///   - end: the last day of its year.
    package init(size: Int, leads: Int = 0, seed: UInt64, end: CalendarDate) {
        self.size = size
        self.leads = leads
        self.seed = seed
        calendar = DemoCalendar(end: end)
    }

    /// Stores the company in a folder without customers.
    ///
    /// - Parameters:
    ///   - signIn: with what its people sign in; nil for a company that nobody signs in to.
    ///   - progress: told from time to time how many customers are stored.
    /// - Throws: `Problem.conflict` where there are customers already.
    package func found(
        in app: App,
        signIn: DemoSignIn? = nil,
        progress: (_ stored: Int) -> Void = { _ in }
    ) throws {
        let password = try signIn?.hash(in: app)
        var state = try write(in: app) { connection, scene in
            try requireNoCustomers(connection)
            let state = try begin(app, scene)
            try state.staff.letIn(with: password, at: scene.now, connection)
            return state
        }
        if leads > 0 {
            let before = state
            state = try write(in: app, before.salt) { _, scene in
                var after = before
                after.year = try DemoYear(leads: leads, before.staff, calendar, seed: seed, password: password, scene)
                return after
            }
        }
        while !state.isOver {
            let before = state
            state = try write(in: app, before.salt) { _, scene in
                var after = before
                try playGroup(&after, scene)
                return after
            }
            progress(state.stored)
        }
    }

    /// Stores what some work does as one commit.
    private func write(
        in app: App,
        _ salt: DemoSalt? = nil,
        _ work: @escaping @Sendable (Connection, DemoScene) throws -> State
    ) throws -> State {
        let salt = salt ?? DemoSalt(seed: seed)
        let start = calendar.moment(0, of: size)
        return try app.database.writer.sync(
            { connection in
                let scene = DemoScene(app, connection, salt, at: start)
                let state = try work(connection, scene)
                return Committed(value: state, actions: scene.afterCommit)
            },
            committed: { _ = $0.finish() }
        ).value
    }

    /// So many moments, or up to one after which what is known in memory of who works here has to be renewed.
    private func playGroup(_ state: inout State, _ scene: DemoScene) throws {
        for _ in 0..<DemoCompany.groupSize {
            let customer = state.stored < size ? calendar.moment(state.stored, of: size) : nil
            if let customer, customer <= state.year?.next ?? .max {
                scene.now = customer
                try state.year?.goOn(to: customer, scene)
                try addCustomer(&state, scene)
            } else if state.year?.next != nil {
                guard try state.year?.playNext(scene) == false else { return }
            } else {
                try state.year?.finish(scene)
                state.isOver = true
                return
            }
        }
    }

    /// What goes on from one group to the next.
    private struct State: Sendable {
        var dice: DemoDice
        var names = DemoNames()
        var stored = 0
        /// The company before, where the person now at another may have worked.
        var former: Int64?
        let staff: DemoStaff
        let salt: DemoSalt
        var year: DemoYear?
        var isOver = false
    }

    private func requireNoCustomers(_ connection: Connection) throws {
        let customer = try connection.first("SELECT 1 FROM customers LIMIT 1") { _ in true }
        guard customer == nil else {
            throw Problem.conflict(
                "has_customers",
                Text(
                    "There are customers in this data folder already; the demo company needs an empty one.",
                    "此数据文件夹中已有客户；演示公司需要空文件夹。"
                )
            )
        }
    }

    private func begin(_ app: App, _ scene: DemoScene) throws -> State {
        let staff = try DemoStaff(
            RecordService(User.resource, scene.anybody(nil)),
            RecordService(Team.resource, scene.anybody(nil)),
            isBeginning: leads > 0
        )
        let administrator = scene.anybody(staff.administrator)
        try DemoSettings.addFields(RecordService(CustomFieldDefinition.resource, administrator))
        // At once, since the views and customers of this very transaction use them.
        app.catalog.customFields.replace(try CustomFieldDefinition.load(scene.connection))
        try DemoSettings.addViews(RecordService(SavedView.resource, administrator))
        return State(dice: DemoDice(seed: seed), staff: staff, salt: scene.salt)
    }

    private func addCustomer(_ state: inout State, _ scene: DemoScene) throws {
        let customer = DemoCustomer(
            staff: state.staff,
            now: scene.now,
            accepts: { state.names.take($0) },
            &state.dice
        )
        let transaction = scene.anybody(customer.owner)
        let id = try RecordService(Customer.resource, transaction).add(customer.body, allowsDuplicate: true).id
        state.stored += 1
        state.year?.meet(id, scene)
        guard customer.isCompany else { return }
        for index in 0..<DemoContact.count(&state.dice) {
            let former = state.dice.happens(5) ? state.former : nil
            let contact = DemoContact(
                of: id,
                customer,
                isMain: index == 0,
                former: former,
                now: scene.now,
                &state.dice
            )
            _ = try RecordService(Contact.resource, transaction).add(contact.body, allowsDuplicate: true)
        }
        state.former = id
    }
}

/// The names given so far, as long as they are few: a small company must not meet the same name twice.
private struct DemoNames: Sendable {
    private static let maximum = 20_000
    private var taken: Set<String> = []

    /// Whether the name is free; it is taken from then on.
    mutating func take(_ name: String) -> Bool {
        guard taken.count < DemoNames.maximum else { return !taken.contains(name) }
        return taken.insert(name).inserted
    }
}

/// Repeatable bytes for the salts of events.
///
/// Never for keys.
final class DemoSalt: Sendable {
    private let dice: Lock<DemoDice>

    init(seed: UInt64) {
        // Another sequence than that of the records.
        dice = Lock(DemoDice(seed: ~seed))
    }

    var randomness: Randomness {
        Randomness { count in
            self.dice.withLock { dice in
                (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            }
        }
    }
}
