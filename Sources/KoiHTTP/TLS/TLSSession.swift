internal import COpenSSL

/// TLS on one connection, beside its socket: what was read goes in, what is to be sent comes out, and nothing blocks.
final class TLSSession {
    private enum State {
        /// No byte has come.
        case fresh
        case handshake
        case established
        /// The client speaks HTTP without TLS: it is told so in plain text.
        case plain
        case failed
    }

    private enum Step {
        case done
        case waits
        case ended
        case failed
    }

    private let identity: TLSIdentity
    private let buffers: TLSBuffers
    /// Nil where there was no memory: then all fails, and nothing goes out in plain text.
    private let session: OpaquePointer?
    private var state = State.fresh
    /// Sealed bytes that the socket did not take.
    private var unsent: [UInt8] = []
    /// Whether the client said that nothing more will come.
    private var hasEnded = false
    /// Whether the last read left nothing in the socket.
    private(set) var isDrained = false

    /// What a client that does not read can make this side keep.
    private static let unsentLimit = 256 * 1024
    nonisolated(unsafe) private static let method = openssl_buffers_method()

    init(_ identity: TLSIdentity, buffers: TLSBuffers) {
        self.identity = identity
        self.buffers = buffers
        let context = identity.context
        session = TLSSession.method.flatMap { openssl_accepting(context.pointer, $0, buffers.shared) }
        if session == nil { state = .failed }
    }

    deinit { SSL_free(session) }

    var isPlain: Bool { state == .plain }

    // Reading.

    func read(
        from socket: borrowing Socket,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Transport.Reading {
        if hasEnded { return .bytes(0) }
        while state != .failed {
            switch socket.read(into: buffers.input) {
            case .blocked:
                isDrained = true
                return .blocked
            case .closed, .bytes(0):
                // RFC 8446 §6.1: without a close_notify it may have been cut off by others.
                return .closed
            case .bytes(let count):
                if state == .fresh, TLSSession.isLetter(buffers.input.first) { return refusePlain() }
                isDrained = count < buffers.input.count
                buffers.lend(count)
                let (opened, step) = open(into: buffer)
                guard flush(to: socket), step != .failed else {
                    fail()
                    return .closed
                }
                hasEnded = step == .ended
                // Its end is read next.
                if hasEnded { isDrained = false }
                if opened > 0 || hasEnded { return .bytes(opened) }
                if isDrained { return .blocked }
                // So much holds a whole record, and whoever sends that much without a word means no good.
                fail()
            }
        }
        return .closed
    }

    private func refusePlain() -> Transport.Reading {
        state = .plain
        return .refused(.plainOnTLS)
    }

    /// Opens all that was read, and takes the handshake forward.
    private func open(into buffer: UnsafeMutableRawBufferPointer) -> (count: Int, Step) {
        if state != .established {
            let step = shakeHands()
            guard step == .done else { return (0, step) }
        }
        var count = 0
        while count < buffer.count {
            if buffers.isInputUsed, SSL_has_pending(session) == 0 { return (count, .waits) }
            TLSContext.clearErrors()
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let result = SSL_read(session, room.baseAddress, Int32(clamping: room.count))
            if result > 0 {
                count += Int(result)
            } else {
                let step = step(after: result)
                guard step == .done else { return (count, step) }
            }
        }
        return (count, buffers.isInputUsed ? .waits : .failed)
    }

    private func shakeHands() -> Step {
        state = .handshake
        while true {
            TLSContext.clearErrors()
            let result = SSL_do_handshake(session)
            guard result != 1 else { break }
            let step = step(after: result)
            if step == .failed || step == .ended { identity.counts.failed.count() }
            guard step == .done else { return step }
        }
        state = .established
        let counter = SSL_session_reused(session) == 1 ? identity.counts.resumed : identity.counts.full
        counter.count()
        return .done
    }

    /// What to do after a call that did not succeed; `done` where it is to be made again.
    private func step(after result: Int32) -> Step {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .waits
        case SSL_ERROR_WANT_WRITE: return keepSealed() ? .done : .failed
        case SSL_ERROR_ZERO_RETURN: return .ended
        default:
            TLSContext.clearErrors()
            return .failed
        }
    }

    // Writing.

    /// Seals and sends as much as the socket takes; what is sealed counts as sent, and `flush` tells whether it is.
    func send(
        _ first: UnsafeRawBufferPointer,
        _ second: UnsafeRawBufferPointer,
        to socket: borrowing Socket
    ) -> Socket.Outcome {
        guard prepareToSend(to: socket) else { return state == .failed ? .closed : .blocked }
        var sealed = 0
        if !first.isEmpty { sealed = seal(first, limit: TLSBuffers.plainSize) }
        if sealed == first.count, !second.isEmpty {
            sealed += seal(second, limit: TLSBuffers.plainSize - min(sealed, TLSBuffers.plainSize))
        }
        guard state != .failed, flush(to: socket) else { return .closed }
        return .bytes(sealed)
    }

