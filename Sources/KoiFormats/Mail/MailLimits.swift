/// How much of a mail is read.
///
/// What is beyond is left out, and the mail says so (`IncomingMail.omissions`); reading takes time in
/// proportion to the bytes, whatever they are.
package enum MailLimits {
    /// Header fields of one part.
    package static let fields = 500
    /// Bytes of the value of a header field.
    static let fieldBytes = 16 << 10
    static let addresses = 200
    static let references = 100
    static let parameters = 50
    /// Parts, with those that only hold others.
    package static let parts = 500
    /// How deep parts lie within parts.
    static let depth = 10
    package static let files = 50
    /// Bytes of the text, as it came and in UTF-8.
    package static let text = 1 << 20
    /// Code points of a subject, a name of a person or of a file.
    package static let line = 200
}
