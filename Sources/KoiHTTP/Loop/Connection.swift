import CLinux
import Synchronization

/// One socket with its conversation, on one loop: reads, asks the application, writes.
///
/// The socket is watched edge-triggered for everything, once and for all, so that no request costs an epoll call;
/// `advance` therefore always goes on until the socket blocks, or comes back by itself.
final class Connection {
    let id: ConnectionID
    let loop: EventLoop
    let peer: Peer
    /// What it counts as where connections of an address are counted; nil where they are not.
    let address: String?
    /// Whether the peer's fields say for whom it asks.
    let isProxy: Bool
    let socket: Transport
    var conversation: Conversation
    var collector = BodyCollector.nothing
    var patience: Patience
    var outgoing = Outgoing()
    weak var exchange: Exchange?
    /// What there is to say of the request at hand.
    var report: RequestReport
    /// Requests whose answers the system has not taken to their end.
    var unsent: [RequestReport] = []
    /// Numbers requests and chunks, so that a late or repeated delivery is recognised.
    var serial: UInt64 = 0
    var isReadable = true
    var isPeerFinished = false
    var isClosed = false
    /// Close when everything is sent.
    var isEnding = false
    var isLingering = false
    /// What is left of the connection's turn.
    var share = 0
    /// Whether the loop will come back to it by itself.
    var isQueued = false
    /// Bytes taken from the budget for a body in memory and for what was sent ahead.
    var heldBytes = 0

    /// Reads and requests in a row before other connections have their turn.
    static let share = 32
    /// Bodies up to this size are copied behind their head; larger ones are sent from where they are.
    static let copiedBody = 16 * 1024
    static let outputLimit = 64 * 1024

    init(id: ConnectionID, arrival: Arrival, loop: EventLoop) {
        self.id = id
        self.loop = loop
        var peer = arrival.peer
        peer.mayBeAnybody = loop.service.proxies.mayBeAnybody(peer.address)
        self.peer = peer
        address = arrival.address
        isProxy = loop.service.proxies.trusts(arrival.peer)
        report = RequestReport(peer: peer)
        socket = Transport(descriptor: arrival.descriptor, session: loop.tlsSession(for: arrival.peer))
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
        // Answers to requests before this one may still wait to be sent: it goes behind them.
        guard serial == self.serial, conversation.phase == .responding, !outgoing.hasContent else {
            return response.abandon()
        }
        exchange = nil
        answer(response)
        advance()
    }

    /// The application let go of the request without an answer.
    func deliverNothing(serial: UInt64) {
        deliver(response(for: .unanswered), serial: serial)
    }

    /// Takes a chunk of a stream.
    func deliver(_ chunk: BodyChunk, serial: UInt64) {
        guard serial == self.serial else { return }
        if patience.phase == .streaming || patience.phase == .halfClosed { patience.advance(by: 0, now: loop.now) }
        if case .bytes(let bytes) = chunk { report.sent += bytes.count }
        switch outgoing.take(chunk, into: &loop.output) {
        case .more: break
        case .complete: completeAnswer()
        case .broken: return close(.failed)
        }
        advance()
    }

    func checkPatience() {
        let verdict = patience.verdict(now: loop.now, limits: loop.service.limits) { socket.unsent }
        guard verdict != .wait else { return }
        if verdict == .beat { return beat() }
        if restingSince(loop.now) == nil { loop.service.counts.tooSlow.add(1, ordering: .relaxed) }
        if verdict == .refuse { refuse(.timeout) } else { close(.stalled) }
    }

    /// Since when it can be closed at no loss; nil while something is under way.
    func restingSince(_ now: Int) -> Int? { patience.restingSince(now) }

    /// Sends a comment on an event stream that was silent for long, or ends it where it may not go on.
    private func beat() {
        patience.advance(by: 0, now: loop.now)
        if !outgoing.beat(into: &loop.output) { endEvents() }
        advance()
    }

    /// Nobody waits for the end of a stream that has none.
    private var mustEndEvents: Bool { loop.isStopping && outgoing.isEventStream }

