import KoiLock
import KoiSQLite

/// All resources by name, in the order in which they are listed.
package struct ResourceList: Sendable {
    package let all: [Resource]
    private let byName: [String: Resource]

    package init(_ all: [Resource]) {
        self.all = all
        byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(_ name: String) -> Resource? { byName[name] }
}

/// What every request needs to know beside its transaction: the resources of the program, and what is remembered of the
/// database between requests, to be renewed when a transaction that changes it is committed.
package final class Catalog: Sendable {
    package let resources: ResourceList
    /// Which log this database has.
    let log: String
    package let customFields = CustomFieldCache()
    package let keys: KeyRing
    package let organisation = OrganisationCache()
    package let settings = SettingsCache()
    /// Rung once something that leaves Koi is on disk.
    package let outboxBell = JobBell()
    /// Rung once webhooks have something to do beside what happens.
    package let webhookBell = JobBell()
    package let mailTests = RateLimiter<Int64>(MailTest.perMinute)
    let intakeRates = IntakeRates()
    package let probes = RateLimiter<Int64>(ListQuery.probes)
    let hiddenDuplicates = HiddenDuplicates()
    let keptBytes = RateLimiter<String>(KeptAnswers.maximumSizePerMinute)
    package let backups = KeptBackups()
    package let erasedMarks = ErasedMarks()
    package let indexes = IndexedColumns()
    package let secrets: SecretBox
    /// The files that wait to be imported, or were.
    let imports: ImportFolder
    let exports: CompanyExportFolder
    /// What goes with messages of tickets.
    let files: FileFolder
    /// Is told of each event once it is on disk.
    package let headKeeper: HeadKeeper
    /// As well, for those who listen.
    package let eventHub: EventHub
    /// Where requests that Koi makes may go.
    package let outgoing: AddressPolicy
    /// Whether messages go into the folder `outgoing`, and nothing over the network.
    package let isDry: Bool

    package init(
        _ resources: [Resource],
        log: String,
        keys: KeyRing,
        secrets: SecretBox,
        imports: ImportFolder,
        exports: CompanyExportFolder,
        files: FileFolder,
        headKeeper: HeadKeeper,
        eventHub: EventHub,
        outgoing: AddressPolicy = AddressPolicy(),
        isDry: Bool = false
    ) {
        self.resources = ResourceList(resources)
        self.log = log
        self.keys = keys
        self.secrets = secrets
        self.imports = imports
        self.exports = exports
        self.files = files
        self.headKeeper = headKeeper
        self.eventHub = eventHub
        self.outgoing = outgoing
        self.isDry = isDry
    }
}

/// The custom fields as of the last commit, read by every request without a query.
package final class CustomFieldCache: Sendable {
    private let state = Lock(CustomFields())

    package var current: CustomFields { state.withLock { $0 } }

    package func replace(_ fields: CustomFields) {
        state.withLock { $0 = fields }
    }
}

/// A field that the company made itself.
package struct CustomField: Sendable {
    package let id: Int64
    package let key: String
    package let kind: FieldKind
    package let label: Text
    package let isRequired: Bool

    /// What a list is ordered by.
    ///
    /// Of a text only the beginning counts, since the cursor holds it and must fit into a URL.
    var sortExpression: String {
        let value = Dialect.member("t.\"custom\"", key)
        if case .text = kind { return "substr(\(value), 1, 200)" }
        return value
    }
}

/// The custom fields of all resources.
package struct CustomFields: Sendable {
    package private(set) var byResource: [String: [CustomField]] = [:]
    /// The resources of which records may hold values of removed fields.
    private let withRemoved: Set<String>

    package init(_ byResource: [String: [CustomField]] = [:], withRemoved: Set<String> = []) {
        self.byResource = byResource
        self.withRemoved = withRemoved
    }

    /// Whether every value that records of a resource hold belongs to a living field.
    func showsAll(of resource: String) -> Bool { !withRemoved.contains(resource) }

    package func fields(of resource: String) -> [CustomField] { byResource[resource] ?? [] }

    func kind(of key: String, in resource: String) -> FieldKind {
        fields(of: resource).first { $0.key == key }?.kind ?? .custom
    }

    func keys(of resource: String) -> Set<String> { Set(fields(of: resource).map(\.key)) }

    /// The field that `custom.colour` names, if the resource has it.
    func field(_ path: String, of resource: Resource) -> CustomField? {
        guard path.hasPrefix("custom.") else { return nil }
        return fields(of: resource.name).first { "custom." + $0.key == path }
    }
}
