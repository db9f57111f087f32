import KoiJSON

/// How likely another record is of the same thing, and why.
struct Duplicate {
    /// One thing that both have, in the field of the record that was asked about.
    struct Reason: Equatable {
        enum Kind: String, CaseIterable {
            case email
            case phone
            /// The same up to script, case and legal form.
            case name
            /// A name that very many have.
            case commonName
            /// Another name that is read aloud alike.
            case pinyin
            case domain
            /// An address, an account.
            case text

            /// Of 100; what has 50 by itself is hardly a coincidence.
            var points: Int64 {
                switch self {
                case .email: 60
                case .phone, .name: 50
                case .text: 25
                case .pinyin, .commonName: 20
                case .domain: 15
                }
            }
        }

        let field: String
        let kind: Kind
    }

    static let highestScore: Int64 = 100

    let record: Int64
    let reasons: [Reason]

    /// The points of all reasons, of each kind once.
    var score: Int64 {
        min(Set(reasons.map(\.kind)).reduce(0) { $0 + $1.points }, Duplicate.highestScore)
    }

    var json: JSONValue {
        [
            "record": .integer(record), "score": .integer(score),
            "reasons": .array(
                reasons.map {
                    [
                        "field": .string($0.field), "kind": .string($0.kind.rawValue),
                        "points": .integer($0.kind.points),
                    ]
                }
            ),
        ]
    }

    /// What two records have in common.
    ///
    /// - Parameter isCommon: whether a stem is one that very many have.
    init(of record: Int64, _ own: DuplicateKeys, _ other: DuplicateKeys, isCommon: (String) -> Bool) {
        self.record = record
        var reasons: [Reason] = []
        for email in own.emails where other.emails.contains(where: { $0.address == email.address }) {
            reasons.append(Reason(field: email.field, kind: .email))
        }
        for phone in own.phones where other.phones.contains(where: { $0.number.isSame(as: phone.number) }) {
            reasons.append(Reason(field: phone.field, kind: .phone))
        }
        for name in own.names {
            if other.names.contains(where: { $0.stem == name.stem }) {
                reasons.append(Reason(field: name.field, kind: isCommon(name.stem) ? .commonName : .name))
            } else if let pinyin = name.pinyin, other.names.contains(where: { $0.pinyin == pinyin }) {
                reasons.append(Reason(field: name.field, kind: .pinyin))
            }
        }
        for domain in own.domains where other.domains.contains(where: { $0.domain == domain.domain }) {
            reasons.append(Reason(field: domain.field, kind: .domain))
        }
        for text in own.texts where other.texts.contains(where: { $0.field == text.field && $0.text == text.text }) {
            reasons.append(Reason(field: text.field, kind: .text))
        }
        self.reasons = reasons
    }
}
