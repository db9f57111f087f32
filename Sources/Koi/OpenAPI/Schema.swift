package import KoiJSON

/// OpenAPI 3.1 schema objects and parameters, made from field lists.
package enum Schema {
    /// A reference to a component.
    package static func reference(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/" + name)]
    }

    /// An object with these properties and no others.
    package static func object(_ properties: JSONObject, required: [String] = []) -> JSONValue {
        var members: [JSONObject.Member] = [
            .init(name: "type", value: "object"),
            .init(name: "properties", value: .object(properties)),
        ]
        if !required.isEmpty {
            members.append(.init(name: "required", value: .array(required.map(JSONValue.string))))
        }
        members.append(.init(name: "additionalProperties", value: false))
        return .object(JSONObject(members))
    }

    package static func array(_ items: JSONValue) -> JSONValue {
        ["type": "array", "items": items]
    }

    /// The name of a resource's component: `Customer`.
    package static func component(_ resource: Resource) -> String {
        resource.singular.prefix(1).uppercased() + resource.singular.dropFirst()
    }

    /// How a search hit matched.
    package static let match = object([
        "kind": ["type": "string", "enum": ["exact", "prefix", "word"]],
        "fields": array(["type": "string"]),
    ])

    /// What something is about; null where it is about no record.
    static let subjectOrNull: JSONValue = [
        "anyOf": [
            object(["resource": ["type": "string"], "id": idSchema], required: ["resource", "id"]), ["type": "null"],
        ]
    ]

    // MARK: Parameters

    /// Text in a query cannot hold U+0000.
    static let queryText: JSONValue = [
        "type": "string", "pattern": "^[^\\u0000]*$", "maxLength": .integer(Int64(ListQuery.maximumText)),
    ]

    package static func queryParameter(
        _ name: String,
        _ schema: JSONValue,
        required: Bool = false,
        _ description: String
    ) -> JSONValue {
        var members: [JSONObject.Member] = [
            .init(name: "name", value: .string(name)),
            .init(name: "in", value: "query"),
            .init(name: "description", value: .string(description)),
        ]
        if required { members.append(.init(name: "required", value: true)) }
        members.append(.init(name: "schema", value: schema))
        if schema.objectValue?["type"] == "array" {
            // Several values stand between commas.
            members.append(.init(name: "style", value: "form"))
            members.append(.init(name: "explode", value: false))
        }
        return .object(JSONObject(members))
    }

    static let cursorParameter = queryParameter(
        "cursor",
        ["type": "string", "pattern": "^[A-Za-z0-9_-]*$"],
        "Where to go on: the next of the page before."
    )

    static let limitParameter = queryParameter(
        "limit",
        [
            "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
            "default": .integer(Int64(ListQuery.defaultLimit)),
        ],
        "The most entries of a page."
    )

    /// Of a list that goes on behind a cursor and takes nothing else.
    static let page = [limitParameter, cursorParameter]

    static func headerParameter(_ name: String, _ description: String) -> JSONValue {
        [
            "name": .string(name), "in": "header", "description": .string(description),
            "schema": ["type": "string"],
        ]
    }

    static let idParameter: JSONValue = [
        "name": "id", "in": "path", "required": true, "description": "The record's number.",
        "schema": idSchema,
    ]

    /// A record by its number, or by its key in another system.
    static let referenceSchema: JSONValue = [
        "type": ["integer", "object"], "format": "int64", "minimum": 1, "maximum": .integer(.max), "minProperties": 1,
        "maxProperties": 1, "propertyNames": externalSystem, "additionalProperties": externalKey,
    ]
    static let externalSystem: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": .integer(Int64(ExternalID.maximumSystem)),
        "pattern": #"^[^\x00-\x1F\x7F:$][^\x00-\x1F\x7F:]*$"#, "not": ["enum": [".", ".."]],
    ]
    static let externalKey: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": .integer(Int64(ExternalID.maximumKey)),
        "pattern": #"^[^\x00-\x1F\x7F]+$"#, "not": ["enum": [".", ".."]],
    ]

    static let idSchema: JSONValue = [
        "type": "integer", "format": "int64", "minimum": 1, "maximum": .integer(.max),
    ]
}