    private func endEvents() {
        outgoing.endEvents(into: &loop.output)
        completeAnswer()
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

    /// - Parameter outcome: of the request at hand and of those whose answers are not yet sent, where there are any.
    func close(_ outcome: RequestReport.Outcome = .aborted) {
        guard !isClosed else { return }
        isClosed = true
        // Without it a client with TLS knows that its answer was cut off.
        if outgoing.isIdle, conversation.phase != .responding { socket.sayGoodbye() }
        letGo(heldBytes)
        // Answers that nobody gets any more: what the loop sends next is another client's.
        loop.output.removeAll(keepingCapacity: true)
        // A stream of events has no other end than that its client leaves.
        reportRest(outcome == .aborted && outgoing.isEventStream ? .answered : outcome)
        outgoing.cancel()
        exchange?.connectionClosed()
        loop.remove(id)
    }

    /// Does all that can be done now: sends, then reads, until one of them has to wait.
    func advance() {
        share = Connection.share
        while !isClosed {
            let progress = outgoing.transmit(to: socket, with: &loop.output)
            if !loop.answered.isEmpty || !unsent.isEmpty { reportSent(progress) }
            switch progress {
            case .failed: return close()
            case .blocked(let moved):
                patience.enter(.writing, now: loop.now)
                if moved > 0 { patience.advance(by: moved, now: loop.now) }
                return
            case .yielded(let moved):
                patience.enter(.writing, now: loop.now)
                patience.advance(by: moved, now: loop.now)
                return queue()
            case .needsChunk where mustEndEvents: endEvents()
            case .awaitsChunk where mustEndEvents: endEvents()
            case .needsChunk: askForChunk()
            case .awaitsChunk where outgoing.isEventStream:
                // It has no end of its own: whoever closes its side of it has gone.
                if isPeerFinished { return close() }
                return patience.enter(.streaming, now: loop.now)
            case .awaitsChunk:
                // A client that closed its side may still read, or be gone: its stream gets a last delay.
                patience.enter(isPeerFinished ? .halfClosed : .application, now: loop.now)
                return
            case .contentSent:
                completeAnswer()
            case .idle:
                if isEnding { return end() }
                if conversation.phase == .responding {
                    if isPeerFinished { exchange?.peerFinished() }
                    return patience.enter(.application, now: loop.now)
                }
                let isAhead = !conversation.ahead.isEmpty
                guard isAhead || isReadable else { return notePatience() }
                guard share > 0 else { return queue() }
                share -= 1
                if isAhead {
                    conversation.takeAhead().withUnsafeBytes { process($0) }
                } else {
                    read()
                }
            }
        }
    }

    /// It had its turn: the loop comes back to it after the others.
    private func queue() {
        guard !isQueued else { return }
        isQueued = true
        loop.revisit(id)
    }

    /// The loop comes back.
    func takeTurn() {
        isQueued = false
        advance()
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
        // A hang-up that was told once is not told again: the end is read until it comes.
        case .blocked: if !isPeerFinished { isReadable = false }
        case .refused(let refusal):
            // RFC 6797 §7.2: nothing is said of HTTPS in plain text.
            report.peer.isSecure = false
            prepareRefusal(refusal)
        case .bytes(0):
            // A request that was cut off needs no answer.
            close()
        case .bytes(let count):
            // Only its end may remain to be read.
            if socket.isDrained(by: count, of: loop.input.count), !isPeerFinished { isReadable = false }
            if isLingering { return }
            if patience.phase == .body { patience.advance(by: count, now: loop.now) }
            process(UnsafeRawBufferPointer(loop.input).part(0..<count))
        }
    }

    /// Feeds the conversation until it needs more, waits for an answer, or output must go out first.
    private func process(_ bytes: UnsafeRawBufferPointer) {
        var input = bytes
        while outgoing.isIdle, !isEnding, share > 0, loop.output.count < Connection.outputLimit {
            let before = input.count
            let step = conversation.next(&input)
            noteReceived(before - input.count)
            switch step {
            case .needInput: return keep(input)
            case .admit: admit()
            case .interim: loop.output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n")
            case .body(let piece):
                do { try collector.append(piece) } catch { prepareRefusal(error) }
            case .request:
                share -= 1
                ask()
            case .refuse(let refusal): prepareRefusal(refusal)
            }
        }
        if !isEnding { keep(input) }
    }

    /// Keeps what was read and cannot be used yet.
    private func keep(_ input: UnsafeRawBufferPointer) {
        conversation.hold(input)
        guard !hold(collector.bytesInMemory + conversation.ahead.count) else { return }
        // What was sent ahead of an answer that is still to come cannot be answered itself.
        conversation.phase == .body ? prepareRefusal(.bodiesTooLarge) : close()
    }

    /// Has this many bytes count as held: what is beyond a small body is taken from the budget of all connections.
    ///
    /// - Returns: false, and all as it was, where the budget is used up.
    func hold(_ bytes: Int) -> Bool {
        let service = loop.service
        let bytes = max(0, bytes - service.limits.smallBody)
        if bytes <= heldBytes {
            letGo(heldBytes - bytes)
            return true
        }
        guard service.buffered.take(bytes - heldBytes) else {
            service.counts.shed.add(1, ordering: .relaxed)
            return false
        }
        heldBytes = bytes
        return true
    }

    func letGo(_ bytes: Int) {
        guard bytes > 0 else { return }
        heldBytes -= bytes
        loop.service.buffered.giveBack(bytes)
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
        if !isClosed { queue() }
    }
}
