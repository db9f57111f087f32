import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of records by their keys in other systems.
struct ExternalIDDocumentation {
    private let resource: Resource
    private let records: RecordDocumentation
    private var one: String { Schema.component(resource) }

    init(_ resource: Resource) {
        self.resource = resource
        records = RecordDocumentation(resource)
    }

    var show: RouteDocumentation {
        var docs = records.show
        docs.operation += "ByKey"
        docs.summary = "Shows the \(resource.label.en) that has a key in another system."
        docs.parameters = ExternalIDDocumentation.parameters + docs.parameters.dropFirst()
        return docs
    }

    var put: RouteDocumentation {
        var docs = RouteDocumentation(
            "put" + one + "ByKey",
            tag: resource.name,
            """
            Changes the \(resource.label.en) that has a key in another system by a JSON merge patch (RFC 7396), or adds one \
            that gets it.
            """
        )
        docs.parameters =
            ExternalIDDocumentation.parameters + restore + records.allowDuplicate + [
                RecordDocumentation.ifMatch,
                Schema.headerParameter("If-None-Match", "* has a record added only, and none changed."),
            ]
        docs.request = records.upsertBody
        docs.requestType = "application/merge-patch+json"
        docs.answer = Schema.reference(one)
        docs.otherStatus = .created
        if !resource.shownOnce.isEmpty {
            docs.answer = ["anyOf": [Schema.reference(one), Schema.reference(one + "Created")]]
        }
        docs.answerFields = [
            "Location": "Where the record is, if it was added.", "ETag": "Version and representation of the record.",
        ]
        docs.problems = [
            .badRequest, .forbidden, .conflict, .preconditionFailed, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }

    var remove: RouteDocumentation {
        var docs = records.remove
        docs.operation += "ByKey"
        docs.summary =
            "Lays the \(resource.label.en) that has a key in another system into the bin, where it keeps the key."
        docs.parameters = ExternalIDDocumentation.parameters + docs.parameters.dropFirst()
        return docs
    }

    private var restore: [JSONValue] {
        guard resource.operations.contains(.restore) else { return [] }
        return [
            Schema.queryParameter(
                "restore",
                ["type": "boolean"],
                "Whether a record that lies in the bin is taken out of it; 409 otherwise."
            )
        ]
    }

    private static let parameters: [JSONValue] = [
        parameter("system", Schema.externalSystem, "The other system."),
        parameter("key", Schema.externalKey, "The record's key there, percent-encoded."),
    ]

    private static func parameter(_ name: String, _ schema: JSONValue, _ description: String) -> JSONValue {
        [
            "name": .string(name), "in": "path", "required": true, "description": .string(description),
            "schema": schema,
        ]
    }
}
