/// The request line and the fields of a request, taken apart.
package struct RequestHead: Sendable, Equatable {
    package var method: Method
    /// The target as it was sent (RFC 9112 §3.2).
    package var target: String
    /// The path, percent-decoded once and without dot segments; `*` for the asterisk form.
    package var path: String
    /// The parts of the path, decoded; `[]` for `/`.
    ///
    /// A decoded slash stays within its segment.
    package var segments: [String]
    /// What follows the first `?`, still encoded; see `Query.parse`.
    package var query: String?
    /// 0 for HTTP/1.0, 1 for HTTP/1.1 and later minor versions.
    package var minorVersion: Int
    package var fields: Fields

    package init(
        method: Method = .get,
        target: String = "/",
        path: String = "/",
        segments: [String] = [],
        query: String? = nil,
        minorVersion: Int = 1,
        fields: Fields = Fields()
    ) {
        self.method = method
        self.target = target
        self.path = path
        self.segments = segments
        self.query = query
        self.minorVersion = minorVersion
        self.fields = fields
    }

    /// The head of a request for `target`, as the parser would make it; for requests made in process.
    ///
    /// - Throws: `Refusal` where the target is not valid.
    package init(
        _ method: Method,
        _ target: String,
        fields: Fields = Fields()
    )
        throws(Refusal)
    {
        self.init(method: method, fields: fields)
        let bytes = Array(target.utf8)
        try bytes.withBytes { bytes throws(Refusal) in
            try RequestTarget.read(bytes, into: &self)
        }
    }
}
