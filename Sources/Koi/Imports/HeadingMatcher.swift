import KoiJSON

/// Says to which field a column probably goes, by its heading in either language.
struct HeadingMatcher {
    private var targets: [String: String] = [:]
    private let hasExternals: Bool

    /// - Parameters:
    ///   - fields: the custom fields of the resource.
    ///   - restrictions: fields that may not be written are not proposed.
    init(_ resource: Resource, _ fields: [CustomField], _ restrictions: FieldRestrictions) {
        hasExternals = resource.takesExternalIDs
        let writable = resource.fields.filter { ImportTarget.isWritable($0) && restrictions.isWritable($0.name) }
        let hasID = resource.field("id").map { [$0] } ?? []
        for field in writable + hasID { add(field.name, to: field.name) }
        for field in fields where restrictions.isWritable("custom." + field.key) {
            add("custom." + field.key, to: "custom." + field.key)
        }
        for field in writable + hasID {
            add(field.label.en, to: field.name)
            add(field.label.zh, to: field.name)
        }
        for field in fields where restrictions.isWritable("custom." + field.key) {
            for heading in [field.label.en, field.label.zh, field.key] { add(heading, to: "custom." + field.key) }
        }
        // Where the company of a person stands beside the name, headings that speak of a company mean that.
        for field in writable.filter({ $0.name == "company" }) + writable + hasID {
            for heading in HeadingSynonyms.byField[field.name] ?? [] { add(heading, to: field.name) }
        }
        // Who has one field for numbers takes the number of a mobile there.
        if resource.field("mobile") == nil, resource.field("phone") != nil {
            for heading in HeadingSynonyms.byField["mobile"] ?? [] { add(heading, to: "phone") }
        }
    }

    /// The first that claims a heading has it.
    private mutating func add(_ heading: String, to target: String) {
        let key = HeadingMatcher.folded(heading)
        if !key.isEmpty, targets[key] == nil { targets[key] = target }
    }

    /// A field for each heading, each field once; nil where nothing fits.
    func propose(for headings: [String]) -> [String?] {
        var taken: Set<String> = []
        return headings.map { heading in
            guard let target = target(of: heading), taken.insert(target).inserted else { return nil }
            return target
        }
    }

    private func target(of heading: String) -> String? {
        if hasExternals, let exact = ImportTarget.externalSystem(heading) { return ImportTarget.externalPrefix + exact }
        return targets[HeadingMatcher.folded(heading)]
            ?? targets[HeadingMatcher.folded(String(heading.prefix { $0 != "(" && $0 != "（" }))]
    }

    /// Without case, width, spaces and marks.
    static func folded(_ heading: String) -> String {
        let marks: Set<Unicode.Scalar> = [" ", "-", "_", ":", "*", "/", "\u{3000}", "\t", "'", "\"", "."]
        var scalars = String.UnicodeScalarView()
        for scalar in TextFolding.fold(heading).unicodeScalars where !marks.contains(scalar) { scalars.append(scalar) }
        return String(scalars)
    }
}