    func send(file: Int32, offset: Int, length: Int, to socket: borrowing Socket) -> Socket.Outcome {
        guard prepareToSend(to: socket) else { return state == .failed ? .closed : .blocked }
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffers.plain[..<min(length, buffers.plain.count)])
        switch Socket.read(file: file, offset: offset, into: piece) {
        case .bytes(0): return .bytes(0)
        case .bytes(let count):
            return send(
                UnsafeRawBufferPointer(piece).part(0..<count),
                UnsafeRawBufferPointer(start: nil, count: 0),
                to: socket
            )
        case .blocked, .closed: return .closed
        }
    }

    /// Sends what was sealed before.
    ///
    /// - Returns: false where the connection is broken.
    func flush(to socket: borrowing Socket) -> Bool {
        state != .failed && sendRest(to: socket)
    }

    /// Whether the socket has taken all that was sealed.
    var isFlushed: Bool { unsent.isEmpty }
    var unsentCount: Int { unsent.count }

    /// Says that nothing more will come (RFC 8446 §6.1), as far as the socket takes it.
    func finish(on socket: borrowing Socket) {
        guard state == .established, let session, SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0 else { return }
        TLSContext.clearErrors()
        _ = SSL_shutdown(session)
        _ = sendRest(to: socket)
    }

    private func prepareToSend(to socket: borrowing Socket) -> Bool {
        guard state != .failed, flush(to: socket), isFlushed else { return false }
        if state == .established { return true }
        // An answer that nobody asked for, such as that there are too many connections: the client's turn comes first.
        while true {
            let count: Int
            switch socket.read(into: buffers.input) {
            case .blocked: return false
            case .bytes(let read) where read > 0: count = read
            case .bytes, .closed:
                fail()
                return false
            }
            if state == .fresh, TLSSession.isLetter(buffers.input.first) {
                state = .plain
                return false
            }
            buffers.lend(count)
            // What else it says is not waited for.
            let (_, step) = open(into: buffers.plain)
            guard flush(to: socket), step != .failed else {
                fail()
                return false
            }
            if state == .established { return isFlushed }
            // No client has that much to say before it is greeted.
            guard count < buffers.input.count else {
                fail()
                return false
            }
        }
    }

    /// What was sealed for this client must not be sent to the next.
    private func fail() {
        state = .failed
        buffers.forgetSealed()
    }

    private func seal(_ bytes: UnsafeRawBufferPointer, limit: Int) -> Int {
        let end = min(bytes.count, limit)
        var sealed = 0
        while sealed < end {
            TLSContext.clearErrors()
            let piece = bytes.part(sealed..<end)
            let result = SSL_write(session, piece.baseAddress, Int32(clamping: piece.count))
            if result > 0 {
                sealed += Int(result)
            } else if step(after: result) != .done {
                fail()
                return sealed
            }
        }
        return sealed
    }

    /// Sends what waits and then what was just sealed; false where the socket is broken.
    private func sendRest(to socket: borrowing Socket) -> Bool {
        if !unsent.isEmpty {
            guard keepSealed() else { return false }
            switch unsent.withUnsafeBytes({ socket.send($0) }) {
            case .bytes(let sent): unsent = sent == unsent.count ? [] : Array(unsent[sent...])
            case .blocked: break
            case .closed: return false
            }
            return true
        }
        let sealed = buffers.sealed
        guard !sealed.isEmpty else { return true }
        switch socket.send(sealed) {
        case .bytes(let sent): if sent < sealed.count { unsent = Array(sealed[sent...]) }
        case .blocked: unsent = Array(sealed)
        case .closed:
            buffers.forgetSealed()
            return false
        }
        buffers.forgetSealed()
        return true
    }

    /// Takes what was sealed out of the loop's memory.
    private func keepSealed() -> Bool {
        unsent.append(contentsOf: buffers.sealed)
        buffers.forgetSealed()
        return unsent.count <= TLSSession.unsentLimit
    }

    private static func isLetter(_ byte: UInt8?) -> Bool {
        // A TLS record begins with 22 (RFC 8446 §5.1), a method with a letter.
        byte.map { $0.lowercased &- 97 < 26 } ?? false
    }
}

extension Refusal {
    static let plainOnTLS = Refusal.bad(
        "plain_on_tls",
        "This port speaks HTTPS only. Use an address that begins with https://."
    )
}
