import KoiHTTP
import KoiJSON
import KoiSQLite

/// A saved view: a named filter, order and field choice of a list, one's own or shared with all.
package enum SavedView {
    package static let resource = Resource(
        "views",
        singular: "view",
        Text("view", "视图"),
        plural: Text("views", "视图"),
        owner: "owner",
        isMirrored: false,
        rules: SavedViewRules(),
        fields: [
            .text("resource", "Resource", "对象", max: 40).required().fixed().example("customers"),
            .text("name", "Name", "名称", max: 100).required().example("VIP"),
            Field("filter", .object, Text("Filter", "筛选"))
                .fallback(.object([:])).unfiltered()
                .noted(
                    "List parameters and their values, such as {\"tier\": \"vip\"}.",
                    "列表参数及其取值，例如 {\"tier\": \"vip\"}。"
                )
                .example(.object(["tier": "vip"])),
            .text("sort", "Order", "排序", max: 200).unfiltered().unsorted().example("-updatedAt"),
            .list("fields", "Fields", "字段", max: 100, of: TextRule(maximum: 100)).unfiltered(),
            .boolean("shared", "Shared", "共享").fallback(false),
            .reference("owner", "Owner", "负责人", to: "users").readOnly(),
        ]
    )

    /// Replaces the parameter `view` by what the view says.
    ///
    /// Parameters of the request win over those of the view.
    static func expand(
        _ parameters: [Parameter],
        of target: Resource,
        in transaction: Transaction
    ) throws -> [Parameter] {
        guard let place = parameters.firstIndex(where: { $0.name == "view" }) else {
            return parameters
        }
        var given = parameters
        let id = given.remove(at: place).value
        guard !given.contains(where: { $0.name == "view" }) else {
            throw Problem.badParameter("view", Text("Give this parameter once.", "此参数只能出现一次。"))
        }
        guard let number = Digits.integer(id),
            let view = try RecordStore(resource, transaction.connection)
                .find(number, transaction.visibility(of: resource)),
            view["resource"].stringValue == target.name
        else {
            throw Problem.badParameter(
                "view",
                Text(
                    "There is no such view of \(target.name).",
                    "没有这样的\(target.label.zh)视图。"
                )
            )
        }
        let names = Set(given.map(\.name))
        return given + SavedView.parameters(of: view).filter { !names.contains($0.name) }
    }

    /// The list parameters that a view stands for.
    static func parameters(of view: Record) -> [Parameter] {
        parameters(ofFilter: view["filter"]) + presentation(of: view)
    }

    /// The list parameters that a filter stands for, which a record holds as an object of texts.
    static func parameters(ofFilter filter: JSONValue) -> [Parameter] {
        (filter.objectValue?.members ?? []).map { ($0.name, $0.value.stringValue ?? $0.value.text) }
    }

    /// How the list of a view is told: its order and fields.
    static func presentation(of view: Record) -> [Parameter] {
        var result: [Parameter] = []
        if let sort = view["sort"].stringValue { result.append(("sort", sort)) }
        let fields = (view["fields"].arrayValue ?? []).compactMap(\.stringValue)
        if !fields.isEmpty { result.append(("fields", fields.joined(separator: ","))) }
        return result
    }
}

/// Views are seen by their owner and, where shared, by all; changed by their owner alone.
package struct SavedViewRules: RecordRules {
    package func visibility(for user: Int64?) -> Visibility? {
        guard let user else { return .all }
        return .any([.owned(field: "owner", by: [user]), .flagged("shared")])
    }

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if let before {
            try requireOwner(before, transaction)
        } else {
            record["owner"] = transaction.actor.user.map(JSONValue.integer) ?? .null
        }
        try checkList(record, &issues, transaction)
    }

    package func removing(_ record: Record, in transaction: Transaction) throws {
        try requireOwner(record, transaction)
    }

    private func requireOwner(_ record: Record, _ transaction: Transaction) throws {
        guard let user = transaction.actor.user, record["owner"] != .integer(user) else { return }
        throw Problem(
            .forbidden,
            "not_owner",
            Text("Only its owner may change a shared view.", "只有负责人可以更改共享视图。")
        )
    }

    private func checkList(_ record: Record, _ issues: inout [Problem.Issue], _ transaction: Transaction) throws {
        guard let name = record["resource"].stringValue, let check = FilterCheck(name, &issues, transaction) else {
            return
        }
        issues += try check.issues(ofList: record["filter"], and: SavedView.presentation(of: record), in: "filter")
    }
}
