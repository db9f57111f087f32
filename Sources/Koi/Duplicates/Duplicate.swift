import KoiJSON

/// How likely another record is of the same thing, and why.
struct Duplicate {
    /// One thing that both have, in the field of the record that was asked about.
    struct Reason: Equatable {
        enum Kind: String, CaseIterable {
            case email
            /// A number that a register gave.
            case code
            case phone
            /// The same up to script, case and legal form.
            case name
            case website
            /// An account of one's own.
            case account
            /// A name that very many have.
            case commonName
            /// Another name that is read aloud alike.
            case pinyin
            /// What tells those of the same name apart: the region, the address, the company of a person.
            case place
            /// An address.
            case text
            /// An address with the name of the other in it.
            case nameInAddress
            case domain

            /// Of 100; what has 50 by itself is hardly a coincidence.
            var points: Int64 {
                switch self {
                case .email, .code: 60
                case .phone, .name, .website, .account: 50
                case .place, .text, .nameInAddress: 25
                case .pinyin, .commonName: 20
                case .domain: 15
                }
            }

            /// Whether it refuses a new record, where it is that of a field by which records are recognised.
            var refuses: Bool {
                switch self {
                case .email, .code, .phone, .website, .account, .place: true
                case .name, .commonName, .pinyin, .text, .nameInAddress, .domain: false
                }
            }
        }

        let field: String
        let kind: Kind
    }

    static let highestScore: Int64 = 100
    /// Less is a coincidence.
    static let lowestScore: Int64 = 20
    /// A value that so many have tells little.
    static let common = 50
    /// Characters of a name below which it stands in addresses by chance.
    private static let shortestInAddress = 4

    let record: Int64
    private(set) var reasons: [Reason]
    /// Whether a new record that has this in common with one that is there is refused.
    let refuses: Bool

    var score: Int64 { Duplicate.score(of: reasons.map(\.kind)) }

    /// The points of all reasons, of each kind once.
    static func score(of kinds: some Sequence<Reason.Kind>) -> Int64 {
        min(Set(kinds).reduce(0) { $0 + $1.points }, highestScore)
    }

    var members: JSONObject {
        ["score": .integer(score), "reasons": .array(reasons.map(\.json))]
    }

    /// What two records have in common.
    ///
    /// - Parameter isCommon: whether a stem is one that very many have.
    init(
        of record: Int64,
        _ own: DuplicateTraits,
        _ other: DuplicateTraits,
        isCommon: (String) -> Bool = { _ in false }
    ) {
        self.record = record
        var reasons: [Reason] = []
        var refuses = false
        for trait in own.all {
            let same = other.all.filter { trait.isSame(as: $0) }
            guard !same.isEmpty else { continue }
            let isUsual = trait.kind == .name && isCommon(trait.value)
            let reason = Reason(field: trait.field, kind: isUsual ? .commonName : trait.kind)
            if !reasons.contains(reason) { reasons.append(reason) }
            refuses = refuses || trait.kind.refuses && trait.isKey && same.contains(where: \.isKey)
        }
        for address in own.addresses where Duplicate.holds(address.text, other.stems) {
            reasons.append(Reason(field: address.field, kind: .nameInAddress))
        }
        for address in other.addresses where Duplicate.holds(address.text, own.stems) {
            reasons.append(Reason(field: address.field, kind: .nameInAddress))
        }
        self.reasons = Duplicate.telling(reasons)
        self.refuses = refuses
    }

    /// By these kinds of reasons alone.
    func only(_ kinds: Set<Reason.Kind>) -> Duplicate {
        var duplicate = self
        duplicate.reasons.removeAll { !kinds.contains($0.kind) }
        return duplicate
    }

    /// Without what follows from another reason.
    private static func telling(_ reasons: [Reason]) -> [Reason] {
        let kinds = Set(reasons.map(\.kind))
        return reasons.filter { reason in
            switch reason.kind {
            case .pinyin: !kinds.contains(.name) && !kinds.contains(.commonName)
            case .domain: !kinds.contains(.website)
            case .text: !reasons.contains(Reason(field: reason.field, kind: .place))
            default: true
            }
        }
    }

    private static func holds(_ address: String, _ stems: [(field: String, text: String)]) -> Bool {
        stems.contains { $0.text.unicodeScalars.count >= shortestInAddress && address.contains($0.text) }
    }
}

extension Duplicate.Reason {
    var json: JSONValue {
        ["field": .string(field), "kind": .string(kind.rawValue), "points": .integer(kind.points)]
    }
}

extension DuplicateTraits.Trait {
    /// Addresses and accounts are compared with those of the same field, everything else with all.
    fileprivate func isSame(as other: Self) -> Bool {
        guard kind == other.kind, value == other.value else { return false }
        switch kind {
        case .text, .account, .place: return field == other.field
        default: return true
        }
    }
}
