import KoiHTTP
import KoiJSON

/// `/v1/schema`: the field lists as data, the company's own fields included, with labels in both languages; and
/// `/openapi.yaml`.
package enum SchemaRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        [
            .get("/v1/schema", schema).permitted(.anyone).documented(documentation),
            Route(.get, "/openapi.yaml", .immediate(openAPI)).access(.open),
        ]
    }

    private static func openAPI(_ call: Call, _ app: App) throws -> Answer {
        .document(try app.openAPI.bytes(), type: "application/yaml")
    }

    private static func schema(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let custom = transaction.catalog.customFields.current
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.key("resources")
        json.beginArray()
        for resource in transaction.catalog.resources.all {
            json.beginObject()
            json.key("name")
            json.string(resource.name)
            json.key("label")
            write(resource.pluralLabel, &json)
            json.key("searchable")
            json.bool(resource.isSearchable)
            // By which field a right reaches one's own records only.
            json.key("owner")
            json.value(resource.ownerField.map { .string($0) } ?? .null)
            json.key("fields")
            json.beginArray()
            let held = transaction.actor.access.restrictions(of: resource.name)
            let fields =
                resource.fields.map { FieldDescription($0) }
                + custom.fields(of: resource.name).map { FieldDescription($0) }
            for field in fields where held.reading(field.name) != .hidden { write(field, held, &json) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.key("settings")
        json.beginArray()
        let settings = Settings.resource.declared.filter { $0.name != "mail" }.map { FieldDescription($0) }
        let mail = (Settings.mailFields + [Settings.password]).map { FieldDescription($0, within: "mail") }
        for field in settings + mail { write(field, .none, &json) }
        json.endArray()
        json.endObject()
        return .json(json.bytes)
    }

    /// What `/v1/schema` says of a field, be it Koi's or the company's own.
    private struct FieldDescription {
        let name: String
        let kind: FieldKind
        let label: Text
        let note: Text?
        let isRequired: Bool
        let isReadOnly: Bool
        let isFixed: Bool
        let isNullable: Bool
        let isSortable: Bool
        let isSearchable: Bool
        let filterName: String?

        init(_ field: Field, within outer: String? = nil) {
            name = outer.map { $0 + "." + field.name } ?? field.name
            kind = field.kind
            label = field.label
            note = field.note
            isRequired = field.isRequired
            isReadOnly = field.isReadOnly
            isFixed = field.isFixed
            isNullable = field.isNullable
            isSortable = field.isSortable
            isSearchable = field.search != nil
            filterName =
                if case .links(let links) = field.kind { links.target } else if field.isFilterable { field.name } else {
                    nil
                }
        }

        init(_ field: CustomField) {
            name = "custom." + field.key
            kind = field.kind
            label = field.label
            note = nil
            isRequired = field.isRequired
            isReadOnly = false
            isFixed = false
            isNullable = true
            isSortable = true
            isSearchable = false
            filterName = name
        }

        /// - Parameter reading: of a field that is not shown in full only the full value can be asked for.
        func filters(_ reading: FieldRestriction.Reading) -> [String] {
            guard let filterName else { return [] }
            let isLinks = if case .links = kind { true } else { false }
            let operations = FilterOperation.operations(
                of: isLinks ? .reference("") : kind,
                isNullable: isLinks || isNullable
            )
            return operations.filter { reading == .clear || $0.isEmpty }.map {
                $0.isEmpty ? filterName : filterName + "." + $0
            }
        }
    }

    private static func write(_ field: FieldDescription, _ held: FieldRestrictions, _ json: inout JSONWriter) {
        let reading = held.reading(field.name)
        let isClear = reading == .clear
        json.beginObject()
        json.key("name")
        json.string(field.name)
        json.key("label")
        write(field.label, &json)
        if let note = field.note {
            json.key("note")
            write(note, &json)
        }
        json.key("required")
        json.bool(field.isRequired)
        json.key("readOnly")
        json.bool(field.isReadOnly)
        json.key("fixed")
        json.bool(field.isFixed)
        json.key("access")
        json.string(isClear ? "clear" : "masked")
        json.key("writable")
        json.bool(!field.isReadOnly && held.isWritable(field.name))
        json.key("sortable")
        json.bool(field.isSortable && isClear)
        json.key("searched")
        json.bool(field.isSearchable && isClear)
        json.key("filters")
        json.beginArray()
        for filter in field.filters(reading) { json.string(filter) }
        json.endArray()
        json.key("schema")
        json.value(.object(field.kind.schema(forWriting: false)))
        if case .choice(let choices) = field.kind {
            json.key("choices")
            json.beginArray()
            for choice in choices {
                json.beginObject()
                json.key("code")
                json.string(choice.code)
                json.key("label")
                write(choice.label, &json)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }

    private static func write(_ text: Text, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("en")
        json.string(text.en)
        json.key("zh")
        json.string(text.zh)
        json.endObject()
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showSchema",
            tag: "schema",
            "The fields of every resource, custom fields included, with labels in both languages, as far as the role of "
                + "whoever asks shows them: access is clear or masked, writable whether the role may write it."
        )
        docs.answer = Schema.object([
            "resources": Schema.array(["type": "object"]),
            "settings": Schema.array(["type": "object"]),
        ])
        docs.problems = [.badRequest]
        return docs
    }()
}
