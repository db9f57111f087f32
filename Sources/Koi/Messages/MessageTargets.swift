import KoiJSON
import KoiSQLite

/// To whom a message goes, as `to` names them: records by resource, addresses, or a filter.
struct MessageTargets {
    struct Target {
        let target: MessageRecipient.Target
        /// Within the outbox, see `MessageChannel.lane`.
        let lane: String
    }

    private(set) var all: [Target] = []
    private(set) var filter: MessageFilter?

    /// - Throws: `Problem.invalid` naming everyone who cannot be written to; `Problem` 400 for a filter that cannot be read.
    init(_ order: MessageOrder, _ transaction: Transaction) throws {
        var issues: [Problem.Issue] = []
        for member in order.to.members where issues.count < Problem.maximumIssues {
            let place = "to." + member.name
            if member.name == "filter" {
                filter = try MessageFilter(member.value, transaction)
            } else if member.name == "addresses" {
                addAddresses(member.value, order.channel, place, &issues)
            } else if let resource = transaction.catalog.resources[member.name], resource.describesPeople {
                try addRecords(member.value, resource, order.channel, place, transaction, &issues)
            } else {
                issues.append(MessageTargets.unknown.issue(field: place))
            }
        }
        if issues.isEmpty, all.isEmpty, filter == nil { issues.append(ValueRefusal.required.issue(field: "to")) }
        if all.count > MessageOrder.maximumRecipients { issues = [MessageTargets.tooMany.issue(field: "to")] }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private mutating func addAddresses(
        _ value: JSONValue,
        _ channel: MessageChannel,
        _ place: String,
        _ issues: inout [Problem.Issue]
    ) {
        guard let items = value.arrayValue else { return issues.append(MessageTargets.notArray.issue(field: place)) }
        var seen: Set<String> = []
        for (index, item) in items.enumerated() where issues.count < Problem.maximumIssues {
            guard let address = item.stringValue, channel.takes(address) else {
                issues.append(MessageTargets.notAddress.issue(field: "\(place)[\(index)]"))
                continue
            }
            guard seen.insert(address).inserted else { continue }
            all.append(Target(target: .address(address), lane: channel.lane(of: address)))
        }
    }

    private mutating func addRecords(
        _ value: JSONValue,
        _ resource: Resource,
        _ channel: MessageChannel,
        _ place: String,
        _ transaction: Transaction,
        _ issues: inout [Problem.Issue]
    ) throws {
        guard let items = value.arrayValue, items.count <= MessageOrder.maximumRecipients else {
            return issues.append(
                (value.arrayValue == nil ? MessageTargets.notArray : MessageTargets.tooMany).issue(field: place)
            )
        }
        let store = RecordStore(resource, transaction.connection)
        let visible = transaction.visibility(of: resource)
        for (index, item) in items.enumerated() where issues.count < Problem.maximumIssues {
            guard let id = item.integerValue, let record = try store.find(id, visible) else {
                let refusal = ValueRefusal(
                    "not_found",
                    "There is no \(resource.label.en) with this number.",
                    "没有此编号的\(resource.label.zh)。"
                )
                issues.append(refusal.issue(field: "\(place)[\(index)]"))
                continue
            }
            all.append(MessageTargets.target(record, channel))
        }
    }

    static func target(_ record: Record, _ channel: MessageChannel) -> Target {
        let lane = channel.address(of: record).map(channel.lane) ?? ""
        return Target(target: .record(EventSubject(resource: record.resource.name, id: record.id)), lane: lane)
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "Send numbers of records by resource, such as customers or contacts; addresses; or a filter.",
        "请按对象（例如 customers、contacts）填写记录编号，或填写 addresses、filter。"
    )
    private static let notArray = ValueRefusal("not_array", "Send a list.", "请填写列表。")
    private static let notAddress = ValueRefusal(
        "not_address",
        "This is no address that the channel reaches.",
        "这不是该渠道可用的地址。"
    )
    private static let tooMany = ValueRefusal(
        "too_many",
        "Name at most \(MessageOrder.maximumRecipients) one by one; for more use a filter.",
        "逐一列出时最多 \(MessageOrder.maximumRecipients) 个；更多请使用 filter。"
    )
}

/// Recipients as a list would find them.
struct MessageFilter {
    let resource: Resource
    let parameters: [Parameter]

    /// - Throws: `Problem` naming what cannot be used.
    init(_ value: JSONValue, _ transaction: Transaction) throws {
        guard let object = value.objectValue, let name = object["resource"]?.stringValue,
            let resource = transaction.catalog.resources[name], resource.describesPeople
        else { throw Problem.invalid([MessageFilter.noResource.issue(field: "to.filter.resource")]) }
        self.resource = resource
        parameters = try (object["parameters"]?.objectValue ?? [:]).members.map { member in
            guard let text = MessageFilter.text(member.value),
                ![
                    "limit", "cursor", "sort", "total", "fields", "expand",
                    "removed", "q",
                ].contains(member.name)
            else { throw Problem.invalid([MessageFilter.noFilter.issue(field: "to.filter.parameters." + member.name)]) }
            return (name: member.name, value: text)
        }
        _ = try query(transaction, isCounted: true)
    }

    /// As `json` has it.
    init?(stored object: JSONObject, _ catalog: Catalog) {
        guard let name = object["resource"]?.stringValue, let resource = catalog.resources[name] else { return nil }
        self.resource = resource
        parameters = (object["parameters"]?.objectValue ?? [:]).members.map { ($0.name, $0.value.stringValue ?? "") }
    }

    var json: JSONObject {
        let members = parameters.map { JSONObject.Member(name: $0.name, value: .string($0.value)) }
        return ["resource": .string(resource.name), "parameters": .object(JSONObject(members))]
    }

    func query(_ transaction: Transaction, isCounted: Bool) throws -> ListQuery {
        let expanded = try SavedView.expand(parameters, of: resource, in: transaction)
            .filter { !["sort", "fields"].contains($0.name) }
        return try ListQueryParser(resource, transaction, isCounted: isCounted).parse(expanded)
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        case .null, .number, .array, .object: nil
        }
    }

    private static let noResource = ValueRefusal(
        "not_a_choice",
        "Send a resource of people, such as customers or contacts.",
        "请填写人员对象，例如 customers 或 contacts。"
    )
    private static let noFilter = ValueRefusal(
        "not_filter",
        "Send filters of the list and their values as texts, numbers, or true or false.",
        "请填写列表的筛选条件，其值为文本、数字或 true、false。"
    )
}
