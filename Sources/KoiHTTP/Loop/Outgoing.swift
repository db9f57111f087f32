/// What a connection has yet to send: bytes that the socket did not take, and content behind them.
struct Outgoing {
    enum Progress {
        /// Nothing is left and no content is open.
        case idle
        /// The content is sent: the answer is complete.
        case contentSent
        /// The socket takes no more; so many bytes went out.
        case blocked(Int)
        /// There is more to send, but others have their turn first.
        case yielded
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

    private struct Stream {
        let source: any BodySource
        let isChunked: Bool
        /// What is left of a stated length.
        var remaining: Int?
        var isAsked = false
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

    mutating func begin(_ body: ResponseBody, framing: ResponseEncoder.Framing) {
        switch body {
        case .none: content = .none
        case .bytes(let bytes): content = .bytes(bytes, offset: 0)
        case .file(let file): content = .file(file, sent: 0)
        case .stream(let source):
            var stream = Stream(source: source, isChunked: framing == .chunked)
            if case .length(let length) = framing { stream.remaining = length }
            content = .stream(stream)
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
    mutating func transmit(to socket: borrowing Socket, with fresh: inout [UInt8]) -> Progress {
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
            waiting.removeAll(keepingCapacity: waiting.capacity <= 4096)
            waitingOffset = 0
        }
        return sendContent(to: socket, moved: moved)
    }

    mutating func askForChunk(_ deliver: @escaping @Sendable (BodyChunk) -> Void) {
        guard case .stream(var stream) = content else { return }
        stream.isAsked = true
        content = .stream(stream)
        stream.source.next(deliver)
    }

    /// Puts a chunk of the stream behind what waits.
    mutating func take(_ chunk: BodyChunk) -> ChunkResult {
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
            if stream.isChunked { ResponseEncoder.append(chunkOf: bytes.count, to: &waiting) }
            waiting.append(contentsOf: bytes)
            if stream.isChunked { waiting.append(contentsOf: "\r\n") }
            return .more
        case .end:
            content = .none
            if stream.isChunked { waiting.append(contentsOf: "0\r\n\r\n") }
            return (stream.remaining ?? 0) == 0 ? .complete : .broken
        case .failed:
            content = .none
            return .broken
        }
    }

    /// Sends bytes, together with content that lies in memory.
    ///
    /// Returns how many of `bytes` went out, 0 when the socket takes nothing, nil when it failed.
    private mutating func sendWithContent(
        _ bytes: UnsafeRawBufferPointer,
        to socket: borrowing Socket
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

    private mutating func sendContent(to socket: borrowing Socket, moved: Int) -> Progress {
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
                guard share > 0 else { return .yielded }
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
