import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the feed.
enum ChangeDocumentation {
    static func feed(of resources: [Resource]) -> RouteDocumentation {
        let mirrored = resources.filter(\.isMirrored)
        let names = JSONValue.array(mirrored.map { .string($0.name) })
        let nouns = mirrored.map(\.singular).joined(separator: "|")
        let type = "^(\(nouns))\\.(\(ChangeTypes.happenings.joined(separator: "|")))$"
        var docs = RouteDocumentation(
            "readChanges",
            tag: "changes",
            """
            Tells whoever keeps a copy of the records what to do with it, in the order of the log and without a gap: each \
            change names a record and gives it as the actor sees it by now, or says that it is to be forgotten. Without after \
            it gives the position to begin at, before everything is read for the first time. With wait it answers once there \
            is something. With Accept: text/event-stream it goes on with what happens, one server-sent event for each change, \
            whose id is its position. After a restore all positions are of another log: 409 other_log.
            """
        )
        docs.isStreamed = true
        docs.parameters = [
            Schema.queryParameter(
                "after",
                LogDocumentation.place,
                "The position of the answer before; 0 for everything there ever was."
            ),
            Schema.queryParameter(
                "resource",
                ["type": "array", "minItems": 1, "items": ["type": "string", "enum": names]],
                "Only changes of these, such as customers."
            ),
            Schema.queryParameter(
                "types",
                [
                    "type": "array", "minItems": 1,
                    "items": ["type": "string", "pattern": .string(type), "maxLength": 100],
                ],
                "Only events of these types, such as customer.changed."
            ),
            Schema.queryParameter(
                "wait",
                [
                    "type": "integer", "minimum": 0, "maximum": .integer(ChangeQuery.longestWait), "default": 0,
                ],
                "How many seconds to wait for a change where there is none yet."
            ),
            Schema.limitParameter,
            Schema.headerParameter(
                "Last-Event-ID",
                "For a stream, in place of after: the id of the last event that was seen."
            ),
        ]
        docs.answer = Schema.object(
            [
                "items": Schema.array(Schema.reference("Change")),
                "position": LogDocumentation.position(
                    "What to ask for as after next; it moves on over what the actor does not see as well."
                ),
                "more": ["type": "boolean", "description": "Whether there is more after it already."],
            ],
            required: ["items", "position", "more"]
        )
        docs.problems = [.badRequest, .notAcceptable, .conflict, .gone]
        return docs
    }

    /// A change as clients see it.
    static let change: JSONValue = Schema.object(
        [
            "sequence": ["type": "integer", "format": "int64", "minimum": 1],
            "at": ["type": "string", "format": "date-time"],
            "type": ["type": "string", "description": "What happened: customer.changed; reset for a reset."],
            "effect": [
                "type": "string", "enum": .array(Change.Effect.allCases.map { .string($0.rawValue) }),
                "description": """
                What to do with the copy: stored and entered: keep the record; left and removed: forget it; reset: forget \
                everything and load it anew, since the role, key, team or fields have changed.
                """,
            ],
            "subject": Schema.subjectOrNull,
            "record": [
                "type": ["object", "null"],
                "description": "The record as the actor sees it when this is read; null where it is to be forgotten.",
            ],
            "into": [
                "type": "integer", "format": "int64",
                "description": "Of a merge: the record that goes on in its place.",
            ],
        ],
        required: ["sequence", "at", "type", "effect", "subject", "record"]
    )
}
