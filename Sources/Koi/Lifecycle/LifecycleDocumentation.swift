import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the stages of customers.
struct LifecycleDocumentation {
    private let axis: CustomerAxis
    private let name: String
    private let words: String

    init(_ axis: CustomerAxis) {
        self.axis = axis
        switch axis {
        case .lifecycle: (name, words) = ("Lifecycle", "lifecycle stage")
        case .relationship: (name, words) = ("RelationshipStage", "relationship stage")
        }
    }

    var show: RouteDocumentation {
        var docs = documentation(
            "show\(name)OfCustomer",
            "The \(words) of the customer, the one that follows from the facts, and what each stage asks for."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = document
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var set: RouteDocumentation {
        var docs = documentation(
            "set\(name)OfCustomer",
            "Keeps the customer in a \(words), with a reason: 422 names the criteria that are not met, unless it is forced."
        )
        docs.parameters = [Schema.idParameter, RecordDocumentation.ifMatch]
        docs.request = LifecycleRoutes.order(axis).schema
        docs.answer = document
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }

    var end: RouteDocumentation {
        var docs = documentation("free\(name)OfCustomer", "Lets the \(words) follow from the facts again.")
        docs.parameters = [Schema.idParameter, RecordDocumentation.ifMatch]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound, .preconditionFailed]
        return docs
    }

    var history: RouteDocumentation {
        var docs = documentation(
            "browse\(name)sOfCustomer",
            "Lists in which stages the customer was, the first one first: for how long, by which event, on what evidence."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = Schema.object(
            ["items": Schema.array(stay), "next": ["type": ["string", "null"]]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: Customer.resource.name, summary)
    }

    // MARK: Schemas

    private static let text: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let nullableTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]
    private static let nullableText: JSONValue = ["type": ["string", "null"]]
    private static let nullableNumber: JSONValue = ["type": ["integer", "null"]]
    private static let nullableID: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]

    private var stage: JSONValue {
        ["type": "string", "enum": .array(axis.stages.map { .string($0.code) })]
    }

    private var document: JSONValue {
        let criterion = Schema.object(
            [
                "fact": ["type": "string", "enum": .array(CustomerFact.allCases.map { .string($0.rawValue) })],
                "atLeast": LifecycleDocumentation.nullableNumber, "atMost": LifecycleDocumentation.nullableNumber,
                "value": LifecycleDocumentation.nullableNumber, "met": LifecycleDocumentation.flag,
            ],
            required: ["fact", "atLeast", "atMost", "value", "met"]
        )
        let override = Schema.object(
            [
                "stage": stage, "reason": LifecycleDocumentation.nullableText, "at": LifecycleDocumentation.time,
                "until": LifecycleDocumentation.nullableTime, "by": LifecycleDocumentation.nullableID,
            ],
            required: ["stage", "reason", "at", "until", "by"]
        )
        let asked = Schema.object(
            ["stage": stage, "met": LifecycleDocumentation.flag, "criteria": Schema.array(criterion)],
            required: ["stage", "met", "criteria"]
        )
        return Schema.object(
            [
                "stage": stage, "since": LifecycleDocumentation.time, "derived": stage,
                "override": ["anyOf": [override, ["type": "null"]]], "stages": Schema.array(asked),
            ],
            required: ["stage", "since", "derived", "override", "stages"]
        )
    }

    private var stay: JSONValue {
        Schema.object(
            [
                "stage": stage, "from": LifecycleDocumentation.time, "to": LifecycleDocumentation.nullableTime,
                "seconds": ["type": "integer", "minimum": 0], "event": LifecycleDocumentation.nullableNumber,
                "type": LifecycleDocumentation.nullableText, "by": LifecycleDocumentation.nullableID,
                "reason": LifecycleDocumentation.nullableText, "forced": LifecycleDocumentation.flag,
                "evidence": ["type": "object", "additionalProperties": LifecycleDocumentation.nullableNumber],
            ],
            required: ["stage", "from", "to", "seconds", "event", "type", "by", "reason", "forced", "evidence"]
        )
    }
}
