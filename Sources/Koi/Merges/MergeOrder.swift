import KoiJSON

/// What is asked for when two records are to be one: which goes, and whose value each field gets.
struct MergeOrder {
    enum Choice: Equatable {
        case survivor
        case loser
        /// Both together, of lists, links and long texts.
        case both
        /// One that neither has.
        case value(JSONValue)

        init?(_ sent: JSONValue) {
            switch sent {
            case "survivor": self = .survivor
            case "loser": self = .loser
            case "both": self = .both
            case .object(let object):
                guard object.count == 1, let value = object["value"] else { return nil }
                self = .value(value)
            default: return nil
            }
        }

        /// As a preview tells it.
        var name: String {
            switch self {
            case .survivor: "survivor"
            case .loser: "loser"
            case .both: "both"
            case .value: "value"
            }
        }
    }

    let loser: Int64
    /// As they were sent, by the name of the field.
    let fields: JSONObject

    /// The members of the body, for `openapi.yaml` too.
    static let body = BodyFields([
        .integer("from", "From", "并入的记录", 1...Int64.max).required()
            .noted(
                "The number of the record that goes: it lies in the bin afterwards, and its number leads to the other.",
                "被并入的记录编号：合并后进入回收站，其编号指向保留的记录。"
            ).example(17),
        Field("fields", .object, Text("Fields", "字段"))
            .noted(
                "By field survivor, loser, both (lists, links, long texts) or {\"value\": …}. Without a word the survivor's value stays, the loser's fills what is empty, and lists are joined.",
                "按字段填写 survivor、loser、both（列表、关联、长文本）或 {\"value\": …}。未指定时保留原值，空值由对方补充，列表合并。"
            ).example(["phone": "loser", "name": ["value": "重庆机械有限公司"]]),
        .boolean("preview", "Preview", "预览").fallback(false)
            .noted("Says what would be done, and does nothing.", "仅说明结果，不执行。"),
    ])

    /// - Parameter body: as `MergeOrder.body` has read it.
    init(_ body: JSONObject) {
        loser = body["from"]?.integerValue ?? 0
        fields = body["fields"]?.objectValue ?? [:]
    }
}
