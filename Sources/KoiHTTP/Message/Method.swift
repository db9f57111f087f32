/// A request method: a case-sensitive token (RFC 9110 §9.1), known or not.
package struct Method: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static let get = Method(rawValue: "GET")
    package static let head = Method(rawValue: "HEAD")
    package static let post = Method(rawValue: "POST")
    package static let put = Method(rawValue: "PUT")
    package static let patch = Method(rawValue: "PATCH")
    package static let delete = Method(rawValue: "DELETE")
    package static let options = Method(rawValue: "OPTIONS")
    package static let connect = Method(rawValue: "CONNECT")
    package static let trace = Method(rawValue: "TRACE")

    package static let query = Method(rawValue: "QUERY")

    /// Whether RFC 9110 §9.3, RFC 5789 or the HTTP working group's draft of QUERY defines it.
    package var isStandard: Bool { Method.standard.contains(self) }

    private static let standard: Set<Method> = [
        .get, .head, .post, .put, .patch, .delete, .options, .connect, .trace, .query,
    ]
}
