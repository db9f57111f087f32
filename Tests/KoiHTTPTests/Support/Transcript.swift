@testable import KoiHTTP

/// What a conversation made of some bytes: heads, bodies and refusals in order, whatever the pieces.
struct Transcript: Equatable, CustomStringConvertible {
    struct Message: Equatable {
        var head: RequestHead
        var body: [UInt8] = []
        var isComplete = false
        var keepsAlive = true
        var interims = 0
    }

    var messages: [Message] = []
    var refusal: Refusal?

    /// Feeds `bytes` in pieces of `size`, admitting bodies up to `bodyLimit`; each request is answered at once.
    init(
        _ bytes: [UInt8],
        pieces size: Int = .max,
        limits: Limits = Limits(),
        bodyLimit: Int = 1000
    ) {
        var conversation = Conversation(limits: limits)
        var rest = bytes[...]
        while !rest.isEmpty, refusal == nil {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(piece.count)
            piece.withUnsafeBytes { feed($0, to: &conversation, bodyLimit: bodyLimit) }
        }
    }

    init(_ text: String, pieces size: Int = .max, limits: Limits = Limits(), bodyLimit: Int = 1000) {
        self.init(Array(text.utf8), pieces: size, limits: limits, bodyLimit: bodyLimit)
    }

    var description: String {
        let lines = messages.map { "\($0.head.method) \($0.head.target) + \($0.body.count) bytes" }
        return (lines + [refusal.map { "\($0.status.code) \($0.code)" } ?? ""]).joined(
            separator: "; "
        )
    }

    private mutating func feed(
        _ bytes: UnsafeRawBufferPointer,
        to conversation: inout Conversation,
        bodyLimit: Int
    ) {
        var input = bytes
        while true {
            switch conversation.next(&input) {
            case .needInput: return
            case .admit:
                messages.append(Message(head: conversation.head))
                if !conversation.admit(limit: bodyLimit) {
                    messages.removeLast()
                    refusal = .bodyTooLarge
                    return
                }
            case .interim: messages[messages.count - 1].interims += 1
            case .body(let piece): messages[messages.count - 1].body += Array(piece)
            case .request:
                if messages.last.map(\.isComplete) ?? true {
                    messages.append(Message(head: conversation.head))
                }
                messages[messages.count - 1].isComplete = true
                messages[messages.count - 1].keepsAlive = conversation.keepsAlive
                if !conversation.finish() { return }
            case .refuse(let refusal):
                // A body that was cut off is nobody's: how much of it was seen depends on the pieces.
                if let last = messages.last, !last.isComplete { messages.removeLast() }
                self.refusal = refusal
                return
            }
        }
    }
}
