import KoiJSON

/// How far a lead is.
enum LeadStatus: String, Sendable, CaseIterable {
    /// Nobody has answered yet.
    case new
    case contacted
    /// Worth the work.
    case qualified
    case unqualified
    case converted

    static let choices = [
        Choice(new.rawValue, "New", "新线索"),
        Choice(contacted.rawValue, "Contacted", "已联系"),
        Choice(qualified.rawValue, "Qualified", "有效"),
        Choice(unqualified.rawValue, "Unqualified", "无效"),
        Choice(converted.rawValue, "Converted", "已转换"),
    ]

    /// That of a lead.
    init(of lead: Record) {
        self = lead["status"].stringValue.flatMap(LeadStatus.init) ?? .new
    }
}

/// How a lead came to be known.
enum LeadSource {
    static let webForm = "web_form"

    static let choices = [
        Choice(webForm, "Web form", "网站表单"),
        Choice("phone", "Phone", "电话"),
        Choice("email", "E-mail", "电子邮件"),
        Choice("visit", "Visit", "到访"),
        Choice("exhibition", "Exhibition", "展会"),
        Choice("advertisement", "Advertisement", "广告"),
        Choice("referral", "Referral", "推荐"),
        Choice("purchase_list", "Bought list", "购买名单"),
        Choice("social", "Social media", "社交媒体"),
        Choice("other", "Other", "其他"),
    ]
}
