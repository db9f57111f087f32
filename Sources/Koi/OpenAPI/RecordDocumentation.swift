import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes that every resource has, made from its field list.
struct RecordDocumentation {
    private let resource: Resource
    private let one: String
    private let many: String

    init(_ resource: Resource) {
        self.resource = resource
        one = Schema.component(resource)
        many = resource.name.prefix(1).uppercased() + resource.name.dropFirst()
    }

    var list: RouteDocumentation {
        var docs = documentation(
            "list" + many,
            "Lists \(resource.pluralLabel.en), a page at a time."
        )
        docs.parameters = listParameters + filters
        docs.answer = Schema.object(
            [
                "items": Schema.array(listItem),
                "next": [
                    "type": ["string", "null"],
                    "description": "The cursor of the next page; null at the end.",
                ],
                "total": ["type": "integer", "description": "Only where total=true was asked."],
                "partial": [
                    "type": "boolean",
                    "description": "Of a search: whether it stopped before it had read all candidates.",
                ],
            ],
            required: ["items", "next"]
        )
        docs.otherTypes = ExportForm.forms(of: resource).map(\.type)
        // A file needs the right to export.
        docs.problems = [.badRequest, .forbidden, .notAcceptable]
        return docs
    }

    var show: RouteDocumentation {
        var docs = documentation("show" + one, "Shows one \(resource.label.en).")
        docs.parameters =
            [Schema.idParameter] + selectionParameters + [
                Schema.headerParameter("If-None-Match", "Answer 304 if the representation is this one.")
            ]
        docs.answer = Schema.reference(one)
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [.badRequest, .notFound, .preconditionFailed]
        return docs
    }

    var create: RouteDocumentation {
        var docs = documentation("create" + one, "Adds a \(resource.label.en).")
        docs.parameters = allowDuplicate
        docs.request = Schema.reference(one + "Create")
        docs.status = .created
        docs.answer = Schema.reference(resource.shownOnce.isEmpty ? one : one + "Created")
        docs.answerFields = [
            "Location": "Where the record is.", "ETag": "Version and representation of the record.",
        ]
        docs.problems = [.badRequest, .conflict, .unsupportedMediaType, .unprocessableContent]
        return docs
    }

    /// The parameter of what makes a record, where records are compared.
    var allowDuplicate: [JSONValue] {
        guard resource.findsDuplicates else { return [] }
        return [
            Schema.queryParameter(
                DuplicateCheck.parameter,
                ["type": "boolean"],
                "Whether it is added also where such a \(resource.label.en) may be there already; 409 otherwise."
            )
        ]
    }

    var change: RouteDocumentation {
        var docs = documentation(
            "change" + one,
            "Changes a \(resource.label.en) by a JSON merge patch (RFC 7396)."
        )
        docs.parameters = [Schema.idParameter, Self.ifMatch]
        docs.request = Schema.reference(one + "Change")
        docs.requestType = "application/merge-patch+json"
        docs.answer = Schema.reference(one)
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed,
            .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }

