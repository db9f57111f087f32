import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of pools beside their records.
enum PoolDocumentation {
    static let list: RouteDocumentation = {
        var docs = page(
            "listPoolRecords",
            "Lists what lies in a pool, for its members, without names: kind, region, industry, size and tier.",
            Schema.object(shown([]), required: ["record"])
        )
        docs.problems.append(.forbidden)
        return docs
    }()

    static let look: RouteDocumentation = {
        var docs = documentation(
            "lookAtPoolRecord",
            "Shows one record of a pool with its name, and without anything by which it could be reached. Each at which a member looks counts once a day, up to dailyViews."
        )
        docs.parameters = [Schema.idParameter, number("record")]
        docs.answer = Schema.object(
            shown([
                .init(name: "name", value: ["type": "string"]),
                .init(name: "company", value: ["type": ["string", "null"]]),
                .init(name: "need", value: ["type": ["string", "null"]]),
                .init(name: "lastCareAt", value: ["type": ["string", "null"], "format": "date-time"]),
            ]),
            required: ["record"]
        )
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let contests = entries(
        "listPoolContests",
        "Lists every attempt to take a record out of the pool, the newest first: won, lost to whom, or refused by what. For members, and who may change the pool."
    )

    static let log = entries(
        "listPoolLog",
        "Lists what happened to records of the pool, the newest first: attempts, what was given back, warnings, and what was taken back. For members, and who may change the pool; why somebody gave a record back is told to who sees that one."
    )

    private static func entries(_ operation: String, _ summary: String) -> RouteDocumentation {
        var docs = page(operation, summary, entry)
        docs.problems.append(.forbidden)
        return docs
    }

    static let recycling: RouteDocumentation = {
        var docs = page(
            "previewPoolRecycling",
            "Lists what the pool is about to take back of the records that you see, as the nightly job does it. A page may be short though next leads on. Where its filter cannot be used any more, it takes nothing (409 filter_unusable).",
            Schema.object(
                [
                    "record": Schema.idSchema, "owner": Schema.idSchema,
                    "rule": ["type": "string", "description": "What the rule says: noContactDays=30."],
                    "dueAt": ["type": "string", "format": "date-time"],
                    "warnedAt": ["type": ["string", "null"], "format": "date-time"],
                    "takenAt": [
                        "type": "string", "format": "date-time",
                        "description":
                            "When it is taken, unless somebody looks after it: never before its owner has had the time of the warning.",
                    ],
                ],
                required: ["record", "owner", "rule", "dueAt", "warnedAt", "takenAt"]
            )
        )
        docs.parameters.append([
            "name": "days", "in": "query",
            "description": "How far ahead to look; as far as the warning where none is given.",
            "schema": ["type": "integer", "minimum": 0, "maximum": 3_650],
        ])
        docs.problems.append(.conflict)
        return docs
    }()

    static func claim(_ resource: Resource) -> RouteDocumentation {
        let one = Schema.component(resource)
        var docs = documentation(
            "claim" + one,
            "Takes the \(resource.label.en) out of its pool. Of any number who try at once one gets it, and the others a 409 that says who did and when (claimedBy, claimedAt). To claim one's own changes nothing.",
            tag: resource.name
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = Schema.reference(one)
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict, .unprocessableContent]
        return docs
    }

    static func release(_ resource: Resource) -> RouteDocumentation {
        let one = Schema.component(resource)
        var docs = documentation(
            "release" + one,
            "Gives the \(resource.label.en) back to a pool, with a reason. Its owner may; whoever else may change it needs the right to assign over the owner, too.",
            tag: resource.name
        )
        docs.parameters = [
            Schema.idParameter,
            RecordDocumentation.ifMatch,
        ]
        docs.request = PoolRoutes.releasing.schema
        docs.answer = Schema.reference(one)
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }

    // MARK: Parts

    private static func documentation(
        _ operation: String,
        _ summary: String,
        tag: String = Pool.resource.name
    ) -> RouteDocumentation {
        RouteDocumentation(operation, tag: tag, summary)
    }

    private static func page(_ operation: String, _ summary: String, _ item: JSONValue) -> RouteDocumentation {
        var docs = documentation(operation, summary)
        docs.parameters = [Schema.idParameter] + OwnershipDocumentation.page
        docs.answer = Schema.object(
            ["items": ["type": "array", "items": item], "next": ["type": ["string", "null"]]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    private static func number(_ name: String) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": Schema.idSchema]
    }

    private static func shown(_ others: [JSONObject.Member]) -> JSONObject {
        let text: JSONValue = ["type": ["string", "null"]]
        let members: JSONObject = [
            "record": Schema.idSchema, "kind": text, "region": text, "industry": text,
            "size": ["type": ["integer", "null"]], "tier": text, "source": text,
        ]
        return JSONObject(members.members + others)
    }

    private static let entry = Schema.object(
        [
            "id": Schema.idSchema, "resource": ["type": "string"], "record": Schema.idSchema,
            "at": ["type": "string", "format": "date-time"],
            "kind": ["type": "string", "enum": .array(PoolEntry.Kind.allCases.map { .string($0.rawValue) })],
            "user": ["type": ["integer", "null"], "description": "Who tried, or who owned the record."],
            "winner": ["type": ["integer", "null"], "description": "Who had taken it before."],
            "reason": ["type": ["string", "null"]],
        ],
        required: ["id", "resource", "record", "at", "kind", "user", "winner", "reason"]
    )
}