extension FieldKind {
    /// The schema of a value, without null.
    func schema(forWriting: Bool) -> JSONObject {
        switch self {
        case .text(let rule): return rule.schema(forWriting: forWriting)
        case .integer(let range):
            return [
                "type": "integer", "format": "int64", "minimum": .integer(range.lowerBound),
                "maximum": .integer(range.upperBound),
            ]
        case .number: return ["type": "number"]
        case .boolean: return ["type": "boolean"]
        case .date: return ["type": "string", "format": "date"]
        case .time: return ["type": "string", "format": "date-time"]
        case .choice(let choices):
            return ["type": "string", "enum": .array(choices.map { .string($0.code) })]
        case .reference: return (forWriting ? Schema.referenceSchema : Schema.idSchema).objectValue ?? [:]
        case .list(let maximum, let item):
            var element = item.schema(forWriting: forWriting).members
            if forWriting { element.append(.init(name: "minLength", value: 1)) }
            return [
                "type": "array", "maxItems": .integer(Int64(maximum)),
                "items": .object(JSONObject(element)),
            ]
        case .facts(let maximum, let fields):
            return [
                "type": "array", "maxItems": .integer(Int64(maximum)),
                "items": FieldKind.items(fields, forWriting),
            ]
        case .links(let links):
            return [
                "type": "array", "maxItems": .integer(Int64(links.maximum)),
                "items": FieldKind.items(links.fields, forWriting),
            ]
        case .custom, .object: return ["type": "object"]
        case .externalIDs:
            return [
                "type": "array", "maxItems": .integer(Int64(ExternalID.maximumPerRecord)),
                "items": Schema.object(
                    ["system": Schema.externalSystem, "key": Schema.externalKey],
                    required: ["system", "key"]
                ),
            ]
        }
    }

    private static func items(_ fields: [Field], _ forWriting: Bool) -> JSONValue {
        Schema.object(
            JSONObject(fields.map { .init(name: $0.name, value: $0.schema(forWriting: forWriting)) }),
            required: fields.filter { !forWriting || $0.isRequired }.map(\.name)
        )
    }
}

extension TextRule {
    func schema(forWriting: Bool) -> JSONObject {
        var members: [JSONObject.Member] = [
            .init(name: "type", value: "string"),
            .init(name: "maxLength", value: .integer(Int64(maximum))),
        ]
        if forWriting {
            if let pattern = writtenPattern {
                members.append(.init(name: "pattern", value: .string("^" + pattern + "$")))
            }
        } else if format == .email {
            members.append(.init(name: "format", value: "email"))
        } else if let pattern = storedPattern {
            members.append(.init(name: "pattern", value: .string("^" + pattern + "$")))
        }
        return JSONObject(members)
    }

    private var storedPattern: String? {
        switch format {
        case .key: "[a-z][a-z0-9_]*"
        case .day: "[0-9]{4}-[0-9]{2}-[0-9]{2}"
        case .clock: "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
        case .phone: #"([-+() ./#*]*[0-9]){3}[-0-9+() ./#*]*"#
        case .email, .line, .multiline, .web, .timeZone: nil
        }
    }

    /// What is taken: without control characters, and where the text has a form, with white space around it, which is
    /// dropped, or empty, which means null.
    private var writtenPattern: String? {
        switch format {
        case .key: storedPattern.map { #"\s*"# + $0 + #"\s*"# }
        case .day, .phone, .clock: storedPattern.map(TextRule.padded)
        case .email: TextRule.padded(TextRule.emailPart + "@" + TextRule.emailPart)
        case .web: TextRule.padded(TextRule.web)
        case .line: #"[^\x00-\x08\x0A-\x1F\x7F]*"#
        case .multiline: #"[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*"#
        case .timeZone: nil
        }
    }

    private static func padded(_ pattern: String) -> String {
        #"\s*("# + pattern + #")?\s*"#
    }

    private static let emailPart = #"[^\x00-\x20\x7F@<>()\[\]\\,;:"]+"#
    private static let web =
        #"[Hh][Tt][Tt][Pp][Ss]?://[^\s\x00-\x1F\x7F]+"#
        + #"|[^\s\x00-\x1F\x7F/?#:]*\.[^\s\x00-\x1F\x7F/?#:]*(:[0-9]*)?([/?#][^\s\x00-\x1F\x7F]*)?"#
}

extension Field {
    /// The schema of this field in an answer or in a body.
    func schema(forWriting: Bool) -> JSONValue {
        var members = kind.schema(forWriting: forWriting).members
        let isText = if case .text = kind { true } else { false }
        if forWriting, isRequired, isText {
            members.append(.init(name: "minLength", value: 1))
        }
        if forWriting ? !isRequired : isNullable { members = Field.nullable(members) }
        if !forWriting, let target = expandsTo, !isLinks {
            members = [
                .init(
                    name: "anyOf",
                    value: [
                        .object(JSONObject(members)),
                        ["type": "object", "description": .string("The record of \(target), where expanded.")],
                    ]
                )
            ]
        }
        members.append(.init(name: "title", value: .string(label.en + " / " + label.zh)))
        if forWriting, let example { members.append(.init(name: "examples", value: [example])) }
        if let note { members.append(.init(name: "description", value: .string(note.en))) }
        if isReadOnly { members.append(.init(name: "readOnly", value: true)) }
        return .object(JSONObject(members))
    }

    private static func nullable(_ members: [JSONObject.Member]) -> [JSONObject.Member] {
        members.map { member in
            switch member.name {
            case "type": .init(name: "type", value: .array((member.value.arrayValue ?? [member.value]) + ["null"]))
            case "enum": .init(name: "enum", value: .array((member.value.arrayValue ?? []) + [.null]))
            default: member
            }
        }
    }
}
