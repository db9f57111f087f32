/// A mark of one thing by which a record is recognised; records with the same mark may be of the same thing.
struct DuplicateKey: Hashable {
    /// Of one record: a field can hold several telephone numbers, a person belong to several companies.
    static let maximum = 24
    /// Of how keys are made: with another, those of all records are made anew.
    static let rules: Int64 = 2
    /// Of the mark of a name what tells it from others that are read aloud alike: a row for both, in one place of the index.
    private static let spelling: Int64 = 0xFFFF

    let kind: Duplicate.Reason.Kind
    let mark: Int64

    /// - Parameter sound: how a name is read aloud; nil where that tells nothing.
    init(_ trait: DuplicateTraits.Trait, sound: String? = nil, of resource: Resource) {
        kind = trait.kind
        let whole = DuplicateKey.mark(trait, trait.value, resource)
        guard trait.kind == .name else {
            mark = whole
            return
        }
        let heard = sound.map { DuplicateKey.mark(trait, "\u{0}" + $0, resource) } ?? whole
        mark = heard & ~DuplicateKey.spelling | whole & DuplicateKey.spelling
    }

    private static func mark(_ trait: DuplicateTraits.Trait, _ value: String, _ resource: Resource) -> Int64 {
        var mark = Fingerprint()
        mark.add(resource.name)
        mark.add(trait.kind.rawValue)
        switch trait.kind {
        case .place, .account: mark.add(trait.field)
        default: break
        }
        mark.add(value)
        return Int64(bitPattern: mark.value)
    }

    /// The marks of records that have this in common: of a name also those of names that are read aloud alike.
    var alike: ClosedRange<Int64> {
        kind == .name ? mark & ~DuplicateKey.spelling...mark | DuplicateKey.spelling : mark...mark
    }

    /// What it has in common with one of these.
    func kind(beside other: Int64) -> Duplicate.Reason.Kind { other == mark ? kind : .pinyin }

    /// Those of a record, no two of them alike.
    static func all(of record: Record) -> [DuplicateKey] {
        let traits = DuplicateTraits(keysOf: record).all
        var keys: [DuplicateKey] = []
        for trait in traits where trait.kind != .pinyin && keys.count < maximum {
            let sound = trait.kind == .name ? traits.first { $0.kind == .pinyin && $0.field == trait.field } : nil
            let key = DuplicateKey(trait, sound: sound?.value, of: record.resource)
            if !keys.contains(where: { $0.alike == key.alike }) { keys.append(key) }
        }
        return keys
    }
}

/// The keys of a record, and what it has in common with others by them.
struct Likeness {
    let keys: [DuplicateKey]
    /// By the number of the other record what both have.
    var shared: [Int64: [Duplicate.Reason.Kind]] = [:]
    /// The others, of each key that with this record as many have as make it tell nothing.
    var saturated: [[Int64]] = []
}
