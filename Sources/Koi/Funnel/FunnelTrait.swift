import KoiJSON
import KoiSQLite

/// By what leads are told apart in the funnel.
enum FunnelTrait: String, CaseIterable {
    case owner
    case source
    case campaign

    /// That of a lead, as the table has it: empty for none.
    func value(of lead: Record) -> String {
        switch lead[rawValue] {
        case .string(let text): text
        case .integer(let number): String(number)
        default: ""
        }
    }

    /// The same of a row of leads under the alias `t`.
    var expression: String {
        switch self {
        case .source: "coalesce(t.source, '')"
        case .owner, .campaign: "coalesce(CAST(t.\(rawValue) AS TEXT), '')"
        }
    }

    /// A value of the trait as the table has it.
    static func stored(_ value: SQLValue) -> String {
        switch value {
        case .integer(let number): String(number)
        case .text(let text): text
        default: ""
        }
    }
}
