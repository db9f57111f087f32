import KoiJSON
import KoiSQLite

/// What people have said of messages, as requests to another Koi.
struct CompanyConsents {
    private let system: String
    private let resources: [Resource]
    private let connection: Connection
    private let transaction: Transaction

    init(_ system: String, _ resources: [Resource], _ connection: Connection, _ transaction: Transaction) {
        self.system = system
        self.resources = resources
        self.connection = connection
        self.transaction = transaction
    }

    /// - Returns: how many were left out, since the address is blocked all the same, of which the other Koi would know nothing.
    func each(_ add: Company.Add) throws -> Int64 {
        var leftOut: Int64 = 0
        for resource in resources where resource.describesPeople {
            var last: Int64 = 0
            while let record = try next(resource, after: last) {
                last = record.id
                for consent in try ConsentStore(connection).list(of: EventSubject(resource: resource.name, id: last)) {
                    if try isBlocked(consent, record) { leftOut += 1 } else { try add(operations(consent, record)) }
                }
            }
        }
        return leftOut
    }

    private func next(_ resource: Resource, after last: Int64) throws -> Record? {
        let id = try connection.first(
            """
            SELECT c.record FROM consents AS c
            JOIN \(Dialect.quoted(resource.name)) AS t ON t.id = c.record AND t."removedAt" IS NULL
            WHERE c.resource = ? AND c.record > ? ORDER BY c.record LIMIT 1
            """,
            [.text(resource.name), .integer(last)]
        ) { $0.int(0) }
        return try id.flatMap { try RecordStore(resource, connection).find($0, .all) }
    }

    private func isBlocked(_ consent: Consent, _ record: Record) throws -> Bool {
        guard consent.state == .given, let address = consent.channel.address(of: record) else { return false }
        let digest = consent.channel.digest(of: address)
        return try !Suppressions(transaction).reasons(digest, on: consent.channel).isEmpty
    }

    private func operations(_ consent: Consent, _ record: Record) -> JSONValue {
        let (resource, channel, purpose) = (record.resource.name, consent.channel.rawValue, consent.purpose.rawValue)
        let name = "\(resource)-\(record.id)-\(channel)-\(purpose)"
        var body = consent.terms
        body["channel"] = nil
        body["purpose"] = nil
        return [
            CompanySharing.named(name, resource, record.id, system),
            [
                "method": "PUT", "path": .string("/v1/\(resource)/$\(name)/consents/\(channel)/\(purpose)"),
                "body": .object(body),
            ],
        ]
    }
}
