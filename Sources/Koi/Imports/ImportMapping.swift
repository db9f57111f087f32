import KoiFormats
import KoiJSON

/// Makes of a row of a file what a client of the API would send, by the columns that have a target.
struct ImportMapping {
    /// What a row says.
    struct Content {
        var body: JSONObject = [:]
        var issues: [Problem.Issue] = []
        /// Its number in Koi, where a column has it.
        var id: Int64?
        var externals: [ExternalID] = []
        /// The value by which a record is known that is there already.
        var key: String?
    }

    private struct Column {
        let index: Int
        let target: ImportTarget
    }

    let settings: ImportSettings
    private let columns: [Column]
    private let headings: [String]
    /// Whether texts may have an apostrophe in front that keeps a spreadsheet from running them.
    private let isTable: Bool

    /// - Throws: `Problem.invalid` for a mapping or key that cannot be.
    init(_ order: Import, _ resource: Resource, _ custom: [CustomField]) throws {
        let (settings, columns) = (order.settings, order.columns)
        isTable = order.format == .csv
        self.settings = settings
        headings = columns.map(\.heading)
        var issues: [Problem.Issue] = []
        var taken: Set<String> = []
        self.columns = settings.mapping.enumerated().compactMap { index, name in
            guard let name else { return nil }
            let place = "mapping[\(index)]"
            guard let target = ImportTarget(name, resource, custom) else {
                issues.append(ImportMapping.noTarget.issue(field: place))
                return nil
            }
            guard taken.insert(target.name).inserted else {
                issues.append(ImportMapping.repeated.issue(field: place))
                return nil
            }
            return Column(index: index, target: target)
        }
        if issues.isEmpty { issues += ImportMapping.issues(of: settings, taken, resource) }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private static func issues(
        of settings: ImportSettings,
        _ taken: Set<String>,
        _ resource: Resource
    ) -> [Problem.Issue] {
        if taken.subtracting(["id"]).isEmpty { return [noColumns.issue(field: "mapping")] }
        guard let key = settings.key else {
            return settings.mode == .create ? [] : [keyMissing.issue(field: "key")]
        }
        guard taken.contains(key) else { return [keyNotMapped.issue(field: "key")] }
        let isSearched = resource.field(key)?.search != nil
        guard key == "id" || ImportTarget.externalSystem(key) != nil || isSearched else {
            return [notKey.issue(field: "key")]
        }
        return []
    }

    func content(of row: TableRow) -> Content {
        var content = Content()
        var custom: JSONObject = [:]
        for column in columns where column.index < row.cells.count {
            let cell = plain(row.cells[column.index])
            switch column.target {
            case .id:
                content.id = CellReader.value(cell, .reference(""))?.integerValue
                if settings.key == "id" { content.key = content.id.map(String.init) ?? cell.stringValue }
            case .external(let system):
                guard let key = cell.stringValue ?? cell.integerValue.map(String.init), !key.isEmpty else { continue }
                do throws(ValueRefusal) {
                    content.externals.append(try ExternalID(system: system, key: key))
                } catch {
                    content.issues.append(error.issue(field: column.target.name))
                }
                if settings.key == column.target.name { content.key = key }
            case .field(let field):
                let value = CellReader.value(cell, field.kind)
                if settings.key == field.name { content.key = value?.stringValue }
                if let value = value ?? empty { content.body.members.append(.init(name: field.name, value: value)) }
            case .custom(let field):
                if let value = CellReader.value(cell, field.kind) ?? empty {
                    custom.members.append(.init(name: field.key, value: value))
                }
            }
        }
        if !custom.isEmpty { content.body.members.append(.init(name: "custom", value: .object(custom))) }
        return content
    }

    private func plain(_ cell: JSONValue) -> JSONValue {
        guard isTable, let text = cell.stringValue else { return cell }
        return .string(CSV.withoutGuard(text))
    }

    private var empty: JSONValue? { settings.clearsEmpty ? .null : nil }

    /// The heading of the column that goes to a field, for whoever has the file before them.
    func heading(of field: String) -> String? {
        let name = field.prefix { $0 != "[" }
        guard let column = columns.first(where: { $0.target.name == name }) else { return nil }
        let heading = headings[column.index]
        return heading.isEmpty || heading == column.target.name ? nil : heading
    }

    private static let noTarget = ValueRefusal(
        "unknown_field",
        "There is no such field that can be written. /v1/schema lists the fields.",
        "没有这个可填写的字段。/v1/schema 列出了全部字段。"
    )
    private static let repeated = ValueRefusal(
        "repeated",
        "Another column goes to this field already.",
        "已有另一列对应该字段。"
    )
    private static let noColumns = ValueRefusal(
        "no_columns",
        "Say for at least one column to which field it goes.",
        "请至少为一列指定对应的字段。"
    )
    private static let keyMissing = ValueRefusal(
        "required",
        "Say by which column records are known that are there already.",
        "请指定用哪一列识别已有记录。"
    )
    private static let keyNotMapped = ValueRefusal(
        "not_mapped",
        "No column goes to this field.",
        "没有列对应该字段。"
    )
    private static let notKey = ValueRefusal(
        "not_a_key",
        "Records can be known by id, by externalIds.SYSTEM, or by a field that search finds, such as email.",
        "可用 id、externalIds.系统名 或可被搜索的字段（如 email）识别记录。"
    )
}
