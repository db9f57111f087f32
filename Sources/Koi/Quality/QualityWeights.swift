import KoiJSON

/// Which fields count for how complete a record is, and how much: by the field list, unless the company says otherwise.
struct QualityWeights {
    static let maximum: Int64 = 100

    /// In the order of the field list; those that count for nothing left out.
    let all: [(field: Field, weight: Int64)]

    init(_ resource: Resource, _ settings: Settings) {
        let own = settings.qualityWeights[resource.name] ?? [:]
        all = resource.declared.compactMap { field in
            let weight = own[field.name] ?? field.weight
            return weight > 0 && QualityWeights.canCount(field) ? (field, weight) : nil
        }
    }

    static func canCount(_ field: Field) -> Bool {
        switch field.kind {
        case .custom, .object, .externalIDs: false
        default: true
        }
    }

    /// Reads what the setting `qualityWeights` lists: `customers.phone=5`.
    ///
    /// - Returns: nil for what cannot be read.
    static func read(_ entry: String) -> (resource: String, field: String, weight: Int64)? {
        let sides = entry.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let weight = Digits.integer(String(sides[1])), (0...maximum).contains(weight) else {
            return nil
        }
        let path = sides[0].split(separator: ".", omittingEmptySubsequences: false)
        guard path.count == 2 else { return nil }
        return (String(path[0]), String(path[1]), weight)
    }

    /// - Parameter entries: as the setting has them.
    static func all(_ entries: JSONValue) -> [String: [String: Int64]] {
        var weights: [String: [String: Int64]] = [:]
        for entry in (entries.arrayValue ?? []).compactMap({ $0.stringValue.flatMap(read) }) {
            weights[entry.resource, default: [:]][entry.field] = entry.weight
        }
        return weights
    }

    /// Names each entry that is about no field that can count.
    static func check(_ entries: JSONValue, _ resources: ResourceList, _ issues: inout [Problem.Issue]) {
        for (index, entry) in (entries.arrayValue ?? []).enumerated() {
            let read = entry.stringValue.flatMap(read)
            let resource = read.flatMap { resources[$0.resource] }.flatMap { $0.hasQuality ? $0 : nil }
            guard let read, let field = resource?.field(read.field), canCount(field) else {
                let refusal = ValueRefusal(
                    "not_weight",
                    "Send resource, field and a weight from 0 to \(maximum), such as customers.phone=5.",
                    "请填写对象、字段和 0 到 \(maximum) 的权重，例如 customers.phone=5。"
                )
                issues.append(refusal.issue(field: "qualityWeights[\(index)]"))
                continue
            }
        }
    }
}

extension Resource {
    /// Whether its records are looked after: those that somebody owns and of which some field counts.
    package var hasQuality: Bool { changeableOwner != nil && isMirrored && declared.contains { $0.weight > 0 } }
}
