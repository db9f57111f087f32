package import KoiHTTP

/// What a conversation made of some bytes: requests in order and why it ended, whatever the pieces.
package struct RequestTranscript: Equatable {
    package struct Message: Equatable {
        package var head: RequestHead
        package var body: [UInt8] = []
        package var isComplete = false
        package var keepsAlive = true
        package var interims = 0
    }

    package private(set) var messages: [Message] = []
    package private(set) var refusal: Refusal?

    static let bodyLimit = 1000

    /// Answers each request at once.
    package init(_ bytes: [UInt8], in pieces: [Range<Int>]) {
        var conversation = Conversation(limits: RequestTranscript.limits)
        bytes.withUnsafeBytes { bytes in
            for piece in pieces {
                guard take(UnsafeRawBufferPointer(rebasing: bytes[piece]), &conversation) else { return }
            }
        }
    }

    /// Small enough for inputs of a few hundred bytes to reach them.
    private static let limits: Limits = {
        var limits = Limits()
        limits.requestLine = 200
        limits.fieldCount = 10
        limits.fieldBytes = 500
        limits.chunkLine = 60
        limits.chunkExtensions = 100
        return limits
    }()

    /// False once nothing more is read.
    private mutating func take(_ bytes: UnsafeRawBufferPointer, _ conversation: inout Conversation) -> Bool {
        var input = bytes
        while true {
            switch conversation.next(&input) {
            case .needInput: return true
            case .admit:
                messages.append(Message(head: conversation.head))
                guard conversation.admit(limit: RequestTranscript.bodyLimit) else { return end(nil) }
            case .interim: messages[messages.count - 1].interims += 1
            case .body(let piece): messages[messages.count - 1].body += Array(piece)
            case .request:
                if messages.last?.isComplete ?? true {
                    messages.append(Message(head: conversation.head))
                }
                messages[messages.count - 1].isComplete = true
                messages[messages.count - 1].keepsAlive = conversation.keepsAlive
                guard conversation.finish() else { return false }
            case .refuse(let refusal): return end(refusal)
            }
        }
    }

    /// How much was seen of a body that is never complete depends on the pieces, and nobody gets it.
    private mutating func end(_ refusal: Refusal?) -> Bool {
        if let last = messages.last, !last.isComplete { messages.removeLast() }
        self.refusal = refusal
        return false
    }
}
