import KoiJSON

/// What a handover comes to: for each resource how many records each successor gets, with the first of them as examples,
/// and how many stay.
struct HandoverTally {
    private static let examples = 5

    /// As it is shown, but with an object for each successor under the number of the user, and `stay` for nobody.
    private(set) var counted: JSONObject

    init(_ counted: JSONObject = [:]) {
        self.counted = counted
    }

    /// Begins with nothing for each resource, so that those of which there is nothing are named, too.
    init(_ plan: HandoverPlan) {
        counted = JSONObject(plan.parts.map { .init(name: $0.resource.name, value: [:]) })
    }

    mutating func add(_ step: HandoverWalk.Step) {
        let hand = step.successor.map(String.init) ?? "stay"
        var hands = counted[step.resource.name]?.objectValue ?? [:]
        var entry = hands[hand]?.objectValue ?? ["count": 0, "examples": []]
        entry["count"] = .integer((entry["count"]?.integerValue ?? 0) + 1)
        let examples = entry["examples"]?.arrayValue ?? []
        if examples.count < HandoverTally.examples { entry["examples"] = .array(examples + [.integer(step.id)]) }
        hands[hand] = .object(entry)
        counted[step.resource.name] = .object(hands)
    }

    /// How many records each successor gets, of all resources.
    var counts: [Int64: Int64] {
        var counts: [Int64: Int64] = [:]
        for hand in counted.members.flatMap({ $0.value.objectValue?.members ?? [] }) {
            guard let successor = Digits.integer(hand.name) else { continue }
            counts[successor, default: 0] += hand.value.objectValue?["count"]?.integerValue ?? 0
        }
        return counts
    }

    /// As clients see it.
    var json: JSONValue {
        .array(
            counted.members.map { resource in
                let hands = resource.value.objectValue ?? [:]
                let successors = hands.members.filter { $0.name != "stay" }
                return [
                    "resource": .string(resource.name),
                    "successors": .array(successors.map(HandoverTally.successor)),
                    "staying": hands["stay"] ?? ["count": 0, "examples": []],
                ]
            }
        )
    }

    private static func successor(_ member: JSONObject.Member) -> JSONValue {
        let user = JSONObject.Member(name: "user", value: Digits.integer(member.name).map(JSONValue.integer) ?? .null)
        return .object(JSONObject([user] + (member.value.objectValue ?? [:]).members))
    }
}
