import KoiJSON

/// A record that was there before a lead was converted to it: what is empty is filled, lists are joined, nothing is replaced.
struct JoinedRecord {
    private let record: Record
    private let transaction: Transaction

    init(_ record: Record, _ transaction: Transaction) {
        self.record = record
        self.transaction = transaction
    }

    /// - Parameter link: to a customer, of a contact who does not belong to it.
    /// - Returns: what was filled; nothing where the actor may not change the record, or it has all of it.
    func fill(from body: JSONObject, linking link: JSONValue? = nil) throws -> [Conversion.Filled] {
        guard transaction.visibility(of: record.resource, .change).allows(record) else { return [] }
        var patch = patch(from: body)
        if let link, let customer = link.objectValue?["customer"] {
            let links = record["customers"].arrayValue ?? []
            let isLinked = links.contains { $0.objectValue?["customer"] == customer }
            if !isLinked { patch["customers"] = .array(links + [link]) }
        }
        // Each turn leaves something out that the record's rules do not take, such as the size of a person.
        for _ in 0...patch.count where !patch.isEmpty {
            do {
                let after = try RecordService(record.resource, transaction).change(record.id, patch)
                return Conversion.Filled.changes(of: after, from: record)
            } catch let problem as Problem where !problem.issues.isEmpty {
                let refused = Set(problem.issues.map { String($0.field.prefix { $0 != "." && $0 != "[" }) })
                guard patch.members.contains(where: { refused.contains($0.name) }) else { throw problem }
                patch = JSONObject(patch.members.filter { !refused.contains($0.name) })
            }
        }
        return []
    }

    private func patch(from body: JSONObject) -> JSONObject {
        var patch = JSONObject()
        for member in body.members {
            let own = record[member.name]
            switch member.value {
            case .array(let items):
                let new = items.filter { !(own.arrayValue ?? []).contains($0) }
                if !new.isEmpty { patch[member.name] = .array((own.arrayValue ?? []) + new) }
            case .object(let values):
                let new = values.members.filter { own.objectValue?[$0.name]?.isNull ?? true }
                if !new.isEmpty { patch[member.name] = .object(JSONObject(new)) }
            default: if own.isNull { patch[member.name] = member.value }
            }
        }
        return patch
    }
}
