import KoiSQLite

/// What a list request asks for, read from its parameters and checked against the field list.
package struct ListQuery: Sendable {
    package static let defaultLimit = 50
    package static let maximumLimit = 500
    /// The sort keys that a client may give; each costs a comparison per row.
    package static let maximumSortKeys = 3
    /// The conditions that a client may give, enough for each filter of a resource once, and the values of one of them.
    package static let maximumConditions = 300
    package static let maximumValues = 200
    /// The values of all conditions together, far below what SQLite can bind to one statement.
    package static let maximumValuesInAll = 5_000
    /// How often in a minute an actor may ask for records by the full value of a field that is held back from it.
    package static let probes = 30
    /// The code points of a text to filter by or to search for.
    package static let maximumText = 1_000

    package var conditions: [Condition] = []
    package var order = Order(keys: [])
    package var limit = ListQuery.defaultLimit
    package var cursor: String?
    package var wantsTotal = false
    package var selection = Selection()
    package var search: String?
    /// Whether the bin is listed instead of the living records.
    package var listsBin = false
    /// Marks the filters and the order, so that a cursor of another list is recognised.
    package var mark = Fingerprint()

    package init() {}

    /// Reads the parameters of a list as Koi itself would ask for it, beside the fields that a company made.
    ///
    /// - Throws: `Problem` naming the parameter that cannot be used.
    package static func read(_ parameters: [Parameter], of resource: Resource, now: Int64) throws -> ListQuery {
        try ListQueryParser(resource, now: now).parse(parameters)
    }

    static func checkLength(_ text: String) throws(ValueRefusal) {
        guard text.unicodeScalars.count <= maximumText else {
            throw ValueRefusal(
                "too_long",
                "Give at most \(maximumText) characters.",
                "最多 \(maximumText) 个字符。"
            )
        }
    }

    /// The records of a page, as `limit` gives them.
    static func limit(_ value: String) throws -> Int {
        guard let number = Digits.integer(value), (1...Int64(maximumLimit)).contains(number)
        else {
            throw Problem.badParameter(
                "limit",
                Text(
                    "Give a whole number from 1 to \(maximumLimit).",
                    "请填写 1 到 \(maximumLimit) 之间的整数。"
                )
            )
        }
        return Int(number)
    }

    /// The text of a search, as `q` gives it.
    static func searchText(_ value: String) throws -> String {
        do {
            try checkLength(value)
            return value
        } catch {
            throw Problem.badParameter("q", error.message)
        }
    }
}

/// Which fields of a record are written, and which references in full.
package struct Selection: Sendable, Equatable {
    package var fields: Set<String>?
    package var expand: Set<String> = []

    package var isPlain: Bool { fields == nil && expand.isEmpty }
}

/// A query parameter as it came.
package typealias Parameter = (name: String, value: String)

/// Reads parameters into a `ListQuery`.
///
/// An unknown one is refused, never ignored.
struct ListQueryParser {
    private let resource: Resource
    private let customFields: CustomFields
    private let actor: Actor
    private let restrictions: FieldRestrictions
    private let now: Int64
    /// Counts questions for the full values of fields that are held back.
    private let countProbes: (Int) throws -> Void

    /// - Parameter isCounted: whether questions for the full values of fields that are held back are counted, as those of a
    ///   request are.
    init(_ resource: Resource, _ transaction: Transaction, isCounted: Bool = true) {
        self.resource = resource
        customFields = transaction.catalog.customFields.current
        actor = transaction.actor
        restrictions = transaction.actor.access.restrictions(of: resource.name)
        now = transaction.now
        let (probes, user, now) = (transaction.catalog.probes, transaction.actor.user ?? 0, transaction.now)
        countProbes = { if isCounted { try probes.count(user, times: $0, at: now) } }
    }

    /// For a resource without custom fields, asked by Koi itself.
    fileprivate init(_ resource: Resource, now: Int64) {
        self.resource = resource
        customFields = CustomFields()
        actor = .system
        restrictions = Actor.system.access.restrictions(of: resource.name)
        self.now = now
        countProbes = { _ in }
    }

