/// What a connection reads from and writes to: a socket, in plain text or with TLS.
struct Transport: ~Copyable {
    enum Reading {
        case bytes(Int)
        /// Nothing now; epoll tells when.
        case blocked
        case closed
        /// What came cannot be a request.
        case refused(Refusal)
    }

    private let socket: Socket
    private let session: TLSSession?

    init(descriptor: Int32, session: TLSSession?) {
        socket = Socket(descriptor: descriptor)
        self.session = session
    }

    /// Reads requests; 0 bytes are their end.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Reading {
        if let session, !session.isPlain { return session.read(from: socket, into: buffer) }
        switch socket.read(into: buffer) {
        case .bytes(let count): return .bytes(count)
        case .blocked: return .blocked
        case .closed: return .closed
        }
    }

    /// Whether a read that brought so many bytes has left nothing but the end in the socket.
    func isDrained(by count: Int, of capacity: Int) -> Bool {
        // epoll(7): a short read of a stream has emptied it.
        if let session, !session.isPlain { session.isDrained } else { count < capacity }
    }

    func send(_ bytes: UnsafeRawBufferPointer, moreFollows: Bool = false) -> Socket.Outcome {
        guard let session, !session.isPlain else { return socket.send(bytes, moreFollows: moreFollows) }
        return session.send(bytes, UnsafeRawBufferPointer(start: nil, count: 0), to: socket)
    }

    func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Socket.Outcome {
        guard let session, !session.isPlain else { return socket.send(first, second) }
        return session.send(first, second, to: socket)
    }

    /// Sends a piece of a file.
    ///
    /// Zero bytes: the file is shorter than thought.
    func send(file: Int32, offset: Int, length: Int) -> Socket.Outcome {
        guard let session, !session.isPlain else { return socket.send(file: file, offset: offset, length: length) }
        return session.send(file: file, offset: offset, length: length, to: socket)
    }

    /// Sends what was taken before and is still on this side, as TLS seals more at a time than a socket may take.
    func flush() -> Flushed {
        guard let session else { return .all }
        guard session.flush(to: socket) else { return .closed }
        return session.isFlushed ? .all : .blocked
    }

    /// Bytes sent that the client has not taken yet.
    var unsent: Int { socket.unsent + (session?.unsentCount ?? 0) }

    enum Flushed {
        case all
        case blocked
        case closed
    }

    /// Says within TLS that all is said; what ends without it was cut off.
    func sayGoodbye() {
        session?.finish(on: socket)
    }

    func finishSending() {
        sayGoodbye()
        socket.finishSending()
    }
}
