import KoiHTTP

/// The forms in which a list leaves Koi beside its pages of JSON.
package enum ExportForm: String, CaseIterable, Sendable {
    case csv
    /// A record on each line.
    case ndjson
    case vcard

    /// As `Accept` names it.
    package var type: String {
        switch self {
        case .csv: "text/csv"
        case .ndjson: "application/x-ndjson"
        case .vcard: "text/vcard"
        }
    }

    /// As the answer says it.
    var contentType: String {
        switch self {
        case .csv: CSV.mediaType
        case .ndjson: type
        case .vcard: "text/vcard; charset=utf-8"
        }
    }

    static func forms(of resource: Resource) -> [ExportForm] {
        resource.describesPeople ? allCases : [.csv, .ndjson]
    }

    /// The form that a client would rather have than JSON; nil for JSON.
    ///
    /// - Throws: `Problem` 406 where it takes none.
    static func wanted(of resource: Resource, in request: Request) throws -> ExportForm? {
        let forms = forms(of: resource)
        guard let type = try AcceptedTypes.prefer(forms.map(\.type), in: request) else { return nil }
        return forms.first { $0.type == type }
    }
}
