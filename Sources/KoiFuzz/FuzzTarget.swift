/// A reader of bytes from outside, with what must hold whatever the bytes are.
///
/// The fuzzers call it with inputs that they make up, and a test with every input of the corpus.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// `KoiHTTP.Conversation`: requests on one connection, with their bodies.
    case requests
    /// `KoiHTTP.ResponseParser`: what servers answer to requests of Koi.
    case responses
    /// `KoiHTTP.MultipartCollector`: the parts of a form.
    case multipart
    /// `KoiJSON.JSONReader`, and what the writer makes of its values.
    case json
    /// The parameters of a list: filters, order, fields.
    case queries
    /// The cursors of lists.
    case cursors
    /// `KoiFormats`: CSV, JSON lines and cards, in whatever encoding.
    case files
    /// `MailReport`: mails that say that another could not be delivered.
    case bounces
    /// `KoiFormats.IncomingMail`: mails of customers.
    case mails

    /// Reads an input; what must never happen ends the process.
    package func read(_ input: [UInt8]) {
        switch self {
        case .requests: RequestFuzzing.read(input)
        case .responses: ResponseFuzzing.read(input)
        case .multipart: MultipartFuzzing.read(input)
        case .json: JSONFuzzing.read(input)
        case .queries: QueryFuzzing.read(input)
        case .cursors: CursorFuzzing.read(input)
        case .files: FileFuzzing.read(input)
        case .bounces: BounceFuzzing.read(input)
        case .mails: MailFuzzing.read(input)
        }
    }
}

/// Ends the process where something holds that must not: the fuzzer then keeps the input.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
