import KoiJSON

/// What values a field may have.
///
/// How each kind is checked, stored, written and filtered follows from it alone.
package indirect enum FieldKind: Sendable {
    case text(TextRule)
    case integer(ClosedRange<Int64>)
    /// Any finite number.
    case number
    case boolean
    /// `YYYY-MM-DD`, stored as that text.
    case date
    /// RFC 3339, stored in milliseconds since 1970.
    case time
    /// One of a closed list of codes.
    case choice([Choice])
    /// The id of a record of the named resource.
    case reference(String)
    /// Texts without repeats, stored as a JSON array.
    case list(maximum: Int, item: TextRule)
    /// Small objects, stored as a JSON array.
    case facts(maximum: Int, fields: [Field])
    /// The fields that a company made itself, stored as a JSON object.
    case custom
    /// Rows of a table of its own that tie this record to others.
    case links(LinkTable)
    /// A JSON object whose shape the resource's own rules check.
    case object
    /// What the record is called in other systems, stored as a JSON array and, to be found by, in `external_ids`.
    case externalIDs

    /// Whether values have an order that a list can follow.
    package var isOrdered: Bool {
        switch self {
        case .text, .integer, .number, .boolean, .date, .time, .choice, .reference: true
        case .list, .facts, .custom, .links, .object, .externalIDs: false
        }
    }
}

package struct Choice: Sendable, Equatable {
    package let code: String
    package let label: Text

    package init(_ code: String, _ en: String, _ zh: String) {
        self.code = code
        label = Text(en, zh)
    }
}

package enum TextFormat: String, Sendable {
    /// One line; white space around it is dropped.
    case line
    /// May have line breaks.
    case multiline
    case email
    case phone
    case web
    /// A name for programs: small letters, digits and `_`, beginning with a letter.
    case key
    /// A day as `YYYY-MM-DD`, solar or lunar.
    case day
    /// An IANA time zone, such as Asia/Shanghai.
    case timeZone
    /// A time of day as `HH:MM`, up to 24:00.
    case clock
}

package struct TextRule: Sendable {
    /// In Unicode code points.
    package let maximum: Int
    package let format: TextFormat

    package init(maximum: Int, format: TextFormat = .line) {
        self.maximum = maximum
        self.format = format
    }
}

/// A table that ties records of this resource to records of others, one row for each tie.
package struct LinkTable: Sendable {
    package let table: String
    /// The column with the id of the record that holds the links.
    package let holder: String
    /// The field among `fields` that names the other record; also the name of the list parameter that filters by it.
    package let target: String
    package let fields: [Field]
    package let maximum: Int

    package init(
        table: String,
        holder: String,
        target: String,
        maximum: Int,
        fields: [Field]
    ) {
        self.table = table
        self.holder = holder
        self.target = target
        self.maximum = maximum
        self.fields = fields
    }
}
