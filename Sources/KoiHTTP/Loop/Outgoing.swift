/// What a connection has yet to send: bytes that the socket did not take, and content behind them.
struct Outgoing {
    enum Progress {
        /// Nothing is left and no content is open.
        case idle
        /// The content is sent: the answer is complete.
        case contentSent
        /// The socket takes no more; so many bytes went out.
        case blocked(Int)
        /// There is more to send, but others have their turn first; so many bytes went out.
        case yielded(Int)
        /// All is sent and the stream has to be asked.
        case needsChunk
        /// All is sent and the stream was asked.
        case awaitsChunk
        /// The client is gone, or the content is shorter than was said.
        case failed
    }

    enum ChunkResult {
        case more
        case complete
        case broken
    }

    private enum Content {
        case none
        case bytes([UInt8], offset: Int)
        case file(FileBody, sent: Int)
        case stream(Stream)
    }

    /// Chunks up to this size join what else the loop has to send; larger ones wait on their own.
    private static let copiedChunk = 16 * 1024

    private struct Stream {
        let source: any BodySource
        /// The same source where it is an event stream.
        var events: (any EventSource)?
        let isChunked: Bool
        /// What is left of a stated length.
        var remaining: Int?
        var isAsked = false

        func append(_ bytes: [UInt8], to out: inout [UInt8]) {
            if isChunked { ResponseEncoder.append(chunkOf: bytes.count, to: &out) }
            out.append(contentsOf: bytes)
            if isChunked { out.append(contentsOf: "\r\n") }
        }
    }

    private var waiting: [UInt8] = []
    private var waitingOffset = 0
    private var content = Content.none

    /// Bytes of a file sent in a row before other connections have their turn.
    private static let fileShare = 1024 * 1024

    /// Whether no content is open and no byte waits.
    var isIdle: Bool {
        if case .none = content { waiting.isEmpty } else { false }
    }

    /// Whether content is open; bytes that wait are none.
    var hasContent: Bool {
        if case .none = content { false } else { true }
    }

    /// Whether an event stream is open.
    var isEventStream: Bool { events != nil }

    private var events: (any EventSource)? {
        if case .stream(let stream) = content { stream.events } else { nil }
    }

    /// Bytes of the content in hand that went out; those of a stream are counted where they come in.
    var contentSent: Int {
        switch content {
        case .none, .stream: 0
        case .bytes(_, let offset): offset
        case .file(_, let sent): sent
        }
    }

    mutating func begin(_ body: ResponseBody, framing: ResponseEncoder.Framing) {
        switch body {
        case .none: content = .none
        case .bytes(let bytes): content = .bytes(bytes, offset: 0)
        case .file(let file): content = .file(file, sent: 0)
        case .stream(let source):
            var stream = Stream(source: source, isChunked: framing == .chunked)
            if case .length(let length) = framing { stream.remaining = length }
            content = .stream(stream)
        case .events(let source):
            let isChunked = framing == .chunked
            content = .stream(Stream(source: source, events: source, isChunked: isChunked))
        }
    }

    mutating func reset() { content = .none }

    /// The connection is closed.
    mutating func cancel() {
        if case .stream(let stream) = content { stream.source.cancel() }
        content = .none
        waiting = []
    }

    /// Sends `fresh`, which is emptied, after what waited before, and then the content.
    mutating func transmit(to socket: borrowing Transport, with fresh: inout [UInt8]) -> Progress {
        var moved = 0
        if !fresh.isEmpty {
            if waiting.isEmpty {
                let outcome = fresh.withUnsafeBytes { sendWithContent($0, to: socket) }
                guard case .some(let sent) = outcome else {
                    fresh.removeAll(keepingCapacity: true)
                    return .failed
                }
                moved += sent
                if sent < fresh.count { waiting.append(contentsOf: fresh[sent...]) }
            } else {
                waiting.append(contentsOf: fresh)
            }
            fresh.removeAll(keepingCapacity: true)
        }
        while waitingOffset < waiting.count {
            let sent = waiting.withUnsafeBytes { bytes in
                sendWithContent(bytes.part(waitingOffset..<bytes.count), to: socket)
            }
            guard let sent else { return .failed }
            guard sent > 0 else { return .blocked(moved) }
            moved += sent
            waitingOffset += sent
        }
        if waitingOffset > 0 {
            // An idle connection keeps no storage.
            waiting = []
            waitingOffset = 0
        }
        return settled(sendContent(to: socket, moved: moved), moved, on: socket)
    }

