package import KoiJSON

/// One field of a resource, listed once.
///
/// Validation, JSON in and out, filters, sorts, search, CSV, the OpenAPI schema and the change log all read this; the
/// column has the field's name.
///
/// A field is made by its kind and refined by chaining:
/// `.text("name", "Name", "名称", max: 200).required().searched(as: .name).sorted(by: "nameKey")`.
package struct Field: Sendable {
    package let name: String
    package let kind: FieldKind
    package let label: Text
    /// What the name alone does not say, for `/v1/schema` and `openapi.yaml`.
    package private(set) var note: Text?
    package private(set) var isRequired = false
    package private(set) var isReadOnly = false
    /// Whether the resource's rules set it along with other fields; a client never does.
    package private(set) var isDerived = false
    /// The fields from which its value is worked out: where one of them is held back from somebody, so is this one.
    package private(set) var tells: [String] = []
    /// Set when the record is made, refused afterwards.
    package private(set) var isFixed = false
    package private(set) var isFilterable = true
    /// The column that orders this field: its own, or a key beside it such as the pinyin of a name.
    ///
    /// Nil: not sortable.
    package private(set) var sortColumn: String?
    package private(set) var search: FieldText.Kind?
    /// What it tells of whether two records are of the same thing; nil for nothing.
    package private(set) var recognition: Recognition?
    /// How much it counts for how complete a record is; 0 for nothing.
    package private(set) var weight: Int64 = 0
    /// What a record has where the client sends nothing.
    package private(set) var fallback: JSONValue = .null
    package private(set) var example: JSONValue?
    /// Whether what it holds says nothing about a person; what is not said so is taken for personal, see `Field.isPersonal`.
    package private(set) var isImpersonal = false

    /// The field without which this one says nothing: where two records are made one, it comes from the same of them.
    package private(set) var leader: String?

    package init(_ name: String, _ kind: FieldKind, _ label: Text) {
        self.name = name
        self.kind = kind
        self.label = label
        sortColumn = kind.isOrdered ? name : nil
        if case .list = kind { fallback = .array([]) }
        if case .facts = kind { fallback = .array([]) }
        if case .links = kind { fallback = .array([]) }
        if case .externalIDs = kind { fallback = .array([]) }
        if case .custom = kind { fallback = .object([:]) }
    }

    /// Whether null is a value of this field.
    package var isNullable: Bool { !isRequired && fallback == .null }
    package var isSortable: Bool { sortColumn != nil }
    /// The column beside its own by which it is ordered, if there is one.
    var derivedSort: String? { sortColumn == name ? nil : sortColumn }

    package func required() -> Field { with { $0.isRequired = true } }
    package func readOnly() -> Field { with { $0.isReadOnly = true } }
    package func derived() -> Field {
        with {
            $0.isReadOnly = true
            $0.isDerived = true
        }
    }
    /// - Parameter fields: from which its value is worked out, so that it tells of theirs.
    package func telling(of fields: [String]) -> Field { with { $0.tells = fields } }
    package func fixed() -> Field { with { $0.isFixed = true } }
    package func unfiltered() -> Field { with { $0.isFilterable = false } }
    package func unsorted() -> Field { with { $0.sortColumn = nil } }
    package func sorted(by column: String) -> Field { with { $0.sortColumn = column } }
    package func searched(as kind: FieldText.Kind) -> Field { with { $0.search = kind } }
    package func recognised(_ recognition: Recognition) -> Field { with { $0.recognition = recognition } }
    package func weighed(_ weight: Int64) -> Field { with { $0.weight = weight } }
    package func following(_ leader: String) -> Field { with { $0.leader = leader } }
    package func impersonal() -> Field { with { $0.isImpersonal = true } }
    package func fallback(_ value: JSONValue) -> Field { with { $0.fallback = value } }
    package func noted(_ en: String, _ zh: String) -> Field { with { $0.note = Text(en, zh) } }
    package func example(_ value: JSONValue) -> Field { with { $0.example = value } }

    private func with(_ change: (inout Field) -> Void) -> Field {
        var copy = self
        change(&copy)
        return copy
    }
}

extension Field {
    package static func text(
        _ name: String,
        _ en: String,
        _ zh: String,
        max: Int,
        _ format: TextFormat = .line
    ) -> Field {
        Field(name, .text(TextRule(maximum: max, format: format)), Text(en, zh))
    }

    package static func integer(
        _ name: String,
        _ en: String,
        _ zh: String,
        _ range: ClosedRange<Int64>
    ) -> Field {
        Field(name, .integer(range), Text(en, zh))
    }

    package static func number(_ name: String, _ en: String, _ zh: String) -> Field {
        Field(name, .number, Text(en, zh))
    }

    package static func boolean(_ name: String, _ en: String, _ zh: String) -> Field {
        Field(name, .boolean, Text(en, zh))
    }

    package static func date(_ name: String, _ en: String, _ zh: String) -> Field {
        Field(name, .date, Text(en, zh))
    }

    package static func time(_ name: String, _ en: String, _ zh: String) -> Field {
        Field(name, .time, Text(en, zh))
    }

    package static func choice(
        _ name: String,
        _ en: String,
        _ zh: String,
        _ choices: [Choice]
    ) -> Field {
        Field(name, .choice(choices), Text(en, zh))
    }

    package static func reference(
        _ name: String,
        _ en: String,
        _ zh: String,
        to resource: String
    ) -> Field {
        Field(name, .reference(resource), Text(en, zh))
    }

    package static func list(
        _ name: String,
        _ en: String,
        _ zh: String,
        max: Int,
        of item: TextRule
    ) -> Field {
        Field(name, .list(maximum: max, item: item), Text(en, zh))
    }

    package static func facts(
        _ name: String,
        _ en: String,
        _ zh: String,
        max: Int,
        of fields: [Field]
    ) -> Field {
        Field(name, .facts(maximum: max, fields: fields), Text(en, zh))
    }

    package static func links(
        _ name: String,
        _ en: String,
        _ zh: String,
        _ links: LinkTable
    ) -> Field {
        Field(name, .links(links), Text(en, zh)).unsorted()
    }
}
