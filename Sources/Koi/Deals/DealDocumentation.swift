import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of how a deal moves on.
struct DealDocumentation {
    var gate: RouteDocumentation {
        var docs = documentation(
            "showGateOfDeal",
            "What the deal lacks for a stage, or else for the next one; nothing is changed."
        )
        docs.parameters = [
            Schema.idParameter, Schema.queryParameter("stage", Schema.idSchema, "A stage of the deal's pipeline."),
        ]
        docs.answer = Schema.object(
            [
                "stage": Schema.idSchema, "name": DealDocumentation.text, "open": DealDocumentation.flag,
                "missing": Schema.array(DealDocumentation.issue), "mayForce": DealDocumentation.flag,
            ],
            required: ["stage", "name", "open", "missing", "mayForce"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var move: RouteDocumentation {
        var docs = documentation(
            "moveDeal",
            "Moves the deal to a stage, with a reason: 422 lists all that is missing. With force it moves all the same."
        )
        docs.parameters = [
            Schema.idParameter,
            RecordDocumentation.ifMatch,
        ]
        docs.request = DealRoutes.order.schema
        docs.answer = Schema.reference(Schema.component(Deal.resource))
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = DealDocumentation.writing + [.preconditionFailed]
        return docs
    }

    var stages: RouteDocumentation {
        var docs = documentation(
            "browseStagesOfDeal",
            "Lists the stages in which the deal was, the first one first, with the time in each and why it was moved."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = DealDocumentation.list(DealDocumentation.visit, next: DealDocumentation.nullableText)
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var deliverables: RouteDocumentation {
        var docs = documentation(
            "browseDeliverablesOfDeal",
            "Lists what each stage of the deal's pipeline is to hand on, and what it has."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = DealDocumentation.list(DealDocumentation.deliverable, next: ["type": "null"])
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var give: RouteDocumentation {
        var docs = documentation(
            "giveDeliverableOfDeal",
            "Notes what a stage hands on and which of its exit criteria are met, in the place of what was noted before."
        )
        docs.parameters = [Schema.idParameter, DealDocumentation.stage]
        docs.request = DealRoutes.delivery.schema
        docs.answer = DealDocumentation.list(DealDocumentation.deliverable, next: ["type": "null"])
        docs.problems = DealDocumentation.writing
        return docs
    }

    var takeBack: RouteDocumentation {
        var docs = documentation("takeBackDeliverableOfDeal", "Takes back what a stage handed on.")
        docs.parameters = [Schema.idParameter, DealDocumentation.stage]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }

    var problems: RouteDocumentation {
        var docs = documentation("browseProblemsOfDeal", "Lists what went wrong with the deal, the oldest first.")
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = DealDocumentation.list(DealDocumentation.problem, next: DealDocumentation.nullableText)
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var noteProblem: RouteDocumentation {
        var docs = documentation("noteProblemOfDeal", "Notes what went wrong with the deal in a stage.")
        docs.parameters = [Schema.idParameter]
        docs.request = DealRoutes.note.schema
        docs.status = .created
        docs.answer = DealDocumentation.problem
        docs.problems = DealDocumentation.writing
        return docs
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: Deal.resource.name, summary)
    }

    // MARK: Schemas

    private static let writing: [Status] = [
        .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
    ]

    private static let stage: JSONValue = [
        "name": "stage", "in": "path", "required": true, "description": "The stage's number.",
        "schema": Schema.idSchema,
    ]

    private static func list(_ item: JSONValue, next: JSONValue) -> JSONValue {
        Schema.object(["items": Schema.array(item), "next": next], required: ["items", "next"])
    }

    private static let text: JSONValue = ["type": "string"]
    private static let nullableText: JSONValue = ["type": ["string", "null"]]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let nullableTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]
    private static let nullableID: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]

    private static let issue = Schema.object(
        ["field": text, "code": text, "message": text],
        required: ["field", "code", "message"]
    )

    private static let visit = Schema.object(
        [
            "stage": Schema.idSchema, "name": text, "from": time, "to": nullableTime,
            "seconds": ["type": "integer", "minimum": 0], "by": nullableID, "reason": nullableText, "forced": flag,
            "missing": Schema.array(Schema.object(["field": text, "code": text], required: ["field", "code"])),
        ],
        required: ["stage", "name", "from", "to", "seconds", "by", "reason", "forced", "missing"]
    )

    private static let deliverable = Schema.object(
        [
            "stage": Schema.idSchema, "name": text, "deliverable": nullableText, "note": nullableText,
            "criteria": Schema.array(Schema.object(["text": text, "met": flag], required: ["text", "met"])),
            "at": nullableTime, "by": nullableID,
        ],
        required: ["stage", "name", "deliverable", "note", "criteria", "at", "by"]
    )

    private static let problem = Schema.object(
        ["id": Schema.idSchema, "stage": Schema.idSchema, "text": text, "at": time, "by": nullableID],
        required: ["id", "stage", "text", "at", "by"]
    )
}
