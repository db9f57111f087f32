/// An answer.
///
/// `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` are written by the server.
package struct Response: Sendable {
    package var status: Status
    package var fields: Fields
    package var body: ResponseBody

    package init(_ status: Status, fields: Fields = Fields(), body: ResponseBody = .none) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Tells the source of a stream that its content will not be sent.
    func abandon() {
        if case .stream(let source) = body { source.cancel() }
    }
}

/// The content of an answer.
///
/// It is left out, with its length kept, when the request was a HEAD.
package enum ResponseBody: Sendable {
    case none
    case bytes([UInt8])
    case file(FileBody)
    /// Sent in chunks; with a fixed length when the fields of the response state `Content-Length`.
    case stream(any BodySource)
}
