import KoiSQLite

/// What a list of happenings asks for, which are no records: filters by equality or time, `limit`, and where to go on.
struct LogQuery {
    /// A parameter by which the list can be narrowed.
    struct Filter: Sendable {
        let name: String
        let kind: FieldKind
        /// Whether it takes several values between commas.
        var takesSeveral = true
        let condition: @Sendable ([SQLValue]) -> SQLFragment

        /// The column has the value, or one of several between commas.
        static func isOne(_ name: String, _ kind: FieldKind, _ column: String) -> Filter {
            Filter(name: name, kind: kind) { SQLFragment("\(column) IN (\(Dialect.marks($0)))", $0) }
        }

        /// The column lies at or after the moment of `from`, and before that of `to`.
        static func period(_ column: String) -> [Filter] {
            [
                Filter(name: "from", kind: .time, takesSeveral: false) { SQLFragment("\(column) >= ?", $0) },
                Filter(name: "to", kind: .time, takesSeveral: false) { SQLFragment("\(column) < ?", $0) },
            ]
        }
    }

    private(set) var condition = SQLFragment("1 = 1")
    private(set) var limit = ListQuery.defaultLimit
    /// The names of the filters that are set.
    private(set) var filtered: Set<String> = []
    private var place: String?
    /// Marks the filters, so that a cursor of another list is recognised.
    private(set) var mark = Fingerprint()

    /// - Parameters:
    ///   - list: what is listed, such as the path.
    ///   - place: the parameter that says where to go on: `cursor`, `after`.
    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(
        _ parameters: [Parameter],
        of list: String,
        filters: [Filter] = [],
        from place: String = "cursor",
        for actor: Actor
    ) throws {
        mark.add(list)
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            if let filter = filters.first(where: { $0.name == name }) {
                try add(filter, value, actor)
            } else if name == "limit" {
                limit = try LogQuery.limit(value)
            } else if name == place {
                self.place = value
            } else {
                throw LogQuery.unknown(name, filters.map(\.name) + ["limit", place])
            }
        }
    }

    private mutating func add(_ filter: Filter, _ value: String, _ actor: Actor) throws {
        filtered.insert(filter.name)
        mark.add(filter.name)
        mark.add(value)
        condition.append(" AND ")
        condition.append(filter.condition(try LogQuery.values(filter, value, actor)))
    }

    private static func values(_ filter: Filter, _ value: String, _ actor: Actor) throws -> [SQLValue] {
        let parts =
            filter.takesSeveral ? value.split(separator: ",", omittingEmptySubsequences: false) : [value[...]]
        guard parts.count <= ListQuery.maximumValues else {
            throw Problem.badParameter(
                filter.name,
                Text("Give at most \(ListQuery.maximumValues) values.", "最多 \(ListQuery.maximumValues) 个值。")
            )
        }
        let parser = FilterParser(filter.name, value, actor)
        return try parts.map { try parser.value(filter.kind, String($0)) }
    }

    // MARK: Where to go on

    /// Where in the log the list goes on, as a client gives it; nil where it begins.
    ///
    /// - Throws: `Problem` where it is no place in a log.
    func logPosition() throws -> LogPosition? {
        try place.map { try LogPosition($0, in: "after") }
    }

    /// The row after which the page begins, by the cursor that the page before gave; nil for the first page.
    func position() throws -> Int64? {
        try place.map { try Cursor.decode($0, query: mark.value, keys: 0).id }
    }

    func cursor(after id: Int64) -> String {
        Cursor.encode(Position(values: [], id: id), query: mark.value)
    }

    private static func limit(_ value: String) throws -> Int {
        guard let number = Digits.integer(value), (1...Int64(ListQuery.maximumLimit)).contains(number) else {
            throw Problem.badParameter(
                "limit",
                Text(
                    "Give a whole number from 1 to \(ListQuery.maximumLimit).",
                    "请填写 1 到 \(ListQuery.maximumLimit) 之间的整数。"
                )
            )
        }
        return Int(number)
    }

    private static func unknown(_ name: String, _ known: [String]) -> Problem {
        let list = known.joined(separator: ", ")
        return .badParameter(
            name,
            Text("There is no such parameter. This list takes \(list).", "没有这个参数。此列表接受 \(list)。")
        )
    }
}
