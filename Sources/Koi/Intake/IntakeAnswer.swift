import KoiHTTP
import KoiJSON

/// What programs and the pages of other sites are answered.
struct IntakeAnswer {
    /// There is nothing in it that not everybody may read, and no cookie counts here.
    private static let common = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store")]

    private let form: Record
    private let stamp: String
    private let fields: [(name: String, kind: FieldKind, label: Text)]
    private let required: [String]
    private let language: Language

    init(_ form: Record, _ call: Call) throws {
        let transaction = try call.transaction()
        self.form = form
        stamp = try IntakeStamp(form, transaction).make(at: transaction.now)
        fields = IntakeForm.fields(of: form, transaction.catalog.customFields.current)
        required = IntakeForm.required(of: form, transaction.catalog.customFields.current)
        language = call.language
    }

    /// The same whatever became of it.
    static let taken = Answer(
        .accepted,
        fields: Fields([("Content-Type", "application/json")] + common),
        Array(#"{"received":true}"#.utf8)
    )

    var json: Answer {
        let document: JSONValue = [
            "name": form["name"], "stamp": .string(stamp), "trap": form["trap"],
            "fields": .array(
                fields.map { field in
                    [
                        "name": .string(field.name), "label": .string(field.label(language)),
                        "required": .bool(required.contains(field.name)),
                    ]
                }
            ),
        ]
        return Answer(
            .ok,
            fields: Fields(
                [("Content-Type", "application/json"), ("Vary", "Accept, Accept-Language")] + IntakeAnswer.common
            ),
            Array(document.text.utf8)
        )
    }
}