    /// - Throws: `Problem` naming the parameter that cannot be used.
    func parse(_ parameters: [Parameter]) throws -> ListQuery {
        var query = ListQuery()
        query.mark.add(resource.name)
        var seen: Set<String> = []
        var values = 0
        for (name, value) in parameters {
            if try readControl(name, value, &query, &seen) { continue }
            query.conditions.append(try condition(name, value))
            values += query.conditions.last?.values.count ?? 0
            guard values <= ListQuery.maximumValuesInAll else {
                throw Problem.badParameter(
                    name,
                    Text(
                        "Give at most \(ListQuery.maximumValuesInAll) values in all filters.",
                        "所有筛选条件合计最多 \(ListQuery.maximumValuesInAll) 个值。"
                    )
                )
            }
            guard query.conditions.count <= ListQuery.maximumConditions else {
                throw Problem.badParameter(
                    name,
                    Text(
                        "Give at most \(ListQuery.maximumConditions) filters.",
                        "最多 \(ListQuery.maximumConditions) 个筛选条件。"
                    )
                )
            }
            query.mark.add(name)
            query.mark.add(value)
        }
        try checkCombination(query, seen)
        return query
    }

    private func checkCombination(_ query: ListQuery, _ seen: Set<String>) throws {
        guard query.search != nil else { return }
        for name in ["sort", "total", "removed"] where seen.contains(name) {
            throw Problem.badParameter(
                name,
                Text(
                    "A search is ranked by its matches and counts no further than it reads: leave out \(name) or q.",
                    "搜索按匹配程度排序且只读取有限的候选：请去掉 \(name) 或 q。"
                )
            )
        }
    }

    // MARK: Parameters that are not filters

    private func readControl(
        _ name: String,
        _ value: String,
        _ query: inout ListQuery,
        _ seen: inout Set<String>
    ) throws -> Bool {
        guard ListParameter.names.contains(name) else { return false }
        guard seen.insert(name).inserted else {
            throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
        }
        switch name {
        case "limit": query.limit = try ListQuery.limit(value)
        case "cursor": query.cursor = value
        case "sort":
            query.order = try order(value)
            query.mark.add("sort=" + value)
        case "total": query.wantsTotal = try flag(name, value)
        case "fields": query.selection.fields = try SelectionParser(resource, restrictions).fields(value)
        case "expand": query.selection.expand = try SelectionParser(resource, restrictions).expand(value)
        case "removed":
            query.listsBin = try flag(name, value)
            query.mark.add("removed=" + value)
        case "q":
            guard resource.isSearchable else { throw unknown(name) }
            query.search = try ListQuery.searchText(value)
            query.mark.add("q=" + value)
        default: throw unknown(name)
        }
        return true
    }

    private func flag(_ name: String, _ value: String) throws -> Bool {
        switch value {
        case "true": return true
        case "false": return false
        default: throw Problem.badParameter(name, Text("Give true or false.", "请填写 true 或 false。"))
        }
    }

    private func order(_ value: String) throws -> Order {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= ListQuery.maximumSortKeys else {
            throw Problem.badParameter(
                "sort",
                Text(
                    "Give at most \(ListQuery.maximumSortKeys) keys.",
                    "最多 \(ListQuery.maximumSortKeys) 个排序键。"
                )
            )
        }
        var keys: [SortKey] = []
        for part in parts {
            let isDescending = part.hasPrefix("-")
            let name = String(isDescending ? part.dropFirst() : part)
            keys.append(try sortKey(name, isDescending))
        }
        return Order(keys: keys)
    }

    private func sortKey(_ name: String, _ isDescending: Bool) throws -> SortKey {
        try requireClear(name, parameter: "sort")
        if let custom = customFields.field(name, of: resource), custom.kind.isOrdered {
            return SortKey(
                expression: custom.sortExpression,
                isDescending: isDescending,
                isNullable: true
            )
        }
        guard let field = resource.field(name), let column = field.sortColumn else {
            let names = resource.fields.filter(\.isSortable).map(\.name).joined(separator: ", ")
            throw Problem.badParameter(
                "sort",
                Text(
                    "Cannot sort by \"\(name)\". Sort by \(names), or a custom field; - in front reverses.",
                    "不能按“\(name)”排序。可用：\(names) 或自定义字段；前面加 - 表示倒序。"
                )
            )
        }
        return SortKey(
            expression: "t." + Dialect.quoted(column),
            isDescending: isDescending,
            isNullable: field.isNullable
        )
    }

