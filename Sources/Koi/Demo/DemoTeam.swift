import KoiJSON

/// A team of the demo company.
enum DemoTeam: CaseIterable {
    case sales
    case east
    case southwest
    case international
    case service

    var name: String {
        switch self {
        case .sales: "销售部"
        case .east: "华东销售"
        case .southwest: "西南销售"
        case .international: "International"
        case .service: "客户服务"
        }
    }

    /// The one above it, which comes before it in the list.
    var parent: DemoTeam? {
        switch self {
        case .east, .southwest: .sales
        case .sales, .international, .service: nil
        }
    }

    /// Who sells there: the east and the north fall to one team, the rest of China to the other.
    static func selling(in place: DemoPlace) -> DemoTeam {
        guard place.language == .zh else { return .international }
        return easternTowns.contains(place.town) ? .east : .southwest
    }

    private static let easternTowns: Set = [
        "上海", "杭州", "苏州", "宁波", "南京", "青岛", "天津", "厦门", "无锡", "合肥", "北京", "南昌", "沈阳", "哈尔滨",
    ]

    /// Adds them all, and gives their ids.
    static func add(to teams: RecordService) throws -> [DemoTeam: Int64] {
        var ids: [DemoTeam: Int64] = [:]
        for team in allCases {
            let parent = team.parent.flatMap { ids[$0] }
            let body: JSONObject = [
                "name": .string(team.name), "parent": parent.map { .integer($0) } ?? .null,
            ]
            ids[team] = try teams.add(body).id
        }
        return ids
    }
}
