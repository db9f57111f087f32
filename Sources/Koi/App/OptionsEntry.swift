/// One option of `koi serve`: how it is called, what it takes, and what it sets.
package struct OptionEntry: Sendable {
    /// As the flag has it without its dashes: `backups-kept`.
    package let name: String
    /// What stands after the flag in help and README: `NUMBER`.
    package let value: String
    package let fallback: String
    /// Whether the flag may be given several times.
    package let repeats: Bool
    package let sentence: String
    private let set: @Sendable (inout Configuration, String) throws -> Void

    init(
        _ name: String,
        _ value: String,
        fallback: String,
        repeats: Bool = false,
        _ sentence: String,
        set: @escaping @Sendable (inout Configuration, String) throws -> Void
    ) {
        self.name = name
        self.value = value
        self.fallback = fallback
        self.repeats = repeats
        self.sentence = sentence
        self.set = set
    }

    package var flag: String { "--" + name }

    package var variable: String { "KOI_" + name.replacing("-", with: "_").uppercased() }

    /// What `--help` says of it.
    package var help: String { "\(sentence) (\(variable); default: \(fallback))" }

    func apply(
        flags: [String: [String]],
        environment: [String: String],
        to configuration: inout Configuration
    ) throws(OptionError) {
        let (text, place) = given(flags, environment)
        do {
            try set(&configuration, text)
        } catch {
            throw OptionError(place: place, value: text, advice: "\(error)")
        }
    }

    private func given(
        _ flags: [String: [String]],
        _ environment: [String: String]
    ) -> (text: String, place: String) {
        if let values = flags[name], !values.isEmpty {
            return (values.joined(separator: ","), flag)
        }
        if let text = environment[variable], !text.isEmpty { return (text, variable) }
        return (fallback, flag)
    }
}

/// A value that an option does not take: where it stands and what would do.
package struct OptionError: Error, Equatable, CustomStringConvertible {
    /// The flag or variable: `--loops`, `KOI_LOOPS`.
    package let place: String
    package let value: String
    package let advice: String

    package var description: String { "\(place) cannot be \"\(value)\": \(advice)" }
}
