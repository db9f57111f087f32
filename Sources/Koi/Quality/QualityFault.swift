/// What is to be mended about a record.
enum QualityFault: String, CaseIterable {
    /// A field that counts is empty.
    case incomplete
    /// Nobody has changed it for long.
    case stale
    case noOwner
    /// Its owner does not work here any more.
    case inactiveOwner
    /// Nobody speaks for it.
    case noContact
    /// A telephone number without the code of its country.
    case phoneWithoutCountry
    /// A message to its address came back: there is no such address.
    case bounced

    var label: Text {
        switch self {
        case .incomplete: Text("Incomplete", "不完整")
        case .stale: Text("Not cared for", "长期未更新")
        case .noOwner: Text("Without owner", "无负责人")
        case .inactiveOwner: Text("Owner inactive", "负责人已停用")
        case .noContact: Text("Without contact", "无联系人")
        case .phoneWithoutCountry: Text("Phone without country code", "电话缺少国家代码")
        case .bounced: Text("Address does not exist", "邮箱无效")
        }
    }
}
