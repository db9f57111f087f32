import Dispatch
package import KoiHTTP
import KoiJSON
package import KoiSQLite
package import Logging
import Synchronization

/// The product: takes requests from the server, finds their route, tells who asks, runs the handler in its transaction
/// and turns what comes of it into an answer.
package final class App: Application {
    package let database: Database
    package let catalog: Catalog
    package var keys: KeyRing { catalog.keys }
    package var secrets: SecretBox { catalog.secrets }
    package let clock: Clock
    package let randomness: Randomness
    package let folder: DataFolder
    package let backupsKept: Int
    package let logger: Logger
    package let jobBell = JobBell()
    package let ledger: Ledger
    package let observation: Observation
    let readiness: Readiness
    /// Passwords, and how often they may be tried.
    package let signIn: SignIn
    let openAPI: OpenAPIDocument
    let router: Router
    /// By their numbers.
    let routes: [ServedRoute]
    let staticFiles: StaticFiles?
    let limits: Limits
    let proxies: TrustedProxies
    /// How long the write of a request may wait for its turn.
    let writeWait: Duration
    /// How much each key, session and address may ask.
    let rates: RequestRates
    /// How long a batch may hold the writer.
    let batchTime: Duration
    /// Slow work that is not SQL, such as backups: one at a time, never on a loop or in the writer.
    let tasks = DispatchQueue(label: "koi.tasks")
    private let waitingTasks = Atomic(0)
    /// Files that were sent, on their way in.
    let transfers = Transfers()
    /// Those that named themselves, as far as they are not the writer's.
    let underWay = RequestsUnderWay()
    /// Those who wait for changes.
    let polls = ChangePolls()
    /// How many requests may wait for that queue or be at work on it.
    static let maximumTasks = 4
    /// How long a read may take on a worker before it is given up.
    static let longestRead = Duration.seconds(30)

    /// - Throws: where the custom fields cannot be read.
    ///
    /// - Parameter resources: those of Koi; a test may pass others.
    package init(
        resources: [Resource] = Routes.resources,
        database: Database,
        folder: DataFolder,
        webFolder: String?,
        clock: Clock,
        randomness: Randomness,
        limits: Limits,
        proxies: TrustedProxies = TrustedProxies(),
        outgoing: AddressPolicy = AddressPolicy(),
        writeWait: Duration = .seconds(10),
        rates: RequestRates = RequestRates(),
        batchTime: Duration = .seconds(1),
        backupsKept: Int,
        isDry: Bool = false,
        passwordCost: PasswordCost = .standard,
        observed: Observation.Settings = Observation.Settings(),
        logger: Logger
    ) throws {
        self.database = database
        self.folder = folder
        self.clock = clock
        self.randomness = randomness
        self.limits = limits
        self.proxies = proxies
        self.writeWait = writeWait
        self.rates = rates
        self.batchTime = batchTime
        self.backupsKept = backupsKept
        self.logger = logger
        signIn = SignIn(cost: passwordCost, randomness: randomness)
        ledger = Ledger(database.writer, clock: clock, logger: logger)
        let keys = KeyRing()
        let headKeeper = HeadKeeper(EventHeadFile(folder), queue: ledger.queue, logger: logger)
        catalog = Catalog(
            resources,
            log: try database.writer.sync {
                try EventLog.identity($0, randomness, without: headKeeper.compare(with: $0))
            },
            keys: keys,
            secrets: SecretBox(folder, randomness: randomness),
            imports: ImportFolder(folder),
            exports: CompanyExportFolder(folder),
            headKeeper: headKeeper,
            eventHub: EventHub(database, keys: keys, logger: logger),
            outgoing: outgoing,
            isDry: isDry
        )
        openAPI = OpenAPIDocument(resources)
        staticFiles = webFolder.map { StaticFiles(folder: $0, fields: PageSecurity.fields) }
        let routes = Routes.all(of: resources)
        observation = Observation(
            observed,
            routes: routes,
            loops: database.options.readers,
            startedAt: clock.now()
        )
        readiness = Readiness(database, folder: folder, clock: clock)
        var router = Router()
        for route in routes { router.add(route.method, route.pattern) }
        self.router = router
        self.routes = routes.map(ServedRoute.init)
        let (fields, organisation, settings, head) = try database.writer.sync {
            (
                try CustomFieldDefinition.load($0), try Organisation.load($0), try Settings.load($0),
                try EventLog.head($0).sequence
            )
        }
        catalog.customFields.replace(fields)
        catalog.organisation.replace(organisation)
        catalog.settings.replace(settings)
        catalog.eventHub.move(to: head)
        try rememberBackups()
    }

    /// Writes what waits, empties the WAL into the database and closes it.
    ///
    /// Blocks. The server and the jobs must have stopped.
    package func close() {
        polls.stop()
        ledger.stop()
        catalog.headKeeper.stop()
        database.close()
        polls.end(DatabaseError.closed)
    }

    // MARK: KoiHTTP.Application

    package func admit(_ head: RequestHead, peer: Peer, trace: inout RequestTrace) -> Admission {
        // Whoever shows nothing to be let in with cannot have much kept in memory either.
        if head.fields.contains("Expect") || mayBeLarge(head),
            let refusal = refusalBeforeBody(of: Request(head: head, peer: peer, id: trace.id), trace: &trace)
        {
            return .refuse(refusal)
        }
        guard case .found(let number, _) = router.match(head.method, head.segments) else {
            // Read, so that the answer is 404 or 405 and not a word about the body.
            return .buffer(limit: limits.body)
        }
        trace.route = number
        let route = routes[number]
        if route.takesFile { return .spool(limit: limits.file) }
        return .buffer(limit: route.bodyLimit ?? (route.access.isAnybody ? limits.discardedBody : limits.body))
    }

    /// Whether a body may take more than a small one's share of memory.
    private func mayBeLarge(_ head: RequestHead) -> Bool {
        guard let length = head.fields["Content-Length"].flatMap(Digits.integer) else {
            return head.fields.contains("Transfer-Encoding")
        }
        return length > limits.smallBody
    }

    package func respond(to request: Request, exchange: Exchange, trace: inout RequestTrace) -> Response? {
        switch router.match(request.head.method, request.head.segments) {
        case .found(let number, let captures):
            trace.route = number
            let asked = AskedRequest(request, routes[number], captures)
            defer { trace.note(asked) }
            do {
                let response = try serve(prepare(asked), asked.route.work, exchange)
                if case .events = response?.body { trace.route = observation.meter.streamRoute }
                return response
            } catch {
                return response(to: asked, for: error)
            }
        case .methodNotAllowed, .notFound: return missed(request, trace: &trace)
        }
    }

    package func turned(loop: Int, isResting: Bool) {
        database.settle(on: loop, isResting: isResting)
        observation.turned(on: loop)
    }

    package func ended(_ report: RequestReport, loop: Int) {
        observation.ended(report, on: loop)
    }

    // MARK: From request to handler

    private func prepare(_ asked: AskedRequest) throws -> PreparedCall {
        let request = asked.request
        let actor = try identify(asked)
        if case .area(let area, let verb) = asked.route.permission { try actor.require(verb, on: area.rawValue) }
        return PreparedCall(
            asked: asked,
            query: try Query.parse(request.head.query),
            actor: actor,
            body: asked.route.takesFile
                ? .null : try RequestBody.json(request, limit: asked.route.bodyLimit, besides: asked.route.mediaTypes),
            language: Language(accepting: request.head.fields["Accept-Language"]),
            idempotent: try asked.route.isIdempotent ? IdempotentRequest(request, actor, secrets) : nil
        )
    }

    /// Tells who asks, and counts the request for them.
    private func identify(_ asked: AskedRequest) throws -> Actor {
        let (request, access) = (asked.request, asked.route.access)
        let actor: Actor
        do {
            actor = try Authentication(self).actor(for: request, access)
        } catch let problem as Problem where problem.status == .unauthorized {
            asked.spending = rates.countStranger(from: request.peer, at: clock.now())
            try asked.spending?.require()
            throw problem
        }
        asked.actor = actor
        guard asked.route.isCounted else { return actor }
        asked.spending =
            access.isAnybody
            ? rates.countStranger(from: request.peer, at: clock.now())
            : rates.count(actor, from: request.peer, at: clock.now())
        try asked.spending?.require()
        return actor
    }

    private func serve(_ call: PreparedCall, _ work: Route.Work, _ exchange: Exchange) throws -> Response? {
        switch work {
        case .chosen(let choose):
            return try serve(call, try choose(Call(call, nil)), exchange)
        case .immediate(let handler):
            return try handler(Call(call, nil), self).response()
        case .read(let handler):
            return read(call, handler, exchange)
        case .streamed(let handler):
            return read(call, { try handler($0, self) }, exchange)
        case .write(let handler):
            write(call, handler, exchange)
            return nil
        case .composed(let handler):
            write(call, { try handler($0, self) }, exchange)
            return nil
        case .task(let handler):
            let waiting = waitingTasks.add(1, ordering: .relaxed).newValue
            guard waiting <= App.maximumTasks else {
                waitingTasks.subtract(1, ordering: .relaxed)
                throw Problem.busy(
                    "Koi is at work on as many of these as may wait. Try again when one is done.",
                    "等待执行的任务已达上限，请在其中一个完成后重试。"
                )
            }
            let finish: Finish
            do {
                guard let begun = try begin(call, exchange) else {
                    waitingTasks.subtract(1, ordering: .relaxed)
                    return nil
                }
                finish = begun
            } catch {
                waitingTasks.subtract(1, ordering: .relaxed)
                throw error
            }
            let watch = Stopwatch()
            tasks.async {
                defer { self.waitingTasks.subtract(1, ordering: .relaxed) }
                watch.run()
                finish(Result { try handler(Call(call, nil), self) }, watch)
            }
            return nil
        case .deferred(let handler):
            guard let finish = try begin(call, exchange) else { return nil }
            do {
                try handler(Call(call, nil, exchange), self) { finish($0, nil) }
            } catch {
                finish(.failure(error), nil)
            }
            return nil
        }
    }

    /// Runs a read on the loop, and once more on a worker where it goes over the loop's budget.
    private func read(
        _ call: PreparedCall,
        _ handler: @escaping Route.Handler,
        _ exchange: Exchange
    ) -> Response? {
        let begun = Instant.now()
        do {
            let made = try database.read(on: call.request.loop) {
                try self.make(call, handler, self.transaction(for: call, $0))
            }
            return settle(made, call, exchange, AnswerTimes(database: Instant.now() - begun))
        } catch let error as SQLiteError where error.isInterrupted {
            readOnWorker(call, handler, exchange)
            return nil
        } catch {
            var response = response(to: call.asked, for: error)
            response.times.database = Instant.now() - begun
            return response
        }
    }

    private func readOnWorker(_ call: PreparedCall, _ handler: @escaping Route.Handler, _ exchange: Exchange) {
        let watch = Stopwatch()
        database.readOnWorker(
            timeLimit: App.longestRead,
            {
                watch.run()
                return try self.make(call, handler, self.transaction(for: call, $0))
            },
            completion: { result in
                do {
                    if let response = self.settle(try result.get(), call, exchange, watch.times) {
                        exchange.respond(response)
                    }
                } catch {
                    exchange.respond(self.response(to: call.asked, watch) { throw error })
                }
            }
        )
    }

    private func make(_ call: PreparedCall, _ handler: Route.Handler, _ transaction: Transaction) throws -> Made {
        let answer = try handler(Call(call, transaction))
        return Made(answer, sightings: transaction.sightings, owed: transaction.owed)
    }

    /// The answer of a read; nil where something is to be written before it goes out.
    private func settle(
        _ made: Made,
        _ call: PreparedCall,
        _ exchange: Exchange,
        _ times: AnswerTimes
    ) -> Response? {
        guard !made.owed.isEmpty else {
            note(made.sightings, of: call)
            var response = made.answer.response()
            response.times = times
            return response
        }
        write(call, exchange) { _ in made }
        return nil
    }

    private func write(
        _ call: PreparedCall,
        _ handler: @escaping Route.Handler,
        _ exchange: Exchange
    ) {
        write(call, exchange) { try self.make(call, handler, $0) }
    }

    /// Pays what was made owes in the transaction in which it is made, and answers once that is on disk.
    private func write(
        _ call: PreparedCall,
        _ exchange: Exchange,
        _ make: @escaping @Sendable (Transaction) throws -> Made
    ) {
        if let request = call.idempotent {
            do { try underWay.beginWrite(request) } catch {
                return exchange.respond(response(to: call.asked) { throw error })
            }
        }
        let watch = Stopwatch()
        database.writer.submit(
            within: writeWait,
            { connection in
                watch.run()
                let transaction = self.transaction(for: call, connection)
                let made = try self.once(call, transaction, make)
                return Committed(value: made, actions: transaction.afterCommit)
            },
            completion: { result in
                if let request = call.idempotent { self.underWay.endWrite(request) }
                exchange.respond(
                    self.response(to: call.asked, watch) {
                        let made = try result.get().finish()
                        self.note(made.sightings, of: call)
                        return made.answer
                    }
                )
            }
        )
    }

    /// Carries a request out, or finds what it was answered where it was carried out before.
    private func once(
        _ call: PreparedCall,
        _ transaction: Transaction,
        _ make: (Transaction) throws -> Made
    ) throws -> Made {
        if let request = call.idempotent {
            if let known = try KeptAnswers(transaction).answer(to: request) {
                return Made(known, sightings: transaction.sightings)
            }
            transaction.followTold()
        }
        let before = transaction.connection.totalChanges
        let made = try make(transaction)
        transaction.tells(of: call.asked)
        for write in made.owed { try write(transaction) }
        // What has changed nothing may be done again.
        if let request = call.idempotent, transaction.connection.totalChanges != before {
            try KeptAnswers(transaction).keep(made.answer, to: request)
        }
        return made
    }

    func transaction(for call: PreparedCall, _ connection: Connection) -> Transaction {
        transaction(on: connection, as: call.actor, request: call.request.id)
    }

    /// Work on a connection, in its open snapshot or savepoint.
    ///
    /// - Parameters:
    ///   - request: the id of the request that it belongs to, for events.
    ///   - time: at which it is done; by the clock where none is given.
    ///   - other: what it draws from in place of Koi's own randomness.
    func transaction(
        on connection: Connection,
        as actor: Actor,
        request: String? = nil,
        at time: Int64? = nil,
        drawing other: Randomness? = nil
    ) -> Transaction {
        Transaction(
            connection: connection,
            actor: actor,
            now: time ?? clock.now(),
            requestID: request,
            catalog: catalog,
            randomness: other ?? randomness,
            jobBell: jobBell
        )
    }

    /// Runs work of Koi itself as one write, and waits for it.
    ///
    /// Never from a loop.
    ///
    /// - Parameter request: the id of the request that it belongs to, for events.
    package func perform<T: Sendable>(
        as actor: Actor = .system,
        request: String? = nil,
        _ work: @escaping @Sendable (Transaction) throws -> T
    ) throws -> T {
        try database.writer.sync(
            { connection in
                let transaction = self.transaction(on: connection, as: actor, request: request)
                let value = try work(transaction)
                return Committed(value: value, actions: transaction.afterCommit)
            },
            committed: { _ = $0.finish() }
        ).value
    }
}

