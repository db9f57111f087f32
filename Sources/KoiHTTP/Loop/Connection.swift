import CLinux

/// One socket with its conversation, on one loop: reads, asks the application, writes.
///
/// The socket is watched edge-triggered for everything, once and for all, so that no request costs an epoll call;
/// `advance` therefore always goes on until the socket blocks, or comes back by itself.
final class Connection {
    let id: ConnectionID
    private let loop: EventLoop
    private let peer: Peer
    private let socket: Socket
    private var conversation: Conversation
    private var collector = BodyCollector.nothing
    private var patience: Patience
    private var outgoing = Outgoing()
    private weak var exchange: Exchange?
    /// Numbers requests and chunks, so that a late or repeated delivery is recognised.
    private var serial: UInt64 = 0
    private var isReadable = true
    private var isPeerFinished = false
    private var isClosed = false
    /// Close when everything is sent.
    private var isEnding = false
    private var isLingering = false

    /// Reads in a row before other connections have their turn.
    private static let share = 16
    /// Bodies up to this size are copied behind their head; larger ones are sent from where they are.
    private static let copiedBody = 16 * 1024
    private static let outputLimit = 64 * 1024

    init(id: ConnectionID, descriptor: Int32, peer: Peer, loop: EventLoop) {
        self.id = id
        self.peer = peer
        self.loop = loop
        socket = Socket(descriptor: descriptor)
        conversation = Conversation(limits: loop.service.limits)
        patience = Patience(now: loop.now)
    }

    // What the loop tells.

    func ready(_ events: UInt32) {
        if events & linux_epoll_broken != 0 { return close() }
        if events & linux_epoll_finished != 0 { isPeerFinished = true }
        if events & linux_epoll_readable != 0 { isReadable = true }
        advance()
    }

    /// Takes an answer that was given later.
    func deliver(_ response: Response, serial: UInt64) {
        guard serial == self.serial, conversation.phase == .responding, outgoing.isIdle else {
            return response.abandon()
        }
        exchange = nil
        answer(response)
        advance()
    }

    /// Takes a chunk of a stream.
    func deliver(_ chunk: BodyChunk, serial: UInt64) {
        guard serial == self.serial else { return }
        switch outgoing.take(chunk) {
        case .more: break
        case .complete: completeAnswer()
        case .broken: return close()
        }
        advance()
    }

    func checkPatience() {
        switch patience.verdict(now: loop.now, limits: loop.service.limits) {
        case .wait: break
        case .close: close()
        case .refuse: refuse(.timeout)
        }
    }

    /// The server stops: what is asked already is answered, and an idle connection closed.
    func stop() {
        conversation.closeAfterAnswer()
        advance()
        if !isClosed, conversation.phase == .idle, outgoing.isIdle { close() }
    }

    /// Answers with a refusal and closes.
    func refuse(_ refusal: Refusal) {
        prepareRefusal(refusal)
        advance()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        outgoing.cancel()
        exchange?.connectionClosed()
        loop.remove(id)
    }

    /// Does all that can be done now: sends, then reads, until one of them has to wait.
    func advance() {
        var share = Connection.share
        while !isClosed {
            switch outgoing.transmit(to: socket, with: &loop.output) {
            case .failed: return close()
            case .blocked(let moved):
                patience.enter(.writing, now: loop.now)
                if moved > 0 { patience.advance(by: moved, now: loop.now) }
                return
            case .yielded:
                patience.enter(.writing, now: loop.now)
                patience.advance(by: 1, now: loop.now)
                return loop.revisit(id)
            case .needsChunk: askForChunk()
            case .awaitsChunk:
                // A client that closed its side may still read, or be gone: its stream gets a last delay.
                patience.enter(isPeerFinished ? .halfClosed : .application, now: loop.now)
                return
            case .contentSent:
                completeAnswer()
            case .idle:
                if isEnding { return end() }
                if conversation.phase == .responding {
                    return patience.enter(.application, now: loop.now)
                }
                if !conversation.ahead.isEmpty {
                    conversation.takeAhead().withUnsafeBytes { process($0) }
                    continue
                }
                guard isReadable else { return notePatience() }
                guard share > 0 else { return loop.revisit(id) }
                share -= 1
                read()
            }
        }
    }

    private func notePatience() {
        switch conversation.phase {
        case .idle where patience.phase == .fresh: break
        case .idle: patience.enter(.idle, now: loop.now)
        case .head: patience.enter(.head, now: loop.now)
        case .body: patience.enter(.body, now: loop.now)
        case .responding, .closed: break
        }
    }

