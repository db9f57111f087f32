import KoiJSON

extension Field {
    /// Whether it may hold what tells about a person: whatever is no choice, number or reference, and a date, where the field
    /// does not say that it is `impersonal`.
    package var isPersonal: Bool {
        guard !isImpersonal else { return false }
        switch kind {
        case .text, .date, .list, .facts, .custom, .object, .externalIDs: return true
        case .links(let links): return links.fields.contains(where: \.isPersonal)
        case .integer, .number, .boolean, .time, .choice, .reference: return false
        }
    }

    /// What is left of a value once the person is erased.
    func erased(_ value: JSONValue, of id: Int64) -> JSONValue {
        switch kind {
        case .text where isRequired: return .string("#" + String(id))
        case .links(let links):
            let items = (value.arrayValue ?? []).map { item in
                var item = item.objectValue ?? [:]
                for field in links.fields where field.isPersonal { item[field.name] = field.fallback }
                return JSONValue.object(item)
            }
            return .array(items)
        default: return fallback
        }
    }
}

extension Record {
    /// The record without what tells about a person.
    ///
    /// Everything that is counted and summed up stays.
    func erased() -> Record {
        var erased = self
        for field in resource.declared where field.isPersonal {
            erased[field.name] = field.erased(self[field.name], of: id)
        }
        return erased
    }
}

extension RecordStore {
    /// Takes what a record tells about people, and returns what is left.
    ///
    /// - Parameter kept: fields that stay all the same.
    func empty(_ before: Record, keeping kept: [String] = [], at now: Int64) throws -> Record {
        var record = before.erased()
        for name in kept { record[name] = before[name] }
        record["version"] = .integer(before.version + 1)
        record["updatedAt"] = .string(Timestamp.text(now))
        // All of them, even those that have no value: a sort key is not to outlive its name.
        try update(record, changed: before.resource.declared.filter(\.isPersonal))
        return record
    }
}
