/// A value of a record that may match a query.
package struct FieldText: Sendable {
    /// What the value is, and so in which ways it can match.
    package enum Kind: Sendable {
        case name
        case text
        case phone
        case email
        case web
        case code
    }

    package let field: String
    package let kind: Kind
    package let value: String

    package init(field: String, kind: Kind, value: String) {
        self.field = field
        self.kind = kind
        self.value = value
    }
}

/// That a record matches a query, and where.
package struct SearchMatch: Sendable, Equatable {
    /// How well, the best first.
    package enum Kind: Int, Sendable, Comparable {
        /// A value is what was asked for.
        case exact
        /// A name or number begins with it, as written or by its pinyin or initials.
        case prefix
        /// Each word of the query is found in some value.
        case word

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind

    /// The fields that matched in the best way, each once, in the order of the candidate.
    package let fields: [String]

    package init(kind: Kind, fields: [String]) {
        self.kind = kind
        self.fields = fields
    }
}
