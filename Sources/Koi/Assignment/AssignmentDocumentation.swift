import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of assignment by rules.
struct AssignmentDocumentation {
    private let resource: Resource

    init(_ resource: Resource) {
        self.resource = resource
    }

    var assign: RouteDocumentation {
        var docs = RouteDocumentation(
            "assign" + Schema.component(resource) + "ByRule",
            tag: resource.name,
            "Gives a \(resource.label.en) to whom the rules choose, and says how that was decided. It stays with whom it is where they find nobody."
        )
        docs.parameters = [Schema.idParameter]
        docs.request = AssignmentRoutes.wish.schema
        docs.answer = AssignmentDocumentation.decision
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unprocessableContent]
        return docs
    }

    var list: RouteDocumentation {
        var docs = RouteDocumentation(
            "list" + Schema.component(resource) + "Assignments",
            tag: resource.name,
            "Lists who was given a \(resource.label.en), by which rule or by whom, and why not another; the newest first."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = LogDocumentation.answer(
            Schema.object(
                [
                    "id": ["type": "integer"], "at": AssignmentDocumentation.time,
                    "cause": AssignmentDocumentation.word(AssignmentCause.allCases.map(\.rawValue)),
                    "previous": AssignmentDocumentation.number, "owner": AssignmentDocumentation.number,
                    "by": AssignmentDocumentation.number, "rule": AssignmentDocumentation.number,
                    "reason": ["type": ["string", "null"]],
                    "decision": ["anyOf": [AssignmentDocumentation.decision, ["type": "null"]]],
                ],
                required: ["id", "at", "cause", "previous", "owner", "by", "rule", "reason", "decision"]
            )
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    static let preview: RouteDocumentation = {
        var docs = RouteDocumentation(
            "previewAssignment",
            tag: AssignmentRule.resource.name,
            "Says whom the rules would choose for a record, or for one that might be made, and why not another; nothing is changed."
        )
        docs.request = AssignmentQuestion.body.schema
        docs.answer = decision
        docs.problems = [.badRequest, .forbidden, .notFound, .unprocessableContent]
        return docs
    }()

    static let followUp: RouteDocumentation = {
        var docs = RouteDocumentation(
            "previewFollowUp",
            tag: AssignmentRule.resource.name,
            "Lists the records that a rule is about to take from their owners, who have not followed them up; nothing is changed."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = LogDocumentation.answer(
            Schema.object(
                [
                    "record": ["type": "integer"], "owner": ["type": "integer"],
                    "step": word(FollowUpWalk.Step.allCases.map(\.rawValue)), "since": time, "due": time,
                ],
                required: ["record", "owner", "step", "since", "due"]
            )
        )
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    // MARK: Schemas

    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let number: JSONValue = ["type": ["integer", "null"]]

    private static func word(_ words: [String]) -> JSONValue {
        ["type": "string", "enum": .array(words.map(JSONValue.string))]
    }

    private static let decision = Schema.object(
        [
            "outcome": word(AssignmentDecision.Outcome.allCases.map(\.rawValue)), "owner": number, "rule": number,
            "responseDueAt": ["type": ["string", "null"], "format": "date-time"], "rules": Schema.array(tried),
        ],
        required: ["outcome", "owner", "rule", "responseDueAt", "rules"]
    )

    private static let tried = Schema.object(
        [
            "rule": ["type": "integer"], "name": ["type": "string"],
            "result": word(AssignmentDecision.Tried.Verdict.allCases.map(\.rawValue)),
            "unmet": Schema.array(["type": "string"]), "candidates": Schema.array(candidate),
            "considered": ["type": "integer"],
        ],
        required: ["rule", "name", "result", "unmet", "candidates", "considered"]
    )

    private static let candidate = Schema.object(
        [
            "user": ["type": "integer"], "substitute": number,
            "result": word(AssignmentDecision.Candidate.Verdict.allCases.map(\.rawValue)),
            "open": number, "capacity": number,
        ],
        required: ["user", "substitute", "result", "open", "capacity"]
    )
}
