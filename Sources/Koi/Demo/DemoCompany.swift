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
    private let seed: UInt64
    private let calendar: DemoCalendar

    /// - Parameters:
    ///   - size: how many customers it has.
    ///   - end: the last day of its year.
    package init(size: Int, seed: UInt64, end: CalendarDate) {
        self.size = size
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
        var state = try app.database.writer.sync { connection in
            try requireNoCustomers(connection)
            let state = try begin(app, connection)
            try state.staff.letIn(with: password, at: calendar.moment(0, of: size), connection)
            return state
        }
        while state.stored < size {
            let before = state
            let next = min(before.stored + DemoCompany.groupSize, size)
            state = try app.database.writer.sync { connection in
                var after = before
                while after.stored < next { try addCustomer(&after, app, connection) }
                return after
            }
            progress(state.stored)
        }
        app.catalog.eventHub.move(to: try app.database.writer.sync { try EventLog.head($0).sequence })
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

    private func begin(_ app: App, _ connection: Connection) throws -> State {
        let salt = DemoSalt(seed: seed)
        let start = calendar.moment(0, of: size)
        func transaction(_ user: Int64? = nil) -> Transaction {
            self.transaction(app, connection, user, now: start, salt)
        }
        let staff = try DemoStaff(
            RecordService(User.resource, transaction()),
            RecordService(Team.resource, transaction())
        )
        let administrator = transaction(staff.administrator)
        try DemoSettings.addFields(RecordService(CustomFieldDefinition.resource, administrator))
        // At once, since the views and customers of this very transaction use them.
        app.catalog.customFields.replace(try CustomFieldDefinition.load(connection))
        try DemoSettings.addViews(RecordService(SavedView.resource, administrator))
        return State(dice: DemoDice(seed: seed), staff: staff, salt: salt)
    }

    private func addCustomer(
        _ state: inout State,
        _ app: App,
        _ connection: Connection
    ) throws {
        let now = calendar.moment(state.stored, of: size)
        let customer = DemoCustomer(
            staff: state.staff,
            now: now,
            accepts: { state.names.take($0) },
            &state.dice
        )
        let transaction = transaction(app, connection, customer.owner, now: now, state.salt)
        let id = try RecordService(Customer.resource, transaction).add(customer.body, allowsDuplicate: true).id
        state.stored += 1
        guard customer.isCompany else { return }
        for index in 0..<DemoContact.count(&state.dice) {
            let former = state.dice.happens(5) ? state.former : nil
            let contact = DemoContact(
                of: id,
                customer,
                isMain: index == 0,
                former: former,
                now: now,
                &state.dice
            )
            _ = try RecordService(Contact.resource, transaction).add(contact.body, allowsDuplicate: true)
        }
        state.former = id
    }

    private func transaction(
        _ app: App,
        _ connection: Connection,
        _ user: Int64?,
        now: Int64,
        _ salt: DemoSalt
    ) -> Transaction {
        app.transaction(
            on: connection,
            as: Actor(kind: .system, user: user, access: .full),
            at: now,
            drawing: salt.randomness
        )
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
private final class DemoSalt: Sendable {
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
