/// The protocol side of one connection as a value: bytes in, what to do out; no socket and no clock.
///
/// Requests are taken up one at a time: from `.request` until `finish` nothing further is read, and what a
/// client sends ahead waits in `ahead`, so answers come in order and a pipeline cannot grow.
package struct Conversation: Sendable {
    package enum Step {
        case needInput
        /// The head of a request with a body: call `admit` or `discardBody`.
        case admit
        /// Send `100 Continue`.
        case interim
        case body(UnsafeRawBufferPointer)
        /// The request is complete; call `finish` when its answer is sent.
        case request
        /// Answer with this refusal and close.
        case refuse(Refusal)
    }

    enum Phase: Sendable {
        case idle
        case head
        case body
        case responding
        case closed
    }

    private var parser: RequestParser
    private var bodyLimit = 0
    private var bodyBytes = 0
    private var owesContinue = false
    private var isClosing = false
    private(set) var phase = Phase.idle
    /// Whether `head` is that of the request at hand, to its end.
    private(set) var hasHead = false
    /// Bytes of further requests that arrived before the answer to this one was sent.
    private(set) var ahead: [UInt8] = []

    package init(limits: Limits) {
        parser = RequestParser(limits: limits)
    }

    package var head: RequestHead { parser.head }
    // Of the head, without a copy of all of it.
    var method: Method { parser.head.method }
    var minorVersion: Int { parser.head.minorVersion }
    var expectsContinue: Bool { parser.expectsContinue }
    /// What the client calls the request.
    var requestID: String? { parser.requestID }
    /// Whether the connection stays open after the answer.
    package var keepsAlive: Bool { !isClosing && parser.keepsAlive }
    /// The length that the head states for the body.
    var statedLength: Int? {
        if case .length(let length) = parser.framing { length } else { nil }
    }

    package mutating func next(_ input: inout UnsafeRawBufferPointer) -> Step {
        if phase == .responding || phase == .closed { return .needInput }
        if owesContinue {
            owesContinue = false
            return .interim
        }
        switch parser.next(&input) {
        case .needInput:
            if phase == .idle, !parser.isIdle { phase = .head }
            return .needInput
        case .head:
            hasHead = true
            guard parser.framing != .none else {
                phase = .responding
                return .request
            }
            phase = .body
            return .admit
        case .body(let piece):
            bodyBytes += piece.count
            if bodyBytes > bodyLimit { return refuse(.bodyTooLarge) }
            return .body(piece)
        case .end:
            phase = .responding
            return .request
        case .refused(let refusal):
            return refuse(refusal)
        }
    }

    /// Lets the body come, up to `limit` bytes.
    ///
    /// - Returns: false when the head already states more: answer with `Refusal.bodyTooLarge` and close.
    package mutating func admit(limit: Int) -> Bool {
        if let statedLength, statedLength > limit {
            close()
            return false
        }
        bodyLimit = limit
        bodyBytes = 0
        owesContinue = parser.expectsContinue
        return true
    }

    /// Keeps bytes for after the answer.
    mutating func hold(_ bytes: UnsafeRawBufferPointer) {
        if !bytes.isEmpty { ahead.append(contentsOf: bytes) }
    }

    /// What was held, to be given to `next` again.
    mutating func takeAhead() -> [UInt8] {
        let bytes = ahead
        ahead = []
        return bytes
    }

    /// The answer is sent.
    ///
    /// Returns whether another request may follow.
    package mutating func finish() -> Bool {
        guard keepsAlive, phase == .responding else {
            phase = .closed
            return false
        }
        parser.reset()
        hasHead = false
        phase = .idle
        return true
    }

    /// The connection shall end with the current answer, which then says so.
    mutating func closeAfterAnswer() { isClosing = true }

    /// Nothing more is read.
    mutating func close() {
        isClosing = true
        phase = .closed
        ahead = []
    }

    private mutating func refuse(_ refusal: Refusal) -> Step {
        close()
        return .refuse(refusal)
    }
}
