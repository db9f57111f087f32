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
    let waitingTasks = Atomic(0)
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
            files: FileFolder(folder),
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
        if route.takesFile { return .spool(limit: min(route.bodyLimit ?? limits.file, limits.file)) }
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
}
