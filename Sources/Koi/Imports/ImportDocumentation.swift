import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of imports.
enum ImportDocumentation {
    static let add: RouteDocumentation = {
        var docs = documentation(
            "addImport",
            "Takes a file in, to be looked at before its rows are: 201 with what was found."
        )
        docs.parameters = [
            Schema.queryParameter("resource", Schema.queryText, required: true, "Of which resource its rows are."),
            Schema.queryParameter(
                "name",
                ["type": "string", "pattern": "^[^\\u0000]*$", "maxLength": 200],
                "What the file is called."
            ),
            Schema.queryParameter(
                "format",
                ["type": "string", "enum": .array(ImportFormat.allCases.map { .string($0.rawValue) })],
                "Its form, where its type and its beginning do not tell."
            ),
            Schema.queryParameter(
                "encoding",
                Schema.queryText,
                "Its encoding, such as gb18030, where it is not recognised."
            ),
            Schema.queryParameter(
                "delimiter",
                ["type": "string", "enum": [",", ";", "|", "tab"]],
                "What is between its cells."
            ),
        ]
        docs.fileTypes = ["text/csv", "application/x-ndjson", "text/vcard"]
        docs.status = .created
        docs.answer = order
        docs.answerFields = ["Location": "Where the import is."]
        docs.problems = [
            .badRequest, .forbidden, .contentTooLarge, .unsupportedMediaType, .unprocessableContent,
            .serviceUnavailable,
        ]
        return docs
    }()

    static let list: RouteDocumentation = {
        var docs = documentation("browseImports", "Lists one's imports, newest first, a page at a time.")
        docs.parameters = [
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most imports of a page."
            ),
            Schema.cursorParameter,
        ]
        docs.answer = Schema.object(
            ["items": Schema.array(order), "next": ["type": ["string", "null"]]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest]
        return docs
    }()

    static let show = one("showImport", "Shows one import, with how far it got.")

    static let change: RouteDocumentation = {
        var docs = one("changeImport", "Says where columns go and how rows are taken in, before the import is begun.")
        var properties = ImportSettings.fields.schema.objectValue?["properties"]?.objectValue ?? [:]
        properties["mapping"] = [
            "type": "array", "items": ["type": ["string", "null"]],
            "description": "For each column a field, custom.key, externalIds.system or id; null for none.",
        ]
        docs.request = Schema.object(properties)
        docs.requestType = "application/merge-patch+json"
        docs.problems += [.conflict, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let remove: RouteDocumentation = {
        var docs = one(
            "removeImport",
            "Deletes the file of an import and what it says of its rows. What was imported stays."
        )
        docs.status = .noContent
        docs.answer = nil
        docs.problems += [.conflict]
        return docs
    }()

    static let begin = begun("beginImport", "Has the rows taken in, or only tried.")
    static let undo = begun(
        "undoImport",
        "Takes an import back: what it made goes to the bin, what it changed gets its values back."
    )

    static let cancel: RouteDocumentation = {
        var docs = one("cancelImport", "Ends an import before its next row. What was taken in stays.")
        docs.problems += [.conflict]
        return docs
    }()

    static let errors: RouteDocumentation = {
        var docs = one(
            "showImportErrors",
            "The rows that were not taken in, as they came, with line and problem: to be mended and sent again."
        )
        docs.answer = ["type": "string"]
        docs.answerType = "text/csv"
        docs.otherTypes = ["application/x-ndjson", "text/vcard"]
        docs.problems += [.conflict]
        return docs
    }()

    private static func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: "imports", summary)
    }

    private static func one(_ operation: String, _ summary: String) -> RouteDocumentation {
        var docs = documentation(operation, summary)
        docs.parameters = [Schema.idParameter]
        docs.answer = order
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    private static func begun(_ operation: String, _ summary: String) -> RouteDocumentation {
        var docs = one(operation, summary)
        docs.status = .accepted
        docs.answerFields = ["Location": "Where the import is."]
        docs.problems += [.forbidden, .conflict, .unprocessableContent]
        return docs
    }

    private static let order: JSONValue = {
        let text: JSONValue = ["type": "string"]
        let texts: JSONValue = ["type": ["string", "null"]]
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let time: JSONValue = ["type": ["string", "null"], "format": "date-time"]
        func anyObject(_ description: String) -> JSONValue {
            ["type": ["object", "null"], "description": .string(description)]
        }
        let column = Schema.object(
            ["heading": text, "samples": Schema.array(text), "target": texts],
            required: ["heading", "samples", "target"]
        )
        let names = ["rows", "created", "changed", "unchanged", "refused"]
        let counts = Schema.object(JSONObject(names.map { .init(name: $0, value: count) }), required: names)
        let progress = Schema.object(
            ["done": count, "total": count, "secondsLeft": ["type": ["integer", "null"]]],
            required: ["done", "total", "secondsLeft"]
        )
        let properties: JSONObject = [
            "id": Schema.idSchema, "resource": text, "user": ["type": ["integer", "null"]], "name": texts,
            "format": ["type": "string", "enum": .array(ImportFormat.allCases.map { .string($0.rawValue) })],
            "encoding": text, "delimiter": texts, "size": count, "hasFile": ["type": "boolean"],
            "state": ["type": "string", "enum": .array(Import.State.allCases.map { .string($0.rawValue) })],
            "columns": Schema.array(column), "mapping": Schema.array(texts), "mode": text, "key": texts,
            "dryRun": ["type": "boolean"], "onProblem": text, "emptyCells": text,
            "allowDuplicate": ["type": "boolean"],
            "preview": [
                "type": "object", "description": "The first rows as they would be taken in, and the first problems.",
            ],
            "counts": counts, "progress": progress, "job": ["type": ["integer", "null"]],
            "undo": anyObject("What was taken back, and what stays since it was changed."),
            "error": anyObject("Why it failed."), "createdAt": time, "startedAt": time, "finishedAt": time,
            "expiresAt": time,
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
