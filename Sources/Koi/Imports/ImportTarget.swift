import KoiJSON

/// Where the values of a column go.
enum ImportTarget: Sendable {
    case id
    case field(Field)
    case custom(CustomField)
    /// The key of the record in another system.
    case external(String)

    static let externalPrefix = "externalIds."

    /// The system of `externalIds.erp`.
    static func externalSystem(_ name: String) -> String? {
        guard name.hasPrefix(externalPrefix), name.utf8.count > externalPrefix.utf8.count else { return nil }
        return String(name.dropFirst(externalPrefix.count))
    }

    static func isWritable(_ field: Field) -> Bool {
        !field.isReadOnly && field.name != "id"
    }

    /// - Returns: nil where there is no such target.
    init?(_ name: String, _ resource: Resource, _ customFields: [CustomField]) {
        if name == "id" {
            self = .id
        } else if let system = ImportTarget.externalSystem(name), resource.takesExternalIDs {
            self = .external(system)
        } else if let custom = customFields.first(where: { "custom." + $0.key == name }) {
            self = .custom(custom)
        } else if let field = resource.field(name), ImportTarget.isWritable(field) {
            self = .field(field)
        } else {
            return nil
        }
    }

    var name: String {
        switch self {
        case .id: "id"
        case .field(let field): field.name
        case .custom(let field): "custom." + field.key
        case .external(let system): ImportTarget.externalPrefix + system
        }
    }
}