/// What serving needs of a route.
///
/// A class, so that finding one copies a reference and not its documentation.
final class ServedRoute: Sendable {
    let work: Route.Work
    let method: Method
    let pattern: String
    let access: Route.Access
    let permission: Route.Permission
    let bodyLimit: Int?
    let takesFile: Bool
    let mediaTypes: Set<String>
    let isCounted: Bool
    let isAlone: Bool
    let isIdempotent: Bool

    init(_ route: Route) {
        work = route.work
        method = route.method
        pattern = route.pattern
        access = route.access
        permission = route.permission
        bodyLimit = route.bodyLimit
        takesFile = route.takesFile
        mediaTypes = route.mediaTypes
        isCounted = route.isCounted
        isAlone = route.isAlone
        isIdempotent = route.isIdempotent
    }
}

/// What a handler made in its transaction.
private struct Made: Sendable {
    let answer: Answer
    /// What is to be written down of who saw what, once it is answered.
    let sightings: Sightings
    /// What is to be written before it is answered.
    let owed: [@Sendable (Transaction) throws -> Void]

    init(
        _ answer: Answer,
        sightings: Sightings = Sightings(),
        owed: [@Sendable (Transaction) throws -> Void] = []
    ) {
        self.answer = answer
        self.sightings = sightings
        self.owed = owed
    }
}

/// What a write made, and what is to be done now that it is on disk.
private struct Committed<Value: Sendable>: Sendable {
    let value: Value
    let actions: [@Sendable () -> Void]

    func finish() -> Value {
        for action in actions { action() }
        return value
    }
}
