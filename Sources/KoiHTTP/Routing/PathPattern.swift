/// A path with captures: `/v1/tickets/{id}/closure`.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    enum Segment: Hashable, Sendable {
        case literal(String)
        case capture(String)
    }

    /// As it was written.
    package let description: String
    let segments: [Segment]

    package init(_ text: String) {
        description = text
        segments =
            text == "/"
            ? []
            : text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
                $0.hasPrefix("{") && $0.hasSuffix("}")
                    ? .capture(String($0.dropFirst().dropLast())) : .literal(String($0))
            }
    }

    /// The names of the captures, in order.
    package var captures: [String] {
        segments.compactMap { if case .capture(let name) = $0 { name } else { nil } }
    }
}
