/// One event of an event stream, as WHATWG HTML §9.2.5 writes it.
///
/// `data` may have several lines: each gets a field of its own, and the client puts them together again.
package struct ServerSentEvent: Sendable {
    /// What the client sends back as `Last-Event-ID` when it connects again.
    package var id: String?
    /// The name of the event; `message` where there is none.
    package var event: String?
    /// An event without data is not dispatched by the client, which still remembers its `id`.
    package var data: [UInt8]?
    /// Milliseconds after which the client connects again.
    package var retry: Int?

    package init(id: String? = nil, event: String? = nil, data: [UInt8]? = nil, retry: Int? = nil) {
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry
    }

    package static let mediaType = "text/event-stream"
    /// A comment, which clients pass over.
    static let heartbeat: [UInt8] = Array(":\n\n".utf8)

    package func append(to out: inout [UInt8]) {
        if let retry { ServerSentEvent.append("retry: ", Array(String(retry).utf8)[...], to: &out) }
        if let id { ServerSentEvent.append("id: ", ServerSentEvent.line(id), to: &out) }
        if let event { ServerSentEvent.append("event: ", ServerSentEvent.line(event), to: &out) }
        if let data { ServerSentEvent.append(data: data, to: &out) }
        out.append(.lineFeed)
    }

    /// A line of its own ends with LF, CR, or both, as the client splits them.
    private static func append(data: [UInt8], to out: inout [UInt8]) {
        var rest = data[...]
        while let end = rest.firstIndex(where: { $0 == .lineFeed || $0 == .carriageReturn }) {
            append("data: ", rest[..<end], to: &out)
            let isPair = rest[end] == .carriageReturn && rest.dropFirst(end - rest.startIndex + 1).first == .lineFeed
            rest = rest[(end + (isPair ? 2 : 1))...]
        }
        append("data: ", rest, to: &out)
    }

    private static func append(_ name: StaticString, _ value: ArraySlice<UInt8>, to out: inout [UInt8]) {
        out.append(contentsOf: name)
        out.append(contentsOf: value)
        out.append(.lineFeed)
    }

    /// A field of one line ends where a line would: the rest could be taken for another field.
    ///
    /// An id with NUL would be ignored by the client.
    private static func line(_ text: String) -> ArraySlice<UInt8> {
        Array(text.utf8).prefix { $0 != .lineFeed && $0 != .carriageReturn && $0 != 0 }
    }
}
