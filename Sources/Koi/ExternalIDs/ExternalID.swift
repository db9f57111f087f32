package import KoiJSON

/// What a record is called in another system: the customer number of an ERP, the id of a web shop.
///
/// Two are the same where their bytes are: neither case nor spelling is looked through, and nothing is trimmed.
package struct ExternalID: Sendable {
    /// In Unicode code points.
    package static let maximumSystem = 100
    package static let maximumKey = 200
    package static let maximumPerRecord = 50

    package let system: String
    package let key: String

    /// - Throws: where either is empty, too long, or could not stand in a path or filter.
    package init(system: String, key: String) throws(ValueRefusal) {
        try ExternalID.check(system, "system", maximum: ExternalID.maximumSystem)
        guard !system.utf8.contains(UInt8(ascii: ":")), !system.hasPrefix("$") else { throw ExternalID.badSystem }
        try ExternalID.check(key, "key", maximum: ExternalID.maximumKey)
        self.system = system
        self.key = key
    }

    /// As a record shows it: `{"system": "erp", "key": "C-1009"}`.
    init(_ value: JSONValue) throws(ValueRefusal) {
        guard let object = value.objectValue else {
            throw ValueRefusal("not_object", "Send an object.", "请填写对象。")
        }
        for member in object.members where member.name != "system" && member.name != "key" {
            throw ValueRefusal("unknown_field", "There is no such field.", "没有这个字段。", path: member.name)
        }
        try self.init(system: ExternalID.text(object, "system"), key: ExternalID.text(object, "key"))
    }

    /// As a filter has it: `erp:C-1009`.
    init(parameter text: String) throws(ValueRefusal) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw ValueRefusal("bad_parameter", "Give system and key: erp:C-1009.", "请填写系统和键，例如 erp:C-1009。")
        }
        try self.init(system: String(parts[0]), key: String(parts[1]))
    }

    /// As a reference has it: `{"erp": "C-1009"}`.
    init(reference object: JSONObject) throws(ValueRefusal) {
        guard object.count == 1, let member = object.members.first, let key = member.value.stringValue else {
            throw ValueRefusal(
                "bad_key",
                "Send the number of a record, or its key in another system: {\"erp\": \"C-1009\"}.",
                "请填写记录编号，或其在其他系统中的键，例如 {\"erp\": \"C-1009\"}。"
            )
        }
        try self.init(system: member.name, key: key)
    }

    /// Those of a checked or stored value of the field.
    package static func list(_ value: JSONValue) -> [ExternalID] {
        (value.arrayValue ?? []).compactMap { try? ExternalID($0) }
    }

    package var json: JSONValue { ["system": .string(system), "key": .string(key)] }
    /// As a filter has it.
    package var parameter: String { system + ":" + key }

    private static func text(_ object: JSONObject, _ name: String) throws(ValueRefusal) -> String {
        guard let value = object[name], !value.isNull else { throw ValueRefusal(.required, at: name) }
        guard let text = value.stringValue else {
            throw ValueRefusal("not_text", "Send a text.", "请填写文本。", path: name)
        }
        return text
    }

    private static func check(_ text: String, _ name: String, maximum: Int) throws(ValueRefusal) {
        guard !text.isEmpty else { throw ValueRefusal(.required, at: name) }
        guard text.unicodeScalars.count <= maximum else {
            throw ValueRefusal("too_long", "Send at most \(maximum) characters.", "最多 \(maximum) 个字符。", path: name)
        }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw ValueRefusal("control_character", "Leave out control characters.", "请去掉控制字符。", path: name)
        }
        // A path would lose them (RFC 3986 §5.2.4).
        guard text != ".", text != ".." else {
            throw ValueRefusal("not_a_name", "A dot or two cannot stand in a path.", "路径中不能使用单独的“.”或“..”。", path: name)
        }
    }

    private static let badSystem = ValueRefusal(
        "bad_system",
        "The name of a system has no colon and does not begin with $.",
        "系统名称不能含冒号，也不能以 $ 开头。",
        path: "system"
    )
}

extension ExternalID: Hashable {
    /// `String` alone takes canonically equivalent spellings for the same, which the database does not.
    package static func == (left: ExternalID, right: ExternalID) -> Bool {
        left.system.utf8.elementsEqual(right.system.utf8) && left.key.utf8.elementsEqual(right.key.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for part in [system, key] {
            hasher.combine(part.utf8.count)
            for byte in part.utf8 { hasher.combine(byte) }
        }
    }
}

extension FieldKind {
    static func externalIDs(_ value: JSONValue) throws(ValueRefusal) -> JSONValue {
        guard let items = value.arrayValue else { throw ValueRefusal("not_array", "Send a list.", "请填写列表。") }
        let maximum = ExternalID.maximumPerRecord
        guard items.count <= maximum else {
            throw ValueRefusal("too_many", "Send at most \(maximum) items.", "最多 \(maximum) 项。")
        }
        var ids: [ExternalID] = []
        for (index, item) in items.enumerated() {
            do throws(ValueRefusal) {
                let id = try ExternalID(item)
                if !ids.contains(id) { ids.append(id) }
            } catch {
                throw ValueRefusal(error, at: "[\(index)]")
            }
        }
        return .array(ids.map(\.json))
    }
}
