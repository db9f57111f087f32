/// An answer.
///
/// `Content-Length`, `Transfer-Encoding`, `Connection` and `Date` are written by the server.
package struct Response: Sendable {
    package var status: Status
    package var fields: Fields
    package var body: ResponseBody
    /// For `Application.ended`.
    package var times = AnswerTimes()

    package init(_ status: Status, fields: Fields = Fields(), body: ResponseBody = .none) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Tells the source of a stream that its content will not be sent.
    func abandon() {
        switch body {
        case .stream(let source): source.cancel()
        case .events(let source): source.cancel()
        case .none, .bytes, .file: break
        }
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
    /// Server-sent events (WHATWG HTML §9.2), for as long as both sides like.
    ///
    /// While the source has nothing to say, the server sends a comment now and then, so that nobody in between takes the
    /// connection for dead. It ends when the client closes its side or the server stops.
    case events(any EventSource)
}
