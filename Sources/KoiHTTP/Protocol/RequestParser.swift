/// Bytes in, parts of requests out (RFC 9112).
///
/// It knows no socket and no clock.
///
/// It works line by line, in place where a line arrived whole, so that bytes which come one at a time give
/// exactly the result of bytes which come at once.
struct RequestParser: Sendable {
    enum Step {
        /// All input was taken; more is needed.
        case needInput
        /// `head` and `framing` are complete.
        case head
        /// A piece of the body, valid until the next call.
        case body(UnsafeRawBufferPointer)
        /// The request is complete; call `reset` to read the next one.
        case end
        /// The request is refused, and nothing after it can be understood.
        case refused(Refusal)
    }

    private enum State {
        case requestLine
        case fields
        case fixedBody
        case chunkSize
        case chunkData
        case chunkEnd
        case trailers
        case complete
        case refused
    }

    private let limits: Limits
    private var state = State.requestLine
    /// The beginning of a line whose end has not arrived.
    private var held: [UInt8] = []
    private var rules = HeadRules()
    private var remaining = 0
    private var fieldCount = 0
    private var fieldBytes = 0
    private var extensionBytes = 0
    private var skippedEmptyLine = false

    private(set) var head = RequestHead()
    private(set) var framing = BodyFraming.none

    init(limits: Limits) {
        self.limits = limits
    }

    var keepsAlive: Bool { rules.keepsAlive }
    var expectsContinue: Bool { rules.expectsContinue }
    var requestID: String? { rules.requestID }
    /// Whether no byte of a request has been seen since the last one.
    var isIdle: Bool {
        if case .requestLine = state { held.isEmpty && !skippedEmptyLine } else { false }
    }

    /// Makes ready for the next request of the connection.
    mutating func reset() {
        head = RequestHead()
        state = .requestLine
        rules = HeadRules()
        fieldCount = 0
        fieldBytes = 0
        extensionBytes = 0
        skippedEmptyLine = false
        framing = .none
        if held.capacity > 4096 { held = [] }
    }

    /// Takes input until there is something to say.
    mutating func next(_ input: inout UnsafeRawBufferPointer) -> Step {
        do throws(Refusal) {
            while true {
                switch state {
                case .fixedBody, .chunkData:
                    if input.isEmpty { return .needInput }
                    let piece = input.take(min(remaining, input.count))
                    remaining -= piece.count
                    if remaining == 0 { state = state == .chunkData ? .chunkEnd : .complete }
                    return .body(piece)
                case .complete:
                    return .end
                case .refused:
                    input = input.part(input.count..<input.count)
                    return .needInput
                case .requestLine, .fields, .chunkSize, .chunkEnd, .trailers:
                    guard let isHead = try takeLine(&input) else { return .needInput }
                    if isHead { return .head }
                }
            }
        } catch {
            state = .refused
            return .refused(error)
        }
    }

    /// Takes one line from the input; nil when its end has not arrived, true when it ended a head.
    private mutating func takeLine(_ input: inout UnsafeRawBufferPointer) throws(Refusal) -> Bool? {
        let end = input.offset(of: .lineFeed)
        let length = held.count + (end ?? input.count)
        // The line may hold its CR beyond the limit.
        if length > lineLimit + 1 { throw tooLong(held, input) }
        guard let end else {
            held.append(contentsOf: input)
            input = input.part(input.count..<input.count)
            return nil
        }
        let piece = input.take(end + 1)
        if held.isEmpty { return try accept(piece.part(0..<end)) }

        var line = held
        held = []
        line.append(contentsOf: piece.part(0..<end))
        return try line.withBytes { bytes throws(Refusal) in try accept(bytes) }
    }

    /// Reads a line without its LF.
    ///
    /// True when it ended a head.
    private mutating func accept(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Bool {
        // RFC 9112 §2.2: a recipient may take a bare LF as a line end. This one does not.
        guard bytes.last == .carriageReturn else {
            throw .bad("bad_line_end", "Lines end with CR and LF.")
        }
        let line = bytes.part(0..<bytes.count - 1)
        if line.count > lineLimit { throw tooLong([], line) }
        switch state {
        case .requestLine:
            // RFC 9112 §2.2: an empty line before the request line is ignored; one, not any number.
            if line.isEmpty, !skippedEmptyLine {
                skippedEmptyLine = true
            } else {
                try RequestLine.read(line, into: &head)
                state = .fields
            }
        case .fields where line.isEmpty:
            framing = try rules.conclude(minorVersion: head.minorVersion)
            switch framing {
            case .none: state = .complete
            case .length(let length):
                remaining = length
                state = .fixedBody
            case .chunked: state = .chunkSize
            }
            fieldCount = 0
            fieldBytes = 0
            return true
        case .fields:
            try count(line)
            let (name, value) = try FieldLine.read(line)
            try rules.note(name, value)
            // The authority of an absolute target was set as Host; the field itself is ignored (§3.2.2).
            if name.count == 4, name.equals(lowercase: "host"), head.fields.contains("Host") {
                break
            }
            if head.fields.isEmpty { head.fields.reserve(256) }
            head.fields.append(name: name, value: value)
        case .chunkSize:
            remaining = try ChunkSize.read(line, extensionBytes: &extensionBytes, limits: limits)
            state = remaining == 0 ? .trailers : .chunkData
        case .chunkEnd:
            // RFC 9112 §7.1: the data of a chunk is followed by CRLF and nothing else.
            guard line.isEmpty else {
                throw .bad("bad_chunk", "A chunk is longer than its size says.")
            }
            state = .chunkSize
        case .trailers where line.isEmpty:
            state = .complete
        case .trailers:
            // RFC 9110 §6.5.1: trailers are never merged into the fields, and may be dropped.
            try count(line)
            guard try !TrailerRules.forbids(FieldLine.read(line).name) else {
                throw .bad("bad_trailer", "This field may not follow the body.")
            }
        case .fixedBody, .chunkData, .complete, .refused:
            break
        }
        return false
    }

    private mutating func count(_ line: UnsafeRawBufferPointer) throws(Refusal) {
        fieldCount += 1
        fieldBytes += line.count + 2
        if fieldCount > limits.fieldCount || fieldBytes > limits.fieldBytes {
            throw RequestParser.fieldsTooLarge
        }
    }

    private var lineLimit: Int {
        switch state {
        case .requestLine: limits.requestLine
        case .fields, .trailers: limits.fieldBytes
        case .chunkSize: limits.chunkLine
        default: 0
        }
    }

    /// Refuses a line that begins with `held` and goes on with `rest`, and has more bytes than it may.
    private func tooLong(_ held: [UInt8], _ rest: UnsafeRawBufferPointer) -> Refusal {
        switch state {
        case .requestLine
        where !(held + rest.prefix(lineLimit)).prefix(lineLimit).contains(.space):
            // RFC 9112 §3 has 414 for a long target and 501 for a long method; this line may be neither.
            .bad("bad_request_line", "The request line is not: method, target, version.")
        case .requestLine:
            Refusal(
                .uriTooLong,
                code: "request_line_too_long",
                detail: "The request line is longer than \(limits.requestLine) bytes."
            )
        case .fields, .trailers:
            RequestParser.fieldsTooLarge
        default:
            .bad("bad_chunk", "A chunk does not have the size and line ends that it should.")
        }
    }

    private static let fieldsTooLarge = Refusal(
        .fieldsTooLarge,
        code: "fields_too_large",
        detail: "The request has too many header fields, or they are too long."
    )
}
