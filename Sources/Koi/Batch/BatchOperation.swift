import KoiHTTP
import KoiJSON

/// One request of a batch.
struct BatchOperation {
    /// By which later operations name what came of it.
    let id: String?
    let method: Method
    /// Path and query, in which segments may name results: `/v1/customers/$acme`.
    let path: String
    let body: JSONValue
    let ifMatch: String?
    let ifNoneMatch: String?

    /// - Parameter value: as it was sent.
    init(_ value: JSONValue) throws(ValueRefusal) {
        guard let object = value.objectValue else {
            throw ValueRefusal("not_object", "Send an object.", "请填写对象。")
        }
        for member in object.members where !BatchOperation.members.contains(member.name) {
            throw ValueRefusal("unknown_field", "There is no such field.", "没有这个字段。", path: member.name)
        }
        id = try BatchOperation.id(object["id"])
        method = try BatchOperation.method(object["method"])
        path = try BatchOperation.path(object["path"])
        body = object["body"] ?? .null
        ifMatch = try BatchOperation.tag(object["ifMatch"], "ifMatch", "If-Match")
        ifNoneMatch = try BatchOperation.tag(object["ifNoneMatch"], "ifNoneMatch", "If-None-Match")
    }

    private static let members: Set<String> = ["id", "method", "path", "body", "ifMatch", "ifNoneMatch"]
    static let methods: [Method] = [.get, .post, .put, .patch, .delete]
    static let maximumPath = 4_000
    static let maximumID = 64

    private static func id(_ value: JSONValue?) throws(ValueRefusal) -> String? {
        guard let text = try text(value, "id") else { return nil }
        guard (1...maximumID).contains(text.utf8.count), text.utf8.allSatisfy(BatchReference.isNameByte) else {
            throw ValueRefusal(
                "bad_id",
                "Send 1 to \(maximumID) letters, digits, - and _.",
                "请使用 1 到 \(maximumID) 个字母、数字、- 和 _。",
                path: "id"
            )
        }
        return text
    }

    private static func method(_ value: JSONValue?) throws(ValueRefusal) -> Method {
        let text = try text(value, "method")
        guard let method = methods.first(where: { $0.rawValue == text }) else {
            let names = methods.map(\.rawValue).joined(separator: ", ")
            throw ValueRefusal("not_a_choice", "Send one of: \(names).", "请从以下取值中选择：\(names)。", path: "method")
        }
        return method
    }

    private static func path(_ value: JSONValue?) throws(ValueRefusal) -> String {
        guard let text = try text(value, "path"), text.hasPrefix("/v1/"), text.utf8.count <= maximumPath else {
            throw ValueRefusal(
                "bad_path",
                "Send a path of at most \(maximumPath) bytes that begins with /v1/.",
                "请填写以 /v1/ 开头、不超过 \(maximumPath) 字节的路径。",
                path: "path"
            )
        }
        return text
    }

    /// A condition that could not be a field must not be left out, as that would be none.
    private static func tag(_ value: JSONValue?, _ name: String, _ field: String) throws(ValueRefusal) -> String? {
        guard let text = try text(value, name) else { return nil }
        var fields = Fields()
        guard !text.isEmpty, fields.append(field, text) else {
            throw ValueRefusal(
                "bad_tag",
                "Send a tag as the field takes it: \"3\".",
                "请按请求头字段的格式填写，例如 \"3\"。",
                path: name
            )
        }
        return text
    }

    private static func text(_ value: JSONValue?, _ name: String) throws(ValueRefusal) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw ValueRefusal("not_text", "Send a text.", "请填写文本。", path: name)
        }
        return text
    }
}
