import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of exports of the whole company.
enum CompanyExportDocumentation {
    static let add: RouteDocumentation = {
        var docs = RouteDocumentation(
            "addExport",
            tag: "exports",
            """
            Has all that the company has written into a file that another Koi can take in: 202 with the export, whose file is \
            there for a day once its state is ready. For administrators.
            """
        )
        docs.status = .accepted
        docs.answer = export
        docs.answerFields = ["Location": "Where the export is."]
        docs.problems = [.badRequest, .forbidden, .conflict]
        return docs
    }()

    static let list: RouteDocumentation = {
        var docs = RouteDocumentation("browseExports", tag: "exports", "Lists exports, newest first, a page at a time.")
        docs.parameters = [
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most exports of a page."
            ),
            Schema.cursorParameter,
        ]
        docs.answer = Schema.object(
            [
                "items": Schema.array(export), "next": ["type": ["string", "null"]],
                "system": [
                    "type": "string",
                    "description":
                        "What the company's records are named by elsewhere, as it stands in the first line of its files.",
                ],
            ],
            required: ["items", "next", "system"]
        )
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()

    static let show: RouteDocumentation = {
        var docs = RouteDocumentation("showExport", tag: "exports", "Shows one export.")
        docs.parameters = [Schema.idParameter]
        docs.answer = export
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let remove: RouteDocumentation = {
        var docs = RouteDocumentation(
            "removeExport",
            tag: "exports",
            "Deletes the file of an export, or ends the writing of it."
        )
        docs.parameters = [Schema.idParameter]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict]
        return docs
    }()

    static let file: RouteDocumentation = {
        var docs = RouteDocumentation(
            "readExportFile",
            tag: "exports",
            """
            The file: a header, then on each line the operations of a batch that tell another Koi of one thing, and at the end \
            how many lines there were, what was left out, and the SHA-256 of all before it.
            """
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = ["type": "string"]
        docs.answerType = ExportForm.ndjson.type
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict]
        return docs
    }()

    private static let export: JSONValue = {
        let number: JSONValue = ["type": ["integer", "null"], "minimum": 0]
        let time: JSONValue = ["type": ["string", "null"], "format": "date-time"]
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "user": ["type": ["integer", "null"], "description": "Who asked for it."],
            "state": ["type": "string", "enum": .array(CompanyExport.State.allCases.map { .string($0.rawValue) })],
            "job": ["type": "integer", "description": "The job that writes it."],
            "size": number,
            "lines": number,
            "position": [
                "type": ["string", "null"],
                "description": "Where the feed of changes goes on after it.",
            ],
            "sha256": ["type": ["string", "null"], "description": "Of all but its last line, which has it, too."],
            "createdAt": ["type": "string", "format": "date-time"],
            "finishedAt": time,
            "expiresAt": time,
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