    // MARK: Filters

    private func condition(_ name: String, _ value: String) throws -> Condition {
        let condition = try readCondition(name, value)
        let field: String
        switch condition.subject {
        case .field(let subject): field = subject.name
        case .custom(let key, _): field = "custom." + key
        case .link(let links): field = resource.fields.first { $0.links?.table == links.table }?.name ?? ""
        case .externalID, .externalSystem: field = SystemField.externalIDs.name
        case .collaborator: return condition
        }
        // Whoever knows the whole value may ask for it; parts and ranges would tell it bit by bit.
        guard restrictions.reading(field) != .clear else { return condition }
        guard case .anyOf(let values) = condition.test else {
            try requireClear(field, parameter: name)
            return condition
        }
        try countProbes(values.count)
        return condition
    }

    private func requireClear(_ field: String, parameter: String) throws {
        guard restrictions.reading(field) != .clear else { return }
        throw Problem.badParameter(
            parameter,
            Text(
                "Your role does not show \(field) in full: it can only be compared with a full value, \(field)=….",
                "您的角色无权查看完整的 \(field)：只能按完整的值比较，即 \(field)=…。"
            )
        )
    }

    private func readCondition(_ name: String, _ value: String) throws -> Condition {
        if let custom = customFields.field(name, of: resource) {
            return try FilterParser(name, value, actor, at: now).condition(
                .custom(key: custom.key, kind: custom.kind),
                custom.kind,
                "",
                isNullable: true
            )
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3, let custom = customFields.field(parts[0] + "." + parts[1], of: resource) {
            return try FilterParser(name, value, actor, at: now).condition(
                .custom(key: custom.key, kind: custom.kind),
                custom.kind,
                parts[2],
                isNullable: true
            )
        }
        guard parts.count <= 2 else { throw unknown(name) }
        let operation = parts.count == 2 ? parts[1] : ""
        let parser = FilterParser(name, value, actor, at: now)
        if parts[0] == ListParameter.collaborator, resource.changeableOwner != nil {
            return try parser.condition(
                .collaborator(of: resource.name, at: now),
                .reference(User.resource.name),
                operation,
                isNullable: true
            )
        }
        for field in resource.fields {
            guard case .links(let links) = field.kind, links.target == parts[0] else { continue }
            guard let target = links.fields.first(where: { $0.name == links.target }) else { continue }
            return try parser.condition(.link(links), target.kind, operation, isNullable: true)
        }
        if case .externalIDs = resource.field(parts[0])?.kind {
            return try parser.externalIDs(of: resource.name, operation)
        }
        guard let field = resource.field(parts[0]), field.isFilterable,
            !FilterOperation.operations(of: field.kind, isNullable: field.isNullable).isEmpty
        else { throw unknown(name) }
        return try parser.condition(
            .field(field),
            field.kind,
            operation,
            isNullable: field.isNullable
        )
    }

    private func unknown(_ name: String) -> Problem {
        Problem.badParameter(
            name,
            Text(
                "There is no such parameter. /v1/schema lists the filters of \(resource.name).",
                "没有这个参数。/v1/schema 列出了 \(resource.name) 的筛选条件。"
            )
        )
    }
}

/// The parameters of lists beside the filters by field.
package enum ListParameter {
    /// Filters by the users with whom a record is shared.
    package static let collaborator = "collaborator"
    /// Those of every list that are not filters.
    package static let names: Set<String> = [
        "limit", "cursor", "sort", "total", "fields", "expand", "removed", "q", "view",
    ]
}

/// Whole numbers from outside, digit by digit.
package enum Digits {
    /// A number in decimal digits with an optional minus; nil for anything else, such as `+5`, or beyond 64 bits.
    package static func integer(_ text: String) -> Int64? {
        var bytes = text.utf8[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        guard (1...19).contains(bytes.count) else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (sum, carry) =
                isNegative
                ? product.subtractingReportingOverflow(digit)
                : product.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
