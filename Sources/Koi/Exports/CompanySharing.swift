import KoiJSON
import KoiSQLite

/// With whom records are shared, as requests to another Koi.
struct CompanySharing {
    private let system: String
    private let resources: [Resource]
    private let connection: Connection
    private let now: Int64

    init(_ system: String, _ resources: [Resource], _ connection: Connection, _ now: Int64) {
        self.system = system
        self.resources = resources
        self.connection = connection
        self.now = now
    }

    func each(_ add: Company.Add) throws {
        for resource in resources where resource.changeableOwner != nil {
            try connection.each(
                """
                SELECT c.record, c."user", c.access, c."expiresAt" FROM collaborators AS c
                JOIN \(Dialect.quoted(resource.name)) AS t ON t.id = c.record AND t."removedAt" IS NULL
                WHERE c.resource = ? AND (c."expiresAt" IS NULL OR c."expiresAt" > ?) ORDER BY c.record, c."user"
                """,
                [.text(resource.name), .integer(now)]
            ) { row in
                try add(share(row, resource))
                return true
            }
        }
    }

    private func share(_ row: Row, _ resource: Resource) -> JSONValue {
        let (record, user) = (row.int(0), row.int(1))
        let share = "\(resource.name)-\(record)-\(user)"
        let ends = row.intOrNil(3).map { JSONValue.string(Timestamp.text($0)) } ?? .null
        return [
            CompanySharing.named(share, resource.name, record, system),
            CompanySharing.named(share + "-user", User.resource.name, user, system),
            [
                "method": "PUT", "path": .string("/v1/\(resource.name)/$\(share)/collaborators/$\(share)-user"),
                "body": ["access": .string(row.text(2)), "expiresAt": ends],
            ],
        ]
    }

    /// The operation that finds a record, for those behind it.
    static func named(_ name: String, _ resource: String, _ id: Int64, _ system: String) -> JSONValue {
        [
            "id": .string(name), "method": "GET",
            "path": .string("/v1/\(resource)/by/\(system)/\(id)?fields=id"),
        ]
    }
}
