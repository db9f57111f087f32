import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes of jobs.
enum JobDocumentation {
    static let list: RouteDocumentation = {
        var docs = RouteDocumentation(
            "browseJobs",
            tag: "jobs",
            "Lists jobs, newest first, a page at a time."
        )
        docs.parameters = [
            Schema.queryParameter(
                "state",
                [
                    "type": "array", "minItems": 1,
                    "items": ["type": "string", "enum": .array(states)],
                ],
                "The job is in this state, or in one of these."
            ),
            Schema.queryParameter(
                "kind",
                ["type": "string", "pattern": "^[A-Za-z.]{1,64}$"],
                "The job is of this kind."
            ),
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1,
                    "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most jobs of a page."
            ),
            Schema.cursorParameter,
        ]
        docs.answer = Schema.object(
            [
                "items": Schema.array(job),
                "next": [
                    "type": ["string", "null"],
                    "description": "The cursor of the next page; null at the end.",
                ],
            ],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest]
        return docs
    }()

    static let show: RouteDocumentation = {
        var docs = RouteDocumentation("showJob", tag: "jobs", "Shows one job.")
        docs.parameters = [Schema.idParameter]
        docs.answer = job
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let cancel: RouteDocumentation = {
        var docs = RouteDocumentation(
            "cancelJob",
            tag: "jobs",
            "Cancels a job: a waiting one at once, a running one soon. What it did already stays."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = job
        docs.problems = [.badRequest, .notFound, .conflict]
        return docs
    }()

    private static let states = Job.State.allCases.map { JSONValue.string($0.rawValue) }

    static let job: JSONValue = {
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "kind": ["type": "string", "description": "What it does: backup."],
            "subject": orNull(
                Schema.object(
                    ["resource": ["type": "string"], "record": Schema.idSchema],
                    required: ["resource", "record"]
                ),
                "The record that it is about."
            ),
            "user": orNull(Schema.idSchema, "On whose behalf it works; null for Koi itself."),
            "state": ["type": "string", "enum": .array(states)],
            "due": time("When it is begun, tried again or gone on with."),
            "attempts": [
                "type": "integer", "minimum": 0,
                "description": "How often it was begun since it last got any further.",
            ],
            "done": [
                "type": "integer", "minimum": 0, "description": "Of total, how much is done.",
            ],
            "total": [
                "type": ["integer", "null"], "minimum": 0,
                "description": "Null where it is not known.",
            ],
            "cancelRequested": ["type": "boolean"],
            "result": [
                "type": ["object", "null"],
                "description": "What came of it; its form is the kind's.",
            ],
            "error": orNull(
                Schema.object(
                    ["code": ["type": "string"], "message": ["type": "string"]],
                    required: ["code", "message"]
                ),
                "Why it failed, at last or the last time."
            ),
            "createdAt": time("When it was written."),
            "startedAt": orNull(time("When it was first begun."), nil),
            "finishedAt": orNull(time("When it was done, failed or was cancelled."), nil),
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()

    private static func time(_ description: String) -> JSONValue {
        ["type": "string", "format": "date-time", "description": .string(description)]
    }

    private static func orNull(_ schema: JSONValue, _ description: String?) -> JSONValue {
        var members = [JSONObject.Member(name: "anyOf", value: [schema, ["type": "null"]])]
        if let description {
            members.append(.init(name: "description", value: .string(description)))
        }
        return .object(JSONObject(members))
    }
}
