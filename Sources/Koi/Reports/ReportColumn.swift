import KoiJSON

/// One value of a report's rows, or of what it says once: its name in JSON, its heading in tables, and what it can hold.
struct ReportColumn: Sendable {
    enum Kind: Sendable {
        /// The number of a record.
        case id
        case text
        /// A word in JSON, its label in tables.
        case choice([Choice])
        /// The number of a record or a word, by what the rows are grouped by.
        case key
        case count
        /// In the smallest unit of a currency.
        case amount
        /// Per cent of a whole, to a tenth.
        case share
        /// Per cent, to a tenth, which may be more than a hundred.
        case percent
        case seconds
        case time
        case day
    }

    let name: String
    let label: Text
    let kind: Kind
    private(set) var isNullable = false
    /// What tables say where there is nothing.
    private(set) var absence: Text?
    private(set) var isInTables = true
    private(set) var note: String?

    init(_ name: String, _ en: String, _ zh: String, _ kind: Kind) {
        self.name = name
        label = Text(en, zh)
        self.kind = kind
    }

    func nullable() -> ReportColumn {
        var copy = self
        copy.isNullable = true
        return copy
    }

    /// May be null, for which tables have words.
    func nullable(_ en: String, _ zh: String) -> ReportColumn {
        var copy = nullable()
        copy.absence = Text(en, zh)
        return copy
    }

    /// Stays in JSON, where programs follow it: tables have a name beside it.
    func leftOutOfTables() -> ReportColumn {
        var copy = self
        copy.isInTables = false
        return copy
    }

    /// Says in `openapi.yaml` what name and kind do not.
    func noted(_ note: String) -> ReportColumn {
        var copy = self
        copy.note = note
        return copy
    }

    // MARK: Tables

    func cell(_ value: JSONValue, _ language: Language) -> String {
        switch (value, kind) {
        case (.null, _): absence?(language) ?? ""
        case (.string(let code), .choice(let choices)):
            choices.first { $0.code == code }?.label(language) ?? code
        case (.string(let text), _): text
        default: value.text
        }
    }

    // MARK: Schema

    var schema: JSONValue {
        var members = type.members
        if isNullable { members = ReportColumn.nullable(members) }
        let notes = [unit, note].compactMap { $0 }
        if !notes.isEmpty {
            members.append(.init(name: "description", value: .string(notes.joined(separator: " "))))
        }
        return .object(JSONObject(members))
    }

    private var unit: String? {
        switch kind {
        case .share, .percent: "In per cent."
        case .amount: "In the smallest unit of the currency."
        default: nil
        }
    }

    private var type: JSONObject {
        switch kind {
        case .id: Schema.idSchema.objectValue ?? [:]
        case .text: ["type": "string"]
        case .choice(let choices): ["type": "string", "enum": .array(choices.map { .string($0.code) })]
        case .key: ["type": ["integer", "string"]]
        case .count, .seconds: ["type": "integer", "minimum": 0]
        case .amount: ["type": "integer", "format": "int64", "minimum": 0]
        case .share: ["type": "number", "minimum": 0, "maximum": 100]
        case .percent: ["type": "number"]
        case .time: ["type": "string", "format": "date-time"]
        case .day: ["type": "string", "format": "date"]
        }
    }

    private static func nullable(_ members: [JSONObject.Member]) -> [JSONObject.Member] {
        members.map { member in
            switch member.name {
            case "type":
                .init(name: "type", value: .array((member.value.arrayValue ?? [member.value]) + [.string("null")]))
            case "enum": .init(name: "enum", value: .array((member.value.arrayValue ?? []) + [.null]))
            default: member
            }
        }
    }
}
