package import KoiJSON

/// What a feature holds about a record beside the record's own fields, so that it can be erased and disclosed with them.
///
/// A feature that stores anything about the records of others says so here, and has a line in `PersonalHoldings.all`.
package protocol PersonalHolding: Sendable {
    /// The member of a receipt and of a disclosure: a plural noun.
    var name: String { get }

    /// Takes away what tells about the person, within the transaction of the erasure.
    ///
    /// - Parameters:
    ///   - record: as it was before; it may lie in the bin.
    ///   - marks: by which its values are recognised elsewhere.
    ///   - transaction: that of the erasure.
    /// - Returns: how many entries it has changed or taken away.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64

    /// Everything that is held, an object for each entry.
    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue]
}

/// All holdings beside the records themselves.
package enum PersonalHoldings {
    package static let all: [any PersonalHolding] = own + filters

    private static let filters = KeptFilters.all.map { HeldFilters(resource: $0.resource, fields: $0.fields) }

    private static let own: [any PersonalHolding] = [
        HeldEvents(), HeldOwnerships(), HeldCollaborators(), HeldAccesses(),
        HeldNotifications(), HeldMail(), HeldAnswers(), HeldDeliveries(), HeldImports(),
        HeldCompanyExports(),
        HeldMessages(), HeldConsents(), HeldMerges(), HeldConversions(), HeldStages(), HeldPoolEntries(),
        HeldRecords(Need.resource, about: ["customer", "contact"]), HeldRecords.deals,
        HeldFiles(), HeldRecords.tickets,
        HeldRecords(Activity.resource, about: Concern.fields.map(\.name)),
        HeldRecords(WorkTask.resource, about: Concern.fields.map(\.name)),
    ]

    /// Those that go by a record's number, and so tell of records that are about somebody, too.
    static let ofHeldRecords: [any PersonalHolding] = [
        HeldEvents(), HeldOwnerships(), HeldAnswers(), HeldDeliveries(), HeldImports(),
        HeldRecords(TicketAssist.resource, about: ["ticket"]),
        HeldRecords(TicketRemedy.resource, about: ["ticket"]),
    ]
}
