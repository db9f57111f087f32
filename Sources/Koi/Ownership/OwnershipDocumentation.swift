import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes of owners and collaborators.
struct OwnershipDocumentation {
    private let resource: Resource
    private let one: String

    init(_ resource: Resource) {
        self.resource = resource
        one = Schema.component(resource)
    }

    var history: RouteDocumentation {
        var docs = documentation(
            "browseOwnersOf" + one,
            "Lists who owned the \(resource.label.en), from the first owner to the current one, and why it changed hands."
        )
        docs.parameters = [Schema.idParameter] + OwnershipDocumentation.page
        docs.answer = list(OwnershipDocumentation.owner, next: ["type": ["string", "null"]])
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var assign: RouteDocumentation {
        var docs = documentation("assign" + one, "Gives the \(resource.label.en) to another owner, with a reason.")
        docs.parameters = [
            Schema.idParameter,
            RecordDocumentation.ifMatch,
        ]
        docs.request = OwnershipRoutes.assignment.schema
        docs.answer = Schema.reference(one)
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }

    var collaborators: RouteDocumentation {
        var docs = documentation("browseCollaboratorsOf" + one, "Lists with whom the \(resource.label.en) is shared.")
        docs.parameters = [Schema.idParameter]
        docs.answer = list(OwnershipDocumentation.collaborator, next: ["type": "null"])
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var share: RouteDocumentation {
        var docs = documentation(
            "share" + one,
            "Shares the \(resource.label.en) with a user, to read or to write: 201 for a new collaborator, 200 for a change."
        )
        docs.parameters = [Schema.idParameter, OwnershipDocumentation.user]
        docs.request = OwnershipRoutes.terms.schema
        docs.answer = OwnershipDocumentation.collaborator
        docs.otherStatus = .created
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }

    var unshare: RouteDocumentation {
        var docs = documentation("unshare" + one, "Ends the share of a user.")
        docs.parameters = [Schema.idParameter, OwnershipDocumentation.user]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: resource.name, summary)
    }

    private func list(_ item: JSONValue, next: JSONValue) -> JSONValue {
        Schema.object(["items": Schema.array(item), "next": next], required: ["items", "next"])
    }

    // MARK: Schemas

    static let page: [JSONValue] = [
        Schema.queryParameter(
            "limit",
            [
                "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
                "default": .integer(Int64(ListQuery.defaultLimit)),
            ],
            "The most owners of a page."
        ),
        Schema.cursorParameter,
    ]

    private static let user: JSONValue = [
        "name": "user", "in": "path", "required": true, "description": "The user's number.",
        "schema": Schema.idSchema,
    ]

    private static let nullableID: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let nullableTime: JSONValue = ["type": ["string", "null"], "format": "date-time"]

    private static let owner = Schema.object(
        [
            "owner": nullableID, "from": time, "to": nullableTime,
            "by": nullableID, "reason": ["type": ["string", "null"]],
        ],
        required: ["owner", "from", "to", "by", "reason"]
    )

    private static let collaborator = Schema.object(
        [
            "user": Schema.idSchema, "access": ["type": "string", "enum": ["read", "write"]],
            "expiresAt": nullableTime, "createdAt": time,
        ],
        required: ["user", "access", "expiresAt", "createdAt"]
    )
}
