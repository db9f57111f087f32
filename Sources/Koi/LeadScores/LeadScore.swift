import Foundation
import KoiJSON

/// How likely a lead becomes a customer, out of 100, and why.
///
/// From what became of other leads once there are enough of them: naive Bayes on what is known of a lead, each count with one
/// added (Laplace), so that what was never seen says little. By points before that.
struct LeadScore {
    /// Leads that became customers, and leads that did not, from which on their history counts.
    static let fewestOfEach: Int64 = 30
    static let highest: Int64 = 100

    enum Basis: String {
        case points
        case history
    }

    struct Reason {
        let trait: LeadTrait
        let value: String
        /// Of points.
        var points: Int64?
        /// Of history: how many of each kind have the same, and by how much that makes it likelier.
        var count: LeadCounts.Count?
        var factor: Double?
    }

    let basis: Basis
    let score: Int64
    let reasons: [Reason]
    let history: LeadCounts.Count

    /// - Parameter sees: whether a field counts: what is held back from the actor must not be told by the score.
    init(of lead: Record, _ counts: LeadCounts, where sees: (String) -> Bool = { _ in true }) throws {
        history = try counts.all()
        let traits = LeadTrait.allCases.filter { $0.fields.allSatisfy(sees) }
        let isEnough = min(history.converted, history.unqualified) >= LeadScore.fewestOfEach
        basis = isEnough ? .history : .points
        guard isEnough else {
            let reasons = LeadScore.points(lead, traits)
            self.reasons = reasons
            score = min(LeadScore.highest, reasons.reduce(0) { $0 + ($1.points ?? 0) })
            return
        }
        let reasons = try LeadScore.factors(lead, traits, history, counts)
        self.reasons = reasons.sorted { abs(log($0.factor ?? 1)) > abs(log($1.factor ?? 1)) }
        let odds = log(LeadScore.ratio(history.converted, history.unqualified, history, values: 0))
        let sum = reasons.reduce(odds) { $0 + log($1.factor ?? 1) }
        let chance = (Double(LeadScore.highest) / (1 + exp(-sum))).rounded()
        score = Int64(exactly: chance) ?? 0
    }

    private static func points(_ lead: Record, _ traits: [LeadTrait]) -> [Reason] {
        traits.compactMap { trait in
            let points = trait.points(of: lead)
            guard points > 0, let value = trait.value(of: lead) else { return nil }
            return Reason(trait: trait, value: value, points: points)
        }
    }

    private static func factors(
        _ lead: Record,
        _ traits: [LeadTrait],
        _ history: LeadCounts.Count,
        _ counts: LeadCounts
    ) throws -> [Reason] {
        try traits.compactMap { trait in
            guard let value = trait.value(of: lead) else { return nil }
            let count = try counts.count(trait, value)
            // What no lead had that came to an end tells nothing.
            guard count.total > 0 else { return nil }
            let values = try counts.values(of: trait)
            let factor = ratio(count.converted, count.unqualified, history, values: values)
            return Reason(trait: trait, value: value, count: count, factor: factor)
        }
    }

    /// How much likelier something is among leads that became customers than among others, with one more of each value.
    ///
    /// With no values it is the odds of all.
    private static func ratio(_ won: Int64, _ lost: Int64, _ all: LeadCounts.Count, values: Int64) -> Double {
        guard values > 0 else { return Double(won + 1) / Double(lost + 1) }
        let likely = Double(won + 1) / Double(all.converted + values)
        let unlikely = Double(lost + 1) / Double(all.unqualified + values)
        return likely / unlikely
    }

    var json: JSONValue {
        [
            "score": .integer(score), "basis": .string(basis.rawValue),
            "history": [
                "converted": .integer(history.converted), "unqualified": .integer(history.unqualified),
                "fewestOfEach": .integer(LeadScore.fewestOfEach),
            ],
            "reasons": .array(reasons.map(\.json)),
        ]
    }
}

extension LeadScore.Reason {
    fileprivate var json: JSONValue {
        [
            "trait": .string(trait.rawValue), "value": .string(value),
            "points": points.map(JSONValue.integer) ?? .null,
            "converted": count.map { .integer($0.converted) } ?? .null,
            "unqualified": count.map { .integer($0.unqualified) } ?? .null,
            "factor": factor.map { JSONValue(shortest: ($0 * 100).rounded() / 100) } ?? .null,
        ]
    }
}
