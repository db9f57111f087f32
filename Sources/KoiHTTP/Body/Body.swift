/// The content of a request, complete.
package enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// A body that was admitted as `.spool`.
    case file(SpooledFile)
    /// A `multipart/form-data` body that was admitted as `.spool`, its parts in order.
    case parts([Part])
}

/// One part of a `multipart/form-data` body (RFC 7578 §4).
package struct Part: Sendable {
    package enum Content: Sendable {
        case bytes([UInt8])
        case file(SpooledFile)
    }

    package let name: String
    /// As the client sent it, for display; never to be used as a path (RFC 7578 §4.2).
    package let filename: String?
    package let contentType: String?
    package let content: Content

    package init(name: String, filename: String?, contentType: String?, content: Content) {
        self.name = name
        self.filename = filename
        self.contentType = contentType
        self.content = content
    }
}
