import KoiJSON

/// Refuses to give a record a key that another one of its resource has.
struct ExternalIDCheck {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func check(_ record: Record, before: Record?, issues: inout [Problem.Issue]) throws {
        let name = SystemField.externalIDs.name
        let ids = ExternalID.list(record[name])
        guard !ids.isEmpty else { return }
        // To whom keys are not shown they are not told one by one either.
        let isShown = transaction.actor.access.restrictions(of: record.resource.name).reading(name) == .clear
        let known = Set(ExternalID.list(before?[name] ?? .null))
        let store = ExternalIDStore(transaction.connection)
        for (index, id) in ids.enumerated() where !known.contains(id) {
            if !isShown {
                try transaction.catalog.probes.count(transaction.actor.user ?? 0, times: 1, at: transaction.now)
            }
            guard let holder = try store.find(record.resource.name, id), holder != record.id else { continue }
            let refusal = isShown ? try refusal(holder, record.resource) : ExternalIDCheck.inUse
            issues.append(refusal.issue(field: "\(name)[\(index)].key"))
        }
    }

    /// Whoever does not see the other record learns of it no more than that the key is in use.
    private func refusal(_ holder: Int64, _ resource: Resource) throws -> ValueRefusal {
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        if try store.find(holder, visibility) != nil {
            return ValueRefusal(
                "taken",
                "The \(resource.label.en) \(holder) has this key.",
                "编号为 \(holder) 的\(resource.label.zh)已使用此键。"
            )
        }
        if try store.find(holder, visibility, inBin: true) != nil {
            return ValueRefusal(
                "taken",
                "The \(resource.label.en) \(holder), which lies in the bin, has this key.",
                "回收站中编号为 \(holder) 的\(resource.label.zh)已使用此键。"
            )
        }
        return ExternalIDCheck.inUse
    }

    private static let inUse = ValueRefusal("taken", "This key is in use.", "此键已被使用。")
}
