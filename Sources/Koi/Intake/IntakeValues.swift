import KoiHTTP
import KoiJSON

/// What was sent to a form, in whichever way: by names, texts as texts.
struct IntakeValues {
    /// Beyond what any form asks for.
    private static let maximumValues = 200
    static let types: Set<String> = ["application/x-www-form-urlencoded", "multipart/form-data"]

    private let values: [String: JSONValue]
    /// Whether it came as browsers send forms, and somebody looks at a page.
    let isForm: Bool

    /// - Throws: `Problem` 400 where it cannot be read.
    init(_ call: Call) throws {
        let type = call.request.head.fields["Content-Type"] ?? ""
        guard IntakeValues.types.contains(RequestBody.essence(type)) else {
            self = IntakeValues(try call.object())
            return
        }
        isForm = true
        guard case .bytes(let bytes) = call.request.body else {
            values = [:]
            return
        }
        let fields = try IntakeValues.fields(bytes, type)
        values = Dictionary(
            fields.prefix(IntakeValues.maximumValues).map { ($0.name, JSONValue.string($0.value)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What a page of the company's sends.
    init(_ object: JSONObject) {
        isForm = false
        values = Dictionary(
            object.members.prefix(IntakeValues.maximumValues).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func fields(_ bytes: [UInt8], _ type: String) throws -> [(name: String, value: String)] {
        do {
            return try FormFields.read(bytes, type: type)
        } catch let refusal as Refusal {
            throw Problem(refusal.status, refusal.code, RefusalTexts.text(of: refusal))
        }
    }

    subscript(_ name: String) -> JSONValue { values[name] ?? .null }

    /// As it was typed.
    func text(_ name: String) -> String { self[name].stringValue ?? "" }

    /// Whether anything but white space stands there.
    func isFilled(_ name: String) -> Bool {
        let value = self[name]
        guard let text = value.stringValue else { return !value.isNull }
        return text.contains { !$0.isWhitespace }
    }

    /// The fields of a lead or ticket.
    func body(of form: Record, _ custom: CustomFields) -> JSONObject {
        var body = JSONObject()
        var own = JSONObject()
        for field in IntakeForm.fields(of: form, custom) {
            guard let value = CellReader.value(self[field.name], field.kind), !value.isNull else { continue }
            if field.name.hasPrefix("custom.") {
                own[String(field.name.dropFirst("custom.".count))] = value
            } else {
                body[field.name] = value
            }
        }
        if !own.isEmpty { body["custom"] = .object(own) }
        return body
    }
}
