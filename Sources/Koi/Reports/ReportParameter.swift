import KoiJSON
import KoiSQLite

/// What can be asked of a report beside its period.
struct ReportParameter: Sendable {
    let name: String
    let kind: FieldKind
    /// For `openapi.yaml`.
    let note: String
    /// What holds where nothing is given.
    private(set) var usual: SQLValue?
    private(set) var takesSeveral = false

    private init(_ name: String, _ kind: FieldKind, _ note: String) {
        self.name = name
        self.kind = kind
        self.note = note
    }

    /// Narrows the report to records with one of several values between commas.
    static func filter(_ name: String, _ kind: FieldKind, _ note: String) -> ReportParameter {
        var parameter = ReportParameter(name, kind, note)
        parameter.takesSeveral = true
        return parameter
    }

    /// The number of a record.
    static func record(_ name: String, of resource: String, _ note: String) -> ReportParameter {
        ReportParameter(name, .reference(resource), note)
    }

    /// One of several words, the first where none is given.
    static func choice(_ name: String, _ words: [String], _ note: String) -> ReportParameter {
        var parameter = ReportParameter(name, .choice(words.map { Choice($0, $0, $0) }), note)
        parameter.usual = words.first.map(SQLValue.text)
        return parameter
    }

    static func number(_ name: String, _ range: ClosedRange<Int64>, usual: Int64, _ note: String) -> ReportParameter {
        var parameter = ReportParameter(name, .integer(range), note)
        parameter.usual = .integer(usual)
        return parameter
    }

    /// A day as such, without a time zone.
    static func day(_ name: String, _ note: String) -> ReportParameter {
        ReportParameter(name, .date, note)
    }

    /// How many rows there are at most.
    static func limit(_ usual: Int64) -> ReportParameter {
        number("limit", 1...Int64(ListQuery.maximumLimit), usual: usual, "The most rows of the answer.")
    }

    /// - Throws: `Problem` naming the parameter.
    func values(_ text: String, for actor: Actor) throws -> [SQLValue] {
        let parts =
            takesSeveral ? text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) : [text]
        guard parts.count <= ListQuery.maximumValues else {
            throw Problem.badParameter(
                name,
                Text("Give at most \(ListQuery.maximumValues) values.", "最多 \(ListQuery.maximumValues) 个值。")
            )
        }
        let parser = FilterParser(name, text, actor)
        return try parts.map { part in
            let value = try parser.value(kind, part)
            try checkRange(value)
            return value
        }
    }

    private func checkRange(_ value: SQLValue) throws {
        guard case .integer(let range) = kind, case .integer(let number) = value, !range.contains(number) else {
            return
        }
        throw Problem.badParameter(
            name,
            Text(
                "Give a whole number from \(range.lowerBound) to \(range.upperBound).",
                "请填写 \(range.lowerBound) 到 \(range.upperBound) 之间的整数。"
            )
        )
    }

    var documentation: JSONValue {
        guard !takesSeveral else { return Schema.queryParameter(name, FilterSchema.schema(of: kind, ""), note) }
        var members = kind.schema(forWriting: false).members
        switch usual {
        case .integer(let number): members.append(.init(name: "default", value: .integer(number)))
        case .text(let word): members.append(.init(name: "default", value: .string(word)))
        default: break
        }
        return Schema.queryParameter(name, .object(JSONObject(members)), note)
    }
}
