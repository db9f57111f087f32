import KoiJSON

/// A target profile: which customers the company looks for, so that it can be told of each why it is one.
package enum TargetProfile {
    package static let resource = Resource(
        "target-profiles",
        singular: "targetProfile",
        Text("target profile", "目标客户画像"),
        plural: Text("target profiles", "目标客户画像"),
        rules: TargetProfileRules(),
        fields: [
            .text("name", "Name", "名称", max: 200).required().example("Machine builders in the south-west"),
            .list("industries", "Industries", "行业", max: 200, of: TextRule(maximum: 100))
                .noted("Any of them; empty for every industry.", "符合其一即可，留空表示不限。").example(["机械"]),
            .list("regions", "Regions", "地区", max: 500, of: TextRule(maximum: 100))
                .noted(
                    "Any of them, or a region that begins with one; empty for everywhere.",
                    "符合其一或以其开头即可，留空表示不限。"
                ).example(["重庆", "四川"]),
            .integer("minimumSize", "Employees from", "最少人数", 0...100_000_000),
            .integer("maximumSize", "Employees up to", "最多人数", 0...100_000_000),
            Field("weights", .object, Text("Weights", "权重")).fallback(defaultWeights).unfiltered()
                .noted("How much each criterion counts, from 0 to 100.", "各条件的权重，0 到 100。")
                .example(["industry": 3, "region": 2, "size": 1]),
            .integer("fitsFrom", "Fits from", "符合分数线", 1...100).fallback(100)
                .noted("The score from which a customer fits.", "达到此分数即视为符合。"),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
        ]
    )

    private static let defaultWeights: JSONValue = .object(
        JSONObject(TargetCriterion.allCases.map { .init(name: $0.rawValue, value: 1) })
    )
}

/// What a target profile can ask of a customer.
enum TargetCriterion: String, CaseIterable {
    case industry
    case region
    case size

    static let weights: ClosedRange<Int64> = 0...100
}

/// What a target profile must keep to beyond its field list.
struct TargetProfileRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if let from = record["minimumSize"].integerValue, let to = record["maximumSize"].integerValue, to < from {
            issues.append(TargetProfileRules.sizesReversed.issue(field: "maximumSize"))
        }
        for weight in record["weights"].objectValue?.members ?? [] {
            guard issues.count < Problem.maximumIssues else { return }
            let place = "weights." + weight.name
            guard TargetCriterion(rawValue: weight.name) != nil else {
                issues.append(TargetProfileRules.unknownCriterion.issue(field: place))
                continue
            }
            guard let value = weight.value.integerValue, TargetCriterion.weights.contains(value) else {
                issues.append(TargetProfileRules.badWeight.issue(field: place))
                continue
            }
        }
    }

    private static let sizesReversed = ValueRefusal(
        "ends_before_start",
        "The most must not be less than the least.",
        "最多人数不能少于最少人数。"
    )
    private static let unknownCriterion = ValueRefusal(
        "unknown_field",
        "Choose from: industry, region, size.",
        "可选：industry、region、size。"
    )
    private static let badWeight = ValueRefusal(
        "out_of_range",
        "Send a whole number from 0 to 100.",
        "请填写 0 到 100 之间的整数。"
    )
}
