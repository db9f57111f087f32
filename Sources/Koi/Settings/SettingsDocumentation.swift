import KoiHTTP
import KoiJSON

extension Settings {
    /// There is one row, and it is never removed.
    static let shown = Selection(
        fields: Set(resource.declared.map(\.name) + ["version", "updatedAt"])
    )

    /// How Koi reaches its mail server is for those who look after it.
    static let shownToAll = Selection(fields: shown.fields?.subtracting(["mail"]))
}

/// What `openapi.yaml` says of the settings, made from their field list.
enum SettingsDocumentation {
    static let show: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showSettings",
            tag: "settings",
            "Shows what holds for the whole company; `mail` only to whoever may change it."
        )
        docs.parameters = [
            Schema.headerParameter("If-None-Match", "Answer 304 if the representation is this one.")
        ]
        docs.answer = answer
        docs.answerFields = ["ETag": "Version and representation of the settings."]
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()

    static let change: RouteDocumentation = {
        var docs = RouteDocumentation(
            "changeSettings",
            tag: "settings",
            "Changes them by a JSON merge patch (RFC 7396)."
        )
        docs.parameters = [
            Schema.headerParameter("If-Match", "Carry it out only if they still have the version of this tag.")
        ]
        docs.request = Schema.object(
            properties(Settings.resource.declared, Settings.mailFields + [Settings.password], true)
        )
        docs.requestType = "application/merge-patch+json"
        docs.answer = answer
        docs.answerFields = ["ETag": "Version and representation of the settings."]
        docs.problems = [
            .badRequest, .forbidden, .conflict, .preconditionFailed, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }()

    private static let answer: JSONValue = {
        let shown = Settings.resource.fields.filter { Settings.shown.fields?.contains($0.name) ?? true }
        return Schema.object(
            properties(shown, Settings.mailFields, false),
            required: shown.map(\.name).filter { $0 != "mail" }
        )
    }()

    private static func properties(_ fields: [Field], _ mail: [Field], _ forWriting: Bool) -> JSONObject {
        func schemas(_ fields: [Field]) -> JSONObject {
            let named = forWriting ? fields.filter { !$0.isReadOnly } : fields
            return JSONObject(named.map { .init(name: $0.name, value: $0.schema(forWriting: forWriting)) })
        }
        var properties = schemas(fields)
        let object = Schema.object(schemas(mail))
        properties["mail"] = forWriting ? ["anyOf": [object, ["type": "null"]]] : object
        return properties
    }
}