    mutating func askForChunk(_ deliver: @escaping @Sendable (BodyChunk) -> Void) {
        guard case .stream(var stream) = content else { return }
        stream.isAsked = true
        content = .stream(stream)
        stream.source.next(deliver)
    }

    /// Takes a chunk of the stream, to be sent next: what is small goes into `fresh`.
    mutating func take(_ chunk: BodyChunk, into fresh: inout [UInt8]) -> ChunkResult {
        guard case .stream(var stream) = content else { return .more }
        stream.isAsked = false
        switch chunk {
        case .bytes(let bytes):
            if let remaining = stream.remaining {
                // More than was said would be taken for the next answer.
                guard bytes.count <= remaining else { return .broken }
                stream.remaining = remaining - bytes.count
            }
            content = .stream(stream)
            // An empty chunk would end the content.
            if bytes.isEmpty { return .more }
            if bytes.count <= Outgoing.copiedChunk {
                stream.append(bytes, to: &fresh)
            } else {
                stream.append(bytes, to: &waiting)
            }
            return .more
        case .end:
            content = .none
            if stream.isChunked { fresh.append(contentsOf: "0\r\n\r\n") }
            return (stream.remaining ?? 0) == 0 ? .complete : .broken
        case .failed:
            content = .none
            return .broken
        }
    }

    /// Sends a comment on an event stream.
    ///
    /// - Returns: false where the stream has come to its end instead: call `endEvents`.
    func beat(into fresh: inout [UInt8]) -> Bool {
        guard case .stream(let stream) = content, let events = stream.events, !events.isOver else { return false }
        stream.append(ServerSentEvent.heartbeat, to: &fresh)
        return true
    }

    /// Ends an event stream from this side, as complete as it is.
    mutating func endEvents(into fresh: inout [UInt8]) {
        guard case .stream(let stream) = content else { return }
        stream.source.cancel()
        content = .none
        if stream.isChunked { fresh.append(contentsOf: "0\r\n\r\n") }
    }

    /// Sends bytes, together with content that lies in memory.
    ///
    /// Returns how many of `bytes` went out, 0 when the socket takes nothing, nil when it failed.
    private mutating func sendWithContent(
        _ bytes: UnsafeRawBufferPointer,
        to socket: borrowing Transport
    ) -> Int? {
        let outcome: Socket.Outcome
        switch content {
        case .none, .stream:
            outcome = socket.send(bytes)
        case .file:
            outcome = socket.send(bytes, moreFollows: true)
        case .bytes(let body, let offset):
            outcome = body.withUnsafeBytes {
                socket.send(bytes, $0.part(offset..<$0.count))
            }
            if case .bytes(let sent) = outcome, sent > bytes.count {
                content = .bytes(body, offset: offset + sent - bytes.count)
                return bytes.count
            }
        }
        switch outcome {
        case .bytes(let sent): return sent
        case .blocked: return 0
        case .closed: return nil
        }
    }

    /// What was taken to be sent with TLS is sent when the socket has taken it.
    private func settled(_ progress: Progress, _ moved: Int, on socket: borrowing Transport) -> Progress {
        switch socket.flush() {
        case .all: progress
        case .blocked: if case .failed = progress { progress } else { .blocked(moved) }
        case .closed: .failed
        }
    }

    private mutating func sendContent(to socket: borrowing Transport, moved: Int) -> Progress {
        var moved = moved
        var share = Outgoing.fileShare
        while true {
            let outcome: Socket.Outcome
            switch content {
            case .none: return .idle
            case .stream(let stream): return stream.isAsked ? .awaitsChunk : .needsChunk
            case .bytes(let bytes, let offset):
                guard offset < bytes.count else { return .contentSent }
                outcome = bytes.withUnsafeBytes { socket.send($0.part(offset..<$0.count)) }
                if case .bytes(let sent) = outcome {
                    content = .bytes(bytes, offset: offset + sent)
                }
            case .file(let file, let sent):
                guard sent < file.length else { return .contentSent }
                guard share > 0 else { return .yielded(moved) }
                outcome = socket.send(
                    file: file.descriptor,
                    offset: file.offset + sent,
                    length: min(file.length - sent, share)
                )
                if case .bytes(let count) = outcome {
                    if count == 0 { return .failed }
                    share -= count
                    content = .file(file, sent: sent + count)
                }
            }
            switch outcome {
            case .bytes(let sent): moved += sent
            case .blocked: return .blocked(moved)
            case .closed: return .failed
            }
        }
    }
}
