import KoiJSON

/// Who gets a record, by which rule, and why not another: all that is known of how it was decided.
struct AssignmentDecision: Sendable {
    /// How it stands with one who might have been given the record.
    struct Candidate: Sendable {
        enum Verdict: String, Sendable, CaseIterable {
            case chosen
            /// It was another's turn, another had fewer open, or more room left.
            case turn
            case load
            case room
            case inactive
            case absent
            /// Does not work at that moment.
            case closed
            /// Has as many open as the rule lets anybody have.
            case full
            /// Had it before, and is not to get it again.
            case excluded
        }

        let user: Int64
        /// The substitute who would get it.
        let substitute: Int64?
        /// How many open records who would get it has; nil where that makes no difference.
        let load: Int64?
        let capacity: Int64?
        let verdict: Verdict

        var json: JSONValue {
            [
                "user": .integer(user), "substitute": substitute.map(JSONValue.integer) ?? .null,
                "result": .string(verdict.rawValue), "open": load.map(JSONValue.integer) ?? .null,
                "capacity": capacity.map(JSONValue.integer) ?? .null,
            ]
        }
    }

    /// How one rule answered.
    struct Tried: Sendable {
        enum Verdict: String, Sendable, CaseIterable {
            case chosen
            /// It fits, and nobody could be given the record.
            case nobody
            case filter
            case hours
            /// Its filter cannot be used any more.
            case unusable
        }

        /// Beyond so many, those who might have been given the record are only counted.
        static let maximumCandidates = 50

        let rule: Int64
        let name: String
        let verdict: Verdict
        /// The filters that the record does not fit.
        let unmet: [String]
        let candidates: [Candidate]

        var json: JSONValue {
            let chosen = candidates.filter { $0.verdict == .chosen }
            let others = candidates.filter { $0.verdict != .chosen }.prefix(Tried.maximumCandidates)
            return [
                "rule": .integer(rule), "name": .string(name), "result": .string(verdict.rawValue),
                "unmet": .array(unmet.map(JSONValue.string)), "candidates": .array((chosen + others).map(\.json)),
                "considered": .integer(Int64(candidates.count)),
            ]
        }
    }

    enum Outcome: String, Sendable, CaseIterable {
        case assigned
        /// A rule fits, and none found anybody.
        case nobody
        /// No rule fits.
        case noRule
    }

    /// Milliseconds since 1970: when the first answer is due, and when its owner is warned.
    struct Clock: Sendable {
        let rule: Int64
        let due: Int64
        let warning: Int64?
    }

    var tried: [Tried] = []
    /// The rule that decided, and its candidate whose turn it was.
    var rule: Int64?
    var turn: Int64?
    var owner: Int64?
    var clock: Clock?

    var outcome: Outcome {
        if owner != nil { return .assigned }
        return tried.contains { $0.verdict == .nobody } ? .nobody : .noRule
    }

    var json: JSONValue {
        [
            "outcome": .string(outcome.rawValue), "owner": owner.map(JSONValue.integer) ?? .null,
            "rule": rule.map(JSONValue.integer) ?? .null,
            "responseDueAt": clock.map { .string(Timestamp.text($0.due)) } ?? .null,
            "rules": .array(tried.map(\.json)),
        ]
    }
}
