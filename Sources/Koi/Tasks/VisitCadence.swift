import KoiJSON

/// After how many days without care customers of a tier are to be visited again, as the setting `visitCadence` lists it.
struct VisitCadence: Sendable, Equatable {
    static let maximum: Int64 = 3_660

    let days: [String: Int64]

    /// - Parameter entries: as the setting has them: `vip=30`.
    init(_ entries: JSONValue) {
        var days: [String: Int64] = [:]
        for entry in (entries.arrayValue ?? []).compactMap({ $0.stringValue.flatMap(VisitCadence.read) }) {
            days[entry.tier] = entry.days
        }
        self.days = days
    }

    /// - Returns: nil for what cannot be read.
    private static func read(_ entry: String) -> (tier: String, days: Int64)? {
        let sides = entry.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, Customer.tiers.contains(where: { $0.code == sides[0] }),
            let days = Digits.integer(String(sides[1])), (1...maximum).contains(days)
        else { return nil }
        return (String(sides[0]), days)
    }

    /// Names each entry that cannot be read, or is about a tier that an entry before it is about.
    static func check(_ entries: JSONValue, _ issues: inout [Problem.Issue]) {
        var known: Set<String> = []
        for (index, entry) in (entries.arrayValue ?? []).enumerated() {
            if let read = entry.stringValue.flatMap(read), known.insert(read.tier).inserted { continue }
            let refusal = ValueRefusal(
                "not_cadence",
                "Send each tier once, with a number of days from 1 to \(maximum), such as vip=30.",
                "请为每个等级填写一次 1 到 \(maximum) 的天数，例如 vip=30。"
            )
            issues.append(refusal.issue(field: "visitCadence[\(index)]"))
        }
    }
}
