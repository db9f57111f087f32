/// A mark of one thing by which a record is recognised; records with the same mark may be of the same thing.
struct DuplicateKey: Hashable {
    /// Of one record: a field can hold several telephone numbers, a person belong to several companies.
    static let maximum = 24
    /// Of how keys are made: with another, those of all records are made anew.
    static let rules: Int64 = 1

    let kind: Duplicate.Reason.Kind
    let mark: Int64

    init(_ trait: DuplicateTraits.Trait, of resource: Resource) {
        var mark = Fingerprint()
        mark.add(resource.name)
        mark.add(trait.kind.rawValue)
        switch trait.kind {
        case .place, .account: mark.add(trait.field)
        default: break
        }
        mark.add(trait.value)
        kind = trait.kind
        self.mark = Int64(bitPattern: mark.value)
    }

    /// Those of a record, each once.
    static func all(of record: Record) -> [DuplicateKey] {
        var keys: [DuplicateKey] = []
        for trait in DuplicateTraits(keysOf: record).all where keys.count < maximum {
            let key = DuplicateKey(trait, of: record.resource)
            if !keys.contains(where: { $0.mark == key.mark }) { keys.append(key) }
        }
        return keys
    }
}

/// The keys of a record, and what it has in common with others by them.
struct Likeness {
    let keys: [DuplicateKey]
    /// By the number of the other record what both have.
    let shared: [Int64: [Duplicate.Reason.Kind]]
}
