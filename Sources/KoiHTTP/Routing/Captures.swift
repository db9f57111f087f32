/// The values that a path gave to the captures of its pattern.
package struct Captures: Sendable {
    private let pattern: [PathPattern.Segment]
    private let segments: [String]

    /// A path that matches the pattern.
    init(_ pattern: PathPattern, _ segments: [String]) {
        self.pattern = pattern.segments
        self.segments = segments
    }

    /// The value of a capture, decoded; nil when the pattern has none of that name.
    package subscript(_ name: String) -> String? {
        for (segment, value) in zip(pattern, segments) {
            if case .capture(name) = segment { return value }
        }
        return nil
    }

    /// All values in order.
    package var values: [String] {
        zip(pattern, segments).compactMap { segment, value in
            if case .capture = segment { value } else { nil }
        }
    }
}
