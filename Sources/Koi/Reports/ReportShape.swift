import KoiJSON

/// How the rows of a report stand in JSON; tables have them as they are.
enum ReportShape: Sendable {
    /// `{"stages": [{…}, …]}`
    case list(String)
    /// `{"lifecycle": [{…}, …], …}`: a list for each choice of the first column that has rows.
    case lists
    /// `{"currencies": [{"currency": "CNY", "new": {…}, …}, …]}`: an item for each value of the first column, with a member for
    /// each choice of the second one.
    case nested(String)

    // MARK: JSON

    func members(_ rows: [JSONObject], _ columns: [ReportColumn]) -> [JSONObject.Member] {
        switch self {
        case .list(let name):
            [.init(name: name, value: .array(rows.map { ReportShape.item($0, columns) }))]
        case .lists:
            ReportShape.groups(rows, by: columns.first).map { key, rows in
                let items = rows.map { ReportShape.item($0, columns.dropFirst()) }
                return .init(name: key.stringValue ?? key.text, value: .array(items))
            }
        case .nested(let name):
            [.init(name: name, value: .array(ReportShape.nested(rows, columns)))]
        }
    }

    private static func item(_ row: JSONObject, _ columns: some Sequence<ReportColumn>) -> JSONValue {
        .object(JSONObject(columns.map { .init(name: $0.name, value: row[$0.name] ?? .null) }))
    }

    /// Rows that follow each other with the same value in a column.
    private static func groups(
        _ rows: [JSONObject],
        by column: ReportColumn?
    ) -> [(key: JSONValue, rows: [JSONObject])] {
        var groups: [(key: JSONValue, rows: [JSONObject])] = []
        for row in rows {
            let key = column.flatMap { row[$0.name] } ?? .null
            if let last = groups.indices.last, groups[last].key == key {
                groups[last].rows.append(row)
            } else {
                groups.append((key, [row]))
            }
        }
        return groups
    }

    private static func nested(_ rows: [JSONObject], _ columns: [ReportColumn]) -> [JSONValue] {
        guard let first = columns.first, let second = columns.dropFirst().first else { return [] }
        return groups(rows, by: first).map { key, rows in
            let parts = rows.map { row in
                JSONObject.Member(name: row[second.name]?.stringValue ?? "", value: item(row, columns.dropFirst(2)))
            }
            return .object(JSONObject([.init(name: first.name, value: key)] + parts))
        }
    }

    // MARK: Schema

    func schema(_ columns: [ReportColumn]) -> (members: [JSONObject.Member], required: [String]) {
        switch self {
        case .list(let name):
            return ([.init(name: name, value: Schema.array(ReportShape.schema(columns)))], [name])
        case .lists:
            let list = Schema.array(ReportShape.schema(columns.dropFirst()))
            // What is held back from somebody is left out.
            return (ReportShape.choices(columns.first).map { .init(name: $0, value: list) }, [])
        case .nested(let name):
            let parts = ReportShape.choices(columns.dropFirst().first)
            let part = ReportShape.schema(columns.dropFirst(2))
            let members =
                columns.prefix(1).map { JSONObject.Member(name: $0.name, value: $0.schema) }
                + parts.map { JSONObject.Member(name: $0, value: part) }
            let item = Schema.object(JSONObject(members), required: members.map(\.name))
            return ([.init(name: name, value: Schema.array(item))], [name])
        }
    }

    private static func schema(_ columns: some Collection<ReportColumn>) -> JSONValue {
        Schema.object(
            JSONObject(columns.map { .init(name: $0.name, value: $0.schema) }),
            required: columns.map(\.name)
        )
    }

    private static func choices(_ column: ReportColumn?) -> [String] {
        guard case .choice(let choices) = column?.kind else { return [] }
        return choices.map(\.code)
    }
}
