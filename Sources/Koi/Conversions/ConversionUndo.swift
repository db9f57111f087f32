import KoiHTTP
import KoiJSON

/// Makes a lead of what it became again: what was made is laid into the bin, what was filled is emptied, and the lead is as it was.
///
/// What people have changed or used since is theirs, and stays.
struct ConversionUndo {
    private let transaction: Transaction
    private let leads: RecordService
    private let store: ConversionStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        leads = RecordService(Lead.resource, transaction)
        store = ConversionStore(transaction.connection)
    }

    /// - Parameters:
    ///   - leavesRest: whether what was changed since stays; else nothing is done.
    ///   - match: tells whether the client's `If-Match` allows the lead's version.
    /// - Throws: `Problem.notFound` where the actor does not see the lead, or it was not converted, 403 where it may not change
    ///   the lead and remove what was made, and 409 where that was changed since, which `errors` names.
    func undo(_ id: Int64, leavesRest: Bool, match: (Int64) throws -> Void) throws {
        let (lead, conversion) = try ConversionService(transaction).find(id)
        try RecordPermission(Lead.resource, transaction).check(.change, lead)
        try match(lead.version)
        let kept = try conversion.made.filter { try isUsed($0, conversion) }
        if !leavesRest { try refuse(kept) }
        let gone = conversion.made.reversed().filter { made in !kept.contains { $0.subject == made.subject } }
        for made in gone { try requireRemoval(of: made.subject) }
        for filled in conversion.filled.reversed() { try empty(filled) }
        for made in gone { try remove(made.subject) }
        try restore(lead, conversion)
        try store.setUndone(conversion.id, by: transaction.actor.user, now: transaction.now)
    }

    // MARK: What was made

    /// Whether somebody has changed it, or other records name it.
    private func isUsed(_ made: Conversion.Made, _ conversion: Conversion) throws -> Bool {
        guard let resource = transaction.catalog.resources[made.subject.resource] else { return false }
        let records = RecordStore(resource, transaction.connection)
        guard let record = try records.find(made.subject.id, .all) else {
            return try MergedRecord.survivor(of: made.subject.id, resource, transaction.connection) != nil
        }
        if record.mark != made.mark { return true }
        let own =
            conversion.made.map(\.subject) + conversion.filled.map(\.subject)
            + [EventSubject(resource: Lead.resource.name, id: conversion.lead)]
        return try ReferenceField.all(to: resource, in: transaction.catalog.resources).contains { reference in
            let besides = own.filter { $0.resource == reference.holder.name }.map(\.id)
            return try reference.isNamed(record.id, besides: besides, transaction.connection)
        }
    }

    /// Told of the lead, since the actor may not see all of what was made.
    private func requireRemoval(of subject: EventSubject) throws {
        guard let (resource, record) = try living(subject),
            !transaction.visibility(of: resource, .remove).allows(record)
        else { return }
        throw Problem.notPermitted(.remove, resource.name)
    }

    /// Its keys of other systems are free for what comes of the lead next.
    private func remove(_ subject: EventSubject) throws {
        guard let (resource, record) = try living(subject) else { return }
        let service = RecordService(resource, transaction)
        let keys = SystemField.externalIDs.name
        if resource.takesExternalIDs, record[keys] != [] {
            var left = record
            left[keys] = []
            _ = try service.save(left, before: record)
        }
        try service.remove(subject.id)
    }

    private func living(_ subject: EventSubject) throws -> (Resource, Record)? {
        guard let resource = transaction.catalog.resources[subject.resource] else { return nil }
        return try RecordStore(resource, transaction.connection).find(subject.id, .all).map { (resource, $0) }
    }

    private func refuse(_ kept: [Conversion.Made]) throws {
        guard !kept.isEmpty else { return }
        let refusal = ValueRefusal(
            "changed_since",
            "This was changed since, or other records name it.",
            "此记录已被更改，或被其他记录引用。"
        )
        throw Problem(
            .conflict,
            "conversion_used",
            Text(
                "What came of the lead was changed or used since; \"errors\" names it. With rest=leave it stays, and the lead is given back.",
                "转换所得的记录已被更改或使用；“errors”逐一列出。加上 rest=leave 可保留这些记录并恢复线索。"
            ),
            issues: kept.map { refusal.issue(field: "\($0.subject.resource)/\($0.subject.id)") }
        )
    }

    // MARK: What was filled

    private func empty(_ filled: Conversion.Filled) throws {
        guard let resource = transaction.catalog.resources[filled.subject.resource],
            let before = try RecordStore(resource, transaction.connection).find(filled.subject.id, .all)
        else { return }
        let part = CarriedConcerns.carries(resource) ? transaction.part(as: .system) : transaction
        guard part.visibility(of: resource, .change).allows(before),
            part.actor.access.restrictions(of: resource.name).isWritable(filled.field)
        else { return }
        var record = before
        record[filled.field] = filled.undone(before[filled.field])
        _ = try RecordService(resource, part).save(record, before: before)
        if part !== transaction { transaction.absorb(part) }
    }

    // MARK: The lead

    private func restore(_ before: Record, _ conversion: Conversion) throws {
        var lead = before
        lead["status"] = .string(conversion.status.rawValue)
        // An answer that was logged since is one all the same.
        if before["firstResponseAt"] == before["convertedAt"] {
            lead["firstResponseAt"] = conversion.firstResponseAt.map { .string(Timestamp.text($0)) } ?? .null
        }
        for name in ["customer", "contact", "deal", "convertedAt"] { lead[name] = .null }
        _ = try leads.save(lead, before: before, fields: lead.fieldsOfConversion, verb: "unconverted")
    }
}

extension Conversion.Filled {
    /// A value of the field without what the conversion brought; one that was changed since stays.
    fileprivate func undone(_ value: JSONValue) -> JSONValue {
        if value == after { return before }
        switch (value, after) {
        case (.array(let items), .array(let brought)):
            let own = before.arrayValue ?? []
            return .array(items.filter { !brought.contains($0) || own.contains($0) })
        case (.object(let values), .object(let brought)):
            let own = before.objectValue ?? [:]
            return .object(
                JSONObject(values.members.filter { own[$0.name] != nil || brought[$0.name] != $0.value })
            )
        default: return value
        }
    }
}
