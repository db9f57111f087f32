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

    func each(_ add: Company.Add) throws {
        let isAnyBlocked = try !Suppressions(transaction).isEmpty
        for resource in resources where resource.describesPeople {
            var last: Int64 = 0
            while let record = try next(resource, after: last, whoever: isAnyBlocked) {
                last = record.id
                for consent in try said(of: record) { try add(operations(consent, record)) }
            }
        }
    }

    /// - Parameter whoever: whether also one of whom nothing was said.
    private func next(_ resource: Resource, after last: Int64, whoever: Bool) throws -> Record? {
        let id = try connection.first(
            """
            SELECT t.id FROM \(Dialect.quoted(resource.name)) AS t
            WHERE t.id > ? AND t."removedAt" IS NULL
                AND (? OR EXISTS (SELECT 1 FROM consents AS c WHERE c.resource = ? AND c.record = t.id))
            ORDER BY t.id LIMIT 1
            """,
            [.integer(last), .integer(whoever ? 1 : 0), .text(resource.name)]
        ) { $0.int(0) }
        return try id.flatMap { try RecordStore(resource, connection).find($0, .all) }
    }

    /// What was said of a record, and of its addresses: another Koi knows an address that is blocked by the records alone that have
    /// it, so there each of them wants nothing.
    private func said(of record: Record) throws -> [Consent] {
        var said = try ConsentStore(connection).list(of: EventSubject(resource: record.resource.name, id: record.id))
        for channel in MessageChannel.allCases {
            guard let address = channel.address(of: record) else { continue }
            for block in try Suppressions(transaction).blocks(channel.digest(of: address), on: channel) {
                guard let purpose = block.reason.purpose else { continue }
                let own = said.firstIndex { $0.channel == channel && $0.purpose == purpose }
                var consent =
                    own.map { said[$0] }
                    ?? Consent(channel: channel, purpose: purpose, state: .withdrawn, at: block.at)
                guard own == nil || consent.state == .given else { continue }
                consent.state = .withdrawn
                consent.at = max(consent.at, block.at)
                if let own { said[own] = consent } else { said.append(consent) }
            }
        }
        return said
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