    private func read() {
        switch socket.read(into: loop.input) {
        case .closed: close()
        case .blocked: isReadable = false
        case .bytes(0):
            // A request that was cut off needs no answer.
            close()
        case .bytes(let count):
            // epoll(7): a short read of a stream has emptied it; only its end may remain to be read.
            if count < loop.input.count, !isPeerFinished { isReadable = false }
            if isLingering { return }
            if patience.phase == .body { patience.advance(by: count, now: loop.now) }
            process(UnsafeRawBufferPointer(loop.input).part(0..<count))
        }
    }

    /// Feeds the conversation until it needs more, waits for an answer, or output must go out first.
    private func process(_ bytes: UnsafeRawBufferPointer) {
        var input = bytes
        while outgoing.isIdle, !isEnding, loop.output.count < Connection.outputLimit {
            switch conversation.next(&input) {
            case .needInput: return conversation.hold(input)
            case .admit: admit()
            case .interim: loop.output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n")
            case .body(let piece):
                do { try collector.append(piece) } catch { prepareRefusal(error) }
            case .request: ask()
            case .refuse(let refusal): prepareRefusal(refusal)
            }
        }
        if !isEnding { conversation.hold(input) }
    }

    private func admit() {
        let service = loop.service
        switch service.application.admit(conversation.head, peer: peer) {
        case .buffer(let limit):
            guard conversation.admit(limit: limit) else { return prepareRefusal(.bodyTooLarge) }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(min(conversation.statedLength ?? 0, limit, loop.input.count))
            collector = .buffer(bytes)
        case .spool(let limit):
            guard conversation.admit(limit: limit) else { return prepareRefusal(.bodyTooLarge) }
            do {
                collector = try .spool(
                    contentType: conversation.head.fields["Content-Type"],
                    folder: service.spoolFolder,
                    limits: service.limits
                )
            } catch { prepareRefusal(error) }
        case .refuse(let response):
            if let length = conversation.statedLength, length <= service.limits.discardedBody,
                !conversation.expectsContinue, conversation.admit(limit: length)
            {
                collector = .discard(response)
            } else {
                endWith(response)
            }
        }
    }

    /// Hands the complete request to the application.
    private func ask() {
        var collected = BodyCollector.nothing
        swap(&collected, &collector)
        let body: Body
        do throws(Refusal) {
            switch try collected.finish() {
            case .complete(let complete): body = complete
            case .dropped(let response): return answer(response)
            }
        } catch { return prepareRefusal(error) }

        serial &+= 1
        let exchange = Exchange(loop: loop, id: id, serial: serial)
        let request = Request(
            head: conversation.head,
            body: body,
            peer: peer,
            loop: loop.index,
            id: loop.service.makeRequestID()
        )
        if let response = loop.service.application.respond(to: request, exchange: exchange) {
            exchange.markAnswered() ? answer(response) : response.abandon()
        } else {
            self.exchange = exchange
        }
    }

    private func prepareRefusal(_ refusal: Refusal) {
        endWith(loop.service.application.refusal(refusal))
    }

    /// Answers although the request was not read to its end, which ends the connection.
    private func endWith(_ response: Response) {
        guard !isEnding, outgoing.isIdle else { return close() }
        collector = .nothing
        conversation.close()
        isReadable = true
        answer(response)
    }

    private func answer(_ response: Response) {
        let head = conversation.head
        var plan = AnswerPlan(response, to: head)
        if plan.framing == .untilClose || loop.isStopping { conversation.closeAfterAnswer() }
        plan.persistence =
            !conversation.keepsAlive ? .close : head.minorVersion == 0 ? .keepAlive : .implied
        ResponseEncoder.append(
            response.status,
            response.fields,
            framing: plan.framing,
            persistence: plan.persistence,
            dateLine: loop.dateLine,
            to: &loop.output
        )
        switch plan.content {
        case .bytes(let bytes) where bytes.count <= Connection.copiedBody:
            loop.output.append(contentsOf: bytes)
            completeAnswer()
        case .none:
            completeAnswer()
        case .bytes, .file, .stream:
            outgoing.begin(plan.content, framing: plan.framing)
        }
    }

    private func completeAnswer() {
        outgoing.reset()
        if !conversation.finish() { isEnding = true }
    }

    private func askForChunk() {
        serial &+= 1
        let (loop, id, serial) = (loop, id, serial)
        outgoing.askForChunk { chunk in loop.post(.chunk(id, serial: serial, chunk)) }
    }

    /// All is sent.
    ///
    /// While the client may still be sending, closing would reset the connection and destroy the
    /// answer on its way (RFC 9112 §9.6): only the own side is closed, and what comes is dropped.
    private func end() {
        if !isLingering {
            guard isReadable, !isPeerFinished else { return close() }
            isLingering = true
            socket.finishSending()
            patience.enter(.lingering, now: loop.now)
        }
        for _ in 0..<Connection.share where !isClosed {
            guard isReadable else { return }
            read()
        }
        if !isClosed { loop.revisit(id) }
    }
}