    var remove: RouteDocumentation {
        var docs = documentation(
            "remove" + one,
            "Lays a \(resource.label.en) into the bin, from which it can be restored."
        )
        docs.parameters = [Schema.idParameter, Self.ifMatch]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound, .preconditionFailed]
        return docs
    }

    var restore: RouteDocumentation {
        var docs = documentation(
            "restore" + one,
            "Takes a \(resource.label.en) out of the bin."
        )
        docs.parameters = [Schema.idParameter, Self.ifMatch]
        docs.answer = Schema.reference(one)
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed,
            .unprocessableContent,
        ]
        return docs
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: resource.name, summary)
    }

    static var ifMatch: JSONValue {
        Schema.headerParameter(
            "If-Match",
            "Carry it out only if the record still has the version of this tag."
        )
    }

    // MARK: Components

    /// The schemas of a record, of a body that makes one, and of a body that changes one.
    var components: [JSONObject.Member] {
        var result: [JSONObject.Member] = [
            .init(
                name: one,
                value: Schema.object(
                    JSONObject(
                        resource.fields.map { .init(name: $0.name, value: $0.schema(forWriting: false)) }
                    )
                )
            )
        ]
        if !resource.shownOnce.isEmpty {
            let fields = resource.fields + resource.shownOnce
            result.append(
                .init(
                    name: one + "Created",
                    value: Schema.object(
                        JSONObject(fields.map { .init(name: $0.name, value: $0.schema(forWriting: false)) })
                    )
                )
            )
        }
        let written = resource.declared.filter { !$0.isReadOnly }
        if resource.operations.contains(.create) {
            result.append(
                .init(
                    name: one + "Create",
                    value: Schema.object(
                        properties(written),
                        required: written.filter(\.isRequired).map(\.name)
                    )
                )
            )
        }
        if resource.operations.contains(.change) {
            result.append(
                .init(
                    name: one + "Change",
                    value: Schema.object(properties(written.filter { !$0.isFixed }))
                )
            )
        }
        return result
    }

    /// A body that makes a record or changes one: which fields are required depends on whether it is there.
    var upsertBody: JSONValue {
        let written = resource.declared.filter { !$0.isReadOnly }
        guard written.contains(where: \.isFixed) else { return Schema.reference(one + "Change") }
        return Schema.object(properties(written))
    }

    private func properties(_ fields: [Field]) -> JSONObject {
        JSONObject(fields.map { .init(name: $0.name, value: $0.schema(forWriting: true)) })
    }

    /// A record in a list; that of a search tells how it matched.
    private var listItem: JSONValue {
        guard resource.isSearchable else { return Schema.reference(one) }
        let fields = resource.fields.map {
            JSONObject.Member(name: $0.name, value: $0.schema(forWriting: false))
        }
        return Schema.object(JSONObject(fields + [.init(name: "match", value: Schema.match)]))
    }

    // MARK: Parameters

    private var selectionParameters: [JSONValue] {
        let expandable = resource.fields.filter { $0.expandsTo != nil }.map(\.name)
        var parameters = [
            Schema.queryParameter(
                "fields",
                names(resource.fields.map(\.name)),
                "The fields to answer with; all by default."
            )
        ]
        if !expandable.isEmpty {
            parameters.append(
                Schema.queryParameter(
                    "expand",
                    names(expandable),
                    "References to answer as whole records."
                )
            )
        }
        return parameters
    }

    private var listParameters: [JSONValue] {
        let sortable = resource.fields.filter(\.isSortable).map(\.name)
        var parameters = [
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1,
                    "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most records of a page."
            ),
            Schema.cursorParameter,
            Schema.queryParameter(
                "sort",
                [
                    "type": "array", "minItems": 1,
                    "maxItems": .integer(Int64(ListQuery.maximumSortKeys)),
                    "items": [
                        "type": "string",
                        "enum": .array(sortable.flatMap { [.string($0), .string("-" + $0)] }),
                    ],
                ],
                "The order; - in front reverses. Custom fields sort as custom.key. By number by default."
            ),
            Schema.queryParameter(
                "total",
                ["type": "boolean"],
                "Whether to count all records that the filters leave."
            ),
            Schema.queryParameter(
                "view",
                Schema.idSchema,
                "A saved view, whose filters, order and fields are applied."
            ),
        ]
        parameters += selectionParameters
        if resource.hasBin {
            parameters.append(
                Schema.queryParameter("removed", ["type": "boolean"], "Whether to list the bin.")
            )
        }
        if resource.isSearchable {
            parameters.append(
                Schema.queryParameter(
                    "q",
                    Schema.queryText,
                    "Words, pinyin, initials or a telephone number to search for, ranked by match."
                )
            )
        }
        return parameters
    }

    private func names(_ names: [String]) -> JSONValue {
        [
            "type": "array", "minItems": 1,
            "items": ["type": "string", "enum": .array(names.map(JSONValue.string))],
        ]
    }

    /// The parameters by which lists are filtered.
    var filters: [JSONValue] {
        resource.fields.filter(\.isFilterable).flatMap { field in
            if case .links(let links) = field.kind,
                let target = links.fields.first(where: { $0.name == links.target })
            {
                return filters(links.target, target.kind, field.label, isNullable: true)
            }
            return filters(field.name, field.kind, field.label, isNullable: field.isNullable)
        } + collaboratorFilters
    }

    private var collaboratorFilters: [JSONValue] {
        guard resource.changeableOwner != nil else { return [] }
        return filters(
            ListParameter.collaborator,
            .reference(User.resource.name),
            Text("Collaborator", "协作人"),
            isNullable: true
        )
    }

    private func filters(
        _ name: String,
        _ kind: FieldKind,
        _ label: Text,
        isNullable: Bool
    ) -> [JSONValue] {
        FilterOperation.operations(of: kind, isNullable: isNullable).map { operation in
            Schema.queryParameter(
                operation.isEmpty ? name : name + "." + operation,
                FilterSchema.schema(of: kind, operation),
                FilterSchema.sentence(label, operation)
            )
        }
    }
}

/// The schema of a filter parameter.
enum FilterSchema {
    static func schema(of kind: FieldKind, _ operation: String) -> JSONValue {
        switch operation {
        case "null": return ["type": "boolean"]
        case "system": return Schema.externalSystem
        case "has":
            return [
                "type": "string", "pattern": "^[^\\u0000]*$", "minLength": 1,
                "maxLength": .integer(Int64(ListQuery.maximumText)),
            ]
        case "", "not": return several(kind)
        default: return single(kind)
        }
    }

    private static func several(_ kind: FieldKind) -> JSONValue {
        switch kind {
        case .text, .boolean, .externalIDs: return single(kind)
        default:
            return [
                "type": "array", "minItems": 1, "maxItems": .integer(Int64(ListQuery.maximumValues)),
                "items": single(kind),
            ]
        }
    }

    private static func single(_ kind: FieldKind) -> JSONValue {
        switch kind {
        case .integer: ["type": "integer", "minimum": .integer(.min), "maximum": .integer(.max)]
        case .reference("users"):
            ["anyOf": [["type": "integer", "minimum": .integer(.min), "maximum": .integer(.max)], ["const": "me"]]]
        case .reference: ["type": "integer", "minimum": .integer(.min), "maximum": .integer(.max)]
        case .text: Schema.queryText
        case .externalIDs:
            [
                "type": "string", "pattern": #"^[^\x00-\x1F\x7F:$][^\x00-\x1F\x7F:]{0,99}:[^\x00-\x1F\x7F]{1,200}$"#,
                "example": "erp:C-1009",
            ]
        case .list:
            ["type": "string", "pattern": "^[^\\u0000,]*$", "maxLength": .integer(Int64(ListQuery.maximumText))]
        case .time: ["anyOf": [["type": "string", "format": "date-time"], ["type": "string", "format": "date"]]]
        default: .object(kind.schema(forWriting: true))
        }
    }

    static func sentence(_ label: Text, _ operation: String) -> String {
        let name = label.en
        return switch operation {
        case "system": "\(name): there is one of this system."
        case "": "\(name) is this, or one of these."
        case "not": "\(name) is none of these."
        case "null": "Whether \(name.lowercased()) is empty."
        case "has": "\(name) contains this text."
        case "gt": "\(name) is greater than this."
        case "gte": "\(name) is this or greater."
        case "lt": "\(name) is less than this."
        default: "\(name) is this or less."
        }
    }
}
