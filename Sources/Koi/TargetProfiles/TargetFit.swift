import KoiJSON

/// How well a customer or lead fits one target profile, and why.
struct TargetFit {
    /// One thing that a profile asks for.
    struct Reason {
        let criterion: TargetCriterion
        let isMatched: Bool
        /// That of the customer; null where it is not known.
        let value: JSONValue
        let wanted: JSONValue
    }

    static let highestScore: Int64 = 100

    let profile: Int64
    let name: String
    let reasons: [Reason]
    /// The share of what is asked for that is met, by weight, out of 100.
    let score: Int64
    let fits: Bool

    /// - Parameter sees: whether a field of the record counts: what is held back from the actor must not be told by the score.
    init(_ record: Record, _ profile: Record, where sees: (String) -> Bool = { _ in true }) {
        self.profile = profile.id
        name = profile["name"].stringValue ?? ""
        let reasons = TargetCriterion.allCases.compactMap { criterion in
            sees(criterion.rawValue) ? TargetFit.reason(criterion, record, profile) : nil
        }
        self.reasons = reasons
        func weight(_ reasons: [Reason]) -> Int64 {
            reasons.reduce(0) { $0 + (profile["weights"].objectValue?[$1.criterion.rawValue]?.integerValue ?? 1) }
        }
        let total = weight(reasons)
        score = total > 0 ? TargetFit.highestScore * weight(reasons.filter(\.isMatched)) / total : 0
        fits = total > 0 && score >= profile["fitsFrom"].integerValue ?? TargetFit.highestScore
    }

    /// Nil where the profile does not ask for it.
    private static func reason(_ criterion: TargetCriterion, _ record: Record, _ profile: Record) -> Reason? {
        let value = record[criterion.rawValue]
        switch criterion {
        case .industry: return named(criterion, value, profile["industries"]) { $0 == $1 }
        case .region: return named(criterion, value, profile["regions"]) { $0.hasPrefix($1) }
        case .size:
            let (least, most) = (profile["minimumSize"], profile["maximumSize"])
            guard !least.isNull || !most.isNull else { return nil }
            let isMatched = value.integerValue.map { size in
                size >= least.integerValue ?? 0 && size <= most.integerValue ?? .max
            }
            let wanted: JSONValue = ["minimum": least, "maximum": most]
            return Reason(criterion: criterion, isMatched: isMatched ?? false, value: value, wanted: wanted)
        }
    }

    private static func named(
        _ criterion: TargetCriterion,
        _ value: JSONValue,
        _ wanted: JSONValue,
        _ matches: (String, String) -> Bool
    ) -> Reason? {
        let names = (wanted.arrayValue ?? []).compactMap(\.stringValue)
        guard !names.isEmpty else { return nil }
        let own = value.stringValue.map { TextFolding.fold($0) }
        let isMatched = own.map { own in names.contains { matches(own, TextFolding.fold($0)) } }
        return Reason(criterion: criterion, isMatched: isMatched ?? false, value: value, wanted: wanted)
    }

    var json: JSONValue {
        [
            "profile": .integer(profile), "name": .string(name), "score": .integer(score), "fits": .bool(fits),
            "matched": .array(reasons.filter(\.isMatched).map(\.json)),
            "unmatched": .array(reasons.filter { !$0.isMatched }.map(\.json)),
        ]
    }
}

extension TargetFit.Reason {
    fileprivate var json: JSONValue {
        ["criterion": .string(criterion.rawValue), "value": value, "wanted": wanted]
    }
}
