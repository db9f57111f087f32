/// A text with placeholders in double braces, cut into what stands between them.
///
/// What is put in is never looked through again.
struct Placeholders: Sendable, Equatable {
    enum Piece: Sendable, Equatable {
        case text(String)
        /// What stands between the braces, without white space at its ends.
        case name(String)
    }

    private(set) var pieces: [Piece] = []

    init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            if open.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<open.lowerBound]))) }
            pieces.append(.name(String(rest[open.upperBound..<close.lowerBound]).trimmingSpaces))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
    }

    /// Each once, in the order in which they stand.
    var names: [String] {
        var seen: Set<String> = []
        return pieces.compactMap { piece in
            guard case .name(let name) = piece, seen.insert(name).inserted else { return nil }
            return name
        }
    }

    /// - Parameters:
    ///   - escape: brings a value to the form of the place where it stands.
    ///   - value: nothing for a placeholder that has none.
    func filled(_ escape: (String) -> String, _ value: (String) throws -> String?) rethrows -> String {
        try pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .name(let name): try value(name).map(escape) ?? ""
            }
        }.joined()
    }
}

/// The placeholders that a text may have.
struct PlaceholderList {
    /// Those that are about no record.
    static let common: Set<String> = ["company", "sender", "unsubscribe"]

    private let parameters: Set<String>
    private let catalog: Catalog

    init(_ parameters: Set<String>, _ catalog: Catalog) {
        self.parameters = parameters
        self.catalog = catalog
    }

    func contains(_ name: String) -> Bool {
        parameters.contains(name) || PlaceholderList.common.contains(name)
            || RecordPlaceholder(name, catalog) != nil
    }
}

/// A placeholder for the field of a person's record, or of a ticket: `customer.name`, `contact.custom.colour`, `ticket.number`.
struct RecordPlaceholder {
    let resource: Resource
    /// As restrictions name it.
    let field: String
    let kind: FieldKind

    init?(_ name: String, _ catalog: Catalog) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2,
            let resource = catalog.resources.all.first(where: { resource in
                resource.singular == parts[0] && (resource.describesPeople || resource.name == Ticket.resource.name)
            })
        else { return nil }
        self.resource = resource
        field = parts[1]
        if let custom = catalog.customFields.current.field(parts[1], of: resource) {
            kind = custom.kind
        } else if let found = resource.field(parts[1]), RecordPlaceholder.isReadable(found.kind) {
            kind = found.kind
        } else {
            return nil
        }
    }

    /// Whether its values can stand in a text.
    private static func isReadable(_ kind: FieldKind) -> Bool {
        switch kind {
        case .text, .integer, .number, .boolean, .date, .time, .choice, .list: true
        case .reference(let target): target == User.resource.name
        case .facts, .custom, .links, .object, .externalIDs: false
        }
    }
}
