import KoiJSON

/// What a role may not do with one field.
package struct FieldRestriction: Sendable, Equatable {
    package enum Reading: Int, Sendable, Comparable {
        case clear
        /// Only so much of the value that whoever knows it recognises it.
        case masked
        /// As if there were no such field.
        case hidden

        package static func < (left: Reading, right: Reading) -> Bool { left.rawValue < right.rawValue }
    }

    package let reading: Reading
    package let isWritable: Bool

    package init(reading: Reading, isWritable: Bool) {
        self.reading = reading
        self.isWritable = isWritable
    }

    package static let none = FieldRestriction(reading: .clear, isWritable: true)
    static let hidden = FieldRestriction(reading: .hidden, isWritable: false)

    /// As a role has it: `{"read": "masked", "write": false}`.
    ///
    /// What cannot be read is hidden.
    init(_ value: JSONValue) {
        let object = value.objectValue ?? [:]
        switch object["read"]?.stringValue {
        case "clear", nil: reading = .clear
        case "masked": reading = .masked
        default: reading = .hidden
        }
        isWritable = object["write"]?.boolValue ?? true
    }

    /// Both together: what either forbids is forbidden.
    func and(_ other: FieldRestriction) -> FieldRestriction {
        FieldRestriction(
            reading: max(reading, other.reading),
            isWritable: isWritable && other.isWritable
        )
    }

    /// Whether this allows no more than another does.
    func isWithin(_ other: FieldRestriction) -> Bool {
        reading >= other.reading && (other.isWritable || !isWritable)
    }
}

/// What an actor may not do with the fields of one resource, by name; custom fields as `custom.colour`.
package struct FieldRestrictions: Sendable, Equatable {
    package private(set) var byName: [String: FieldRestriction] = [:]

    package static let none = FieldRestrictions()

    init(_ byName: [String: FieldRestriction] = [:]) {
        self.byName = byName.filter { $0.value != .none }
    }

    package var isEmpty: Bool { byName.isEmpty }

    package subscript(_ field: String) -> FieldRestriction { byName[field] ?? .none }

    /// A custom field is held back with all of `custom`, too.
    func reading(_ field: String) -> FieldRestriction.Reading {
        if byName.isEmpty { return .clear }
        let own = byName[field]?.reading ?? .clear
        return field.hasPrefix("custom.") ? max(own, byName["custom"]?.reading ?? .clear) : own
    }

    /// Whether any of a field is not shown in clear.
    func holdsBack(any field: Field) -> Bool {
        if reading(field.name) != .clear { return true }
        guard case .custom = field.kind else { return false }
        return byName.contains { $0.key.hasPrefix(field.name + ".") && $0.value.reading != .clear }
    }

    func isWritable(_ field: String) -> Bool {
        if byName.isEmpty { return true }
        let own = byName[field]?.isWritable ?? true
        return field.hasPrefix("custom.") ? own && (byName["custom"]?.isWritable ?? true) : own
    }

    func and(_ other: FieldRestrictions) -> FieldRestrictions {
        var both = self
        for (name, restriction) in other.byName { both.byName[name] = both[name].and(restriction) }
        return both
    }

    /// What is worked out from fields that are held back is held back as well.
    func hidingWhatTells(_ fields: [Field]) -> FieldRestrictions {
        guard !isEmpty else { return self }
        var all = self
        for field in fields where field.tells.contains(where: { reading($0) != .clear }) {
            all.byName[field.name] = self[field.name].and(.hidden)
        }
        return all
    }

    /// Which of these fields are shown in clear where a field is written: itself, and where it holds the custom fields those.
    func clear(of names: Set<String>, within field: Field) -> Set<String> {
        names.filter { name in
            if name == field.name { return true }
            guard case .custom = field.kind else { return false }
            return name.hasPrefix(field.name + ".") && reading(name) == .clear
        }
    }

    func isWithin(_ other: FieldRestrictions) -> Bool {
        other.byName.allSatisfy { self[$0.key].isWithin($0.value) }
    }
}
