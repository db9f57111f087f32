import KoiJSON

/// How a file is to be taken in, as its sender said.
struct ImportSettings: Sendable, Equatable {
    enum Mode: String, CaseIterable, Sendable {
        case create
        case update
        case createOrUpdate
    }

    /// For each column the field that it goes to; nil for none.
    var mapping: [String?]
    var mode = Mode.create
    /// The target by which a record is known that is there already.
    var key: String?
    /// Whether everything is only tried.
    var isDryRun = false
    /// Whether the first row that cannot be taken ends the import.
    var stopsAtProblem = false
    /// Whether an empty cell takes the value away, and does not leave it as it is.
    var clearsEmpty = false
    /// Whether rows are taken in also where such a record may be there already.
    var allowsDuplicate = false

    init(mapping: [String?]) {
        self.mapping = mapping
    }

    /// As it is stored, and shown.
    init(_ object: JSONObject) {
        mapping = (object["mapping"]?.arrayValue ?? []).map(\.stringValue)
        mode = object["mode"]?.stringValue.flatMap(Mode.init) ?? .create
        key = object["key"]?.stringValue
        isDryRun = object["dryRun"]?.boolValue ?? false
        stopsAtProblem = object["onProblem"] == "stop"
        clearsEmpty = object["emptyCells"] == "clear"
        allowsDuplicate = object[DuplicateCheck.parameter]?.boolValue ?? false
    }

    var json: JSONObject {
        [
            "mapping": .array(mapping.map { $0.map(JSONValue.string) ?? .null }),
            "mode": .string(mode.rawValue),
            "key": key.map(JSONValue.string) ?? .null,
            "dryRun": .bool(isDryRun),
            "onProblem": stopsAtProblem ? "stop" : "skip",
            "emptyCells": clearsEmpty ? "clear" : "keep",
            "allowDuplicate": .bool(allowsDuplicate),
        ]
    }

    /// The members of a change but for the mapping, which has nulls in it.
    static let fields = BodyFields([
        .choice("mode", "Mode", "方式", Mode.allCases.map { Choice($0.rawValue, $0.rawValue, $0.rawValue) }),
        .text("key", "Key", "匹配字段", max: 120)
            .noted(
                "The target by which records are known that are there already: id, externalIds.erp, or a field that search finds.",
                "用于识别已有记录的目标：id、externalIds.erp 或可被搜索的字段。"
            ),
        .boolean("dryRun", "Only try", "试运行"),
        .choice(
            "onProblem",
            "At a problem",
            "遇到问题时",
            [Choice("skip", "Skip the row", "跳过该行"), Choice("stop", "Stop", "停止")]
        ),
        .choice(
            "emptyCells",
            "Empty cells",
            "空单元格",
            [Choice("keep", "Leave the value", "保留原值"), Choice("clear", "Take it away", "清空")]
        ),
        .boolean(DuplicateCheck.parameter, "Allow duplicates", "允许重复")
            .noted(
                "Whether rows are taken in also where such a record may be there already; else they are refused.",
                "可能已有相同记录的行是否仍然导入；否则拒绝该行。"
            ),
    ])

    /// The same settings with what a client changed.
    ///
    /// - Throws: `Problem.invalid`
    func changed(by body: JSONObject) throws -> ImportSettings {
        var merged = json
        let sent = try ImportSettings.fields.read(JSONObject(body.members.filter { $0.name != "mapping" }))
        for member in sent.members where body[member.name] != nil {
            merged[member.name] = member.value.isNull ? ImportSettings(mapping: []).json[member.name] : member.value
        }
        if let mapping = body["mapping"] {
            guard let items = mapping.arrayValue, items.count == self.mapping.count,
                items.allSatisfy({ $0.isNull || $0.stringValue != nil })
            else {
                let refusal = ValueRefusal(
                    "not_mapping",
                    "Send a list with a field or null for each of the \(self.mapping.count) columns.",
                    "请填写列表：\(self.mapping.count) 列中的每一列对应一个字段或 null。"
                )
                throw Problem.invalid([refusal.issue(field: "mapping")])
            }
            merged["mapping"] = mapping
        }
        return ImportSettings(merged)
    }
}
