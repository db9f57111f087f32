import KoiHTTP
package import KoiJSON

/// Adds or changes a record by the key that it has in another system, as whoever keeps a copy of that system's data needs it.
///
/// Race-free: there is one writer, and a key leads to one record.
package struct RecordUpsert {
    private let resource: Resource
    private let transaction: Transaction
    private let service: RecordService

    package init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        service = RecordService(resource, transaction)
    }

    /// Changes the record that has the key by a merge patch, or adds one that gets it.
    ///
    /// - Parameters:
    ///   - id: added to the keys of the body by itself.
    ///   - restoring: whether a record that lies in the bin is taken out of it.
    ///   - allowsDuplicate: whether one is added also where such a record may be there already under another key.
    ///   - match: tells whether the client's conditions allow a stored version.
    ///   - matchNone: throws where they ask for a record that is there.
    /// - Throws: `Problem.conflict` for a record in the bin, and what adding or changing throws.
    package func put(
        _ id: ExternalID,
        _ body: JSONObject,
        restoring: Bool = false,
        allowsDuplicate: Bool = false,
        match: (Int64) throws -> Void = { _ in },
        matchNone: () throws -> Void = {}
    ) throws -> (record: Record, isNew: Bool) {
        var body = body
        let times = CarriedTimes(&body, of: id, in: transaction)
        let search = ExternalIDSearch(transaction)
        if let record = try search.find(id, of: resource) {
            return (try service.change(record, keyed(body, id, isNew: false), match: match), false)
        }
        if let removed = try search.findRemoved(id, of: resource) {
            guard restoring else { throw Problem.inBin(removed, resource) }
            _ = try service.restore(removed, match: match)
            return (try service.change(removed, keyed(body, id, isNew: false)), false)
        }
        try matchNone()
        // Where somebody else's record has the key, this says no more than any creation would.
        let new = keyed(body, id, isNew: true)
        return (try service.add(new, refusing: allowsDuplicate ? .off : .all, at: times), true)
    }

    /// The body with the key among its own; what is wrong with those is said where they are checked.
    private func keyed(_ body: JSONObject, _ id: ExternalID, isNew: Bool) -> JSONObject {
        let name = SystemField.externalIDs.name
        var keyed = body
        switch body[name] {
        case .none: if isNew { keyed[name] = [id.json] }
        case .some(.null): keyed[name] = [id.json]
        case .some(.array(let items)):
            guard !items.contains(where: { (try? ExternalID($0)) == id }) else { return body }
            keyed[name] = .array(items + [id.json])
        default: break
        }
        return keyed
    }
}

extension Problem {
    /// A record that whoever asks may see, if only in the bin.
    static func inBin(_ id: Int64, _ resource: Resource) -> Problem {
        let path = "/v1/\(resource.name)/\(id)/restoration"
        guard resource.operations.contains(.restore) else {
            return conflict(
                "in_bin",
                Text(
                    "The \(resource.label.en) \(id) with this key was removed for good. Use another key.",
                    "使用此键的\(resource.label.zh)（编号 \(id)）已被移除，请换一个键。"
                )
            )
        }
        return conflict(
            "in_bin",
            Text(
                "The \(resource.label.en) \(id) with this key lies in the bin. Take it out with PUT \(path), or send this with restore=true.",
                "使用此键的\(resource.label.zh)（编号 \(id)）在回收站中。请用 PUT \(path) 恢复，或在请求中加上 restore=true。"
            )
        )
    }

    static let nothingToMatch = Problem(
        .preconditionFailed,
        "not_there",
        Text(
            "There is no record with this key. Leave If-Match out to add one.",
            "没有使用此键的记录。如要新增，请去掉 If-Match。"
        )
    )
}
