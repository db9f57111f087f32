import KoiJSON
import KoiSQLite

/// All that the company has, as requests by which another Koi gets the same: each line the operations of a batch.
///
/// Records are named by keys of a system that stands for this company, so to take a file in again, or a later one, changes
/// records and doubles none.
struct Company {
    typealias Add = (JSONValue) throws -> Void

    private static let version: Int64 = 1
    /// What no other Koi is told: what lets somebody in, what is sealed for this one, and what happened here.
    private static let never: [JSONValue] = [
        "passwords", "sessions", "keys", "secrets", "gateways", "webhooks", "mailSettings", "personalViews", "absences",
        "assignmentRules", "bin",
        "log",
        "messages", "merges", "jobs", "files",
    ]

    let system: String
    private let connection: Connection
    private let app: App
    private let check: () throws -> Void
    private let resources: [Resource]
    private let now: Int64

    /// - Parameters:
    ///   - connection: within a snapshot.
    ///   - check: called every now and then; what it throws ends it.
    init(_ connection: Connection, _ app: App, _ check: @escaping () throws -> Void) throws {
        self.connection = connection
        self.app = app
        self.check = check
        now = app.clock.now()
        system = try Company.system(connection)
        let all = app.catalog.resources.all
        let first = [
            CustomFieldDefinition.resource, Role.resource, Team.resource, WorkingCalendar.resource, User.resource,
            Product.resource, Pipeline.resource, Stage.resource, TicketCategory.resource, TicketStatus.resource,
            TicketTransition.resource,
        ].map(\.name)
        let last = [
            SalesTarget.resource, TargetProfile.resource, MessageTemplate.resource, SavedView.resource,
        ].map(\.name)
        resources =
            first.compactMap { app.catalog.resources[$0] } + all.filter(Company.isCarried)
            + last.compactMap { app.catalog.resources[$0] }
    }

    /// What was decided here is decided anew by nobody elsewhere.
    private static func isCarried(_ resource: Resource) -> Bool {
        resource.isImportable && resource.name != TicketRemedy.resource.name
    }

    /// The first event's hash, which has random bytes in it, tells one company from all others, backups included.
    static func system(_ connection: Connection) throws -> String {
        let hash = try connection.first("SELECT hash FROM events ORDER BY sequence LIMIT 1") { $0.blob(0) } ?? []
        return CompanyRules.prefix + Digest.hex(Array(hash.prefix(8)))
    }

    func header() throws -> JSONValue {
        var counts: [JSONObject.Member] = []
        for resource in resources { counts.append(.init(name: resource.name, value: .integer(try count(resource)))) }
        let settings = try Settings.load(connection)
        return [
            "format": "koi-company", "version": .integer(Company.version), "program": .string(OpenAPI.version),
            "system": .string(system), "company": settings.companyName.map(JSONValue.string) ?? .null,
            "at": .string(Timestamp.text(now)), "position": .string(try position()),
            "counts": .object(JSONObject(counts)), "never": .array(Company.never),
        ]
    }

    /// Where the feed of changes goes on after this file.
    func position() throws -> String {
        LogPosition(try EventLog.head(connection).sequence, of: app.catalog.log).text
    }

    private func count(_ resource: Resource) throws -> Int64 {
        let table = Dialect.quoted(resource.name)
        return try connection.first("SELECT count(*) FROM \(table) WHERE \"removedAt\" IS NULL") { $0.int(0) } ?? 0
    }

    /// - Returns: what had to be left out, and how often.
    func each(_ add: Add) throws -> JSONObject {
        var mapping = CompanyMapping(system, resources, connection)
        try addSettings(add)
        for resource in resources {
            try eachRecord(of: resource) { record in
                guard try !isUnusedAdministrator(record, resource) else { return }
                guard let operation = try mapping.operation(for: record, of: resource) else { return }
                try add([operation])
            }
        }
        // What refers to records that came later, such as who leads a team.
        for resource in resources where mapping.hasLater(resource) {
            try eachRecord(of: resource) { record in
                guard let operation = try mapping.laterOperation(for: record, of: resource) else { return }
                try add([operation])
            }
        }
        try CompanySharing(system, resources, connection, now).each { line in
            try check()
            try add(line)
        }
        try CompanyConsents(system, resources, connection, transaction()).each { line in
            try check()
            try add(line)
        }
        return mapping.leftOut
    }

    private func addSettings(_ add: Add) throws {
        guard let record = try RecordStore(Settings.resource, connection).find(Settings.id, .all) else { return }
        // Where this Koi is reached, and by which server it sends, is its own.
        let carried = Settings.resource.declared.filter { CompanyRules.settings.contains($0.name) }
        let body = JSONObject(carried.map { .init(name: $0.name, value: record[$0.name]) })
        try add([["method": "PATCH", "path": "/v1/settings", "body": .object(body)]])
    }

    /// Every Koi has a first administrator of its own; one that nobody signs in as and to whom nothing belongs is not needed twice.
    private func isUnusedAdministrator(_ record: JSONObject, _ resource: Resource) throws -> Bool {
        guard resource.name == User.resource.name, let id = record["id"]?.integerValue,
            record["role"] == .integer(Role.administratorID), record["email"]?.isNull ?? true
        else { return false }
        for resource in resources {
            for field in resource.declared
            where !field.isReadOnly && CompanyMapping.targets(of: field).contains("users") {
                // Who is named within lists is not looked for.
                guard case .reference = field.kind else { return false }
                let (table, column) = (Dialect.quoted(resource.name), Dialect.quoted(field.name))
                let sql = "SELECT 1 FROM \(table) WHERE \(column) = ? LIMIT 1"
                let isNamed = try connection.first(sql, [.integer(id)]) { _ in true }
                if isNamed == true { return false }
            }
        }
        let sql = #"SELECT 1 FROM collaborators WHERE "user" = ? LIMIT 1"#
        return try connection.first(sql, [.integer(id)]) { _ in true } == nil
    }

    private func eachRecord(of resource: Resource, _ body: (JSONObject) throws -> Void) throws {
        var query = try ListQuery.read([], of: resource, now: now)
        query.limit = ListQuery.maximumLimit
        repeat {
            try check()
            let json = try RecordReader(resource, transaction(), for: .export).list(query)
            let page = try JSONReader.read(json, limits: JSONLimits(members: .max)).objectValue ?? [:]
            for record in (page["items"]?.arrayValue ?? []).compactMap(\.objectValue) { try body(record) }
            query.cursor = page["next"]?.stringValue
        } while query.cursor != nil
    }

    private func transaction() -> Transaction {
        app.transaction(on: connection, as: .system, at: now)
    }
}
