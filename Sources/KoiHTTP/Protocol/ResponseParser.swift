/// Bytes in, one response out (RFC 9112), for whoever asked.
///
/// It knows no socket and no clock, and takes bytes that come one at a time like those that come at once.
package struct ResponseParser: Sendable {
    /// What a server can make large, with its bound in bytes.
    package struct Bounds: Sendable {
        package var statusLine = 1024
        package var fieldBytes = 16 * 1024
        package var fieldCount = 100
        /// What is kept of the body; where there is more, the rest is not read.
        package var body = 64 * 1024
        /// Interim answers before the final one.
        package var interims = 10

        package init() {}
    }

    private enum State {
        case statusLine
        case fields
        case fixedBody
        case openBody
        case chunkSize
        case chunkData
        case chunkEnd
        case trailers
        case complete
    }

    private let bounds: Bounds
    private let lines: Limits
    private var state = State.statusLine
    /// The beginning of a line whose end has not arrived.
    private var held: [UInt8] = []
    private var framing = ResponseFraming()
    private var minorVersion = 1
    private var interims = 0
    private var remaining = 0
    private var fieldCount = 0
    private var fieldBytes = 0
    private var extensionBytes = 0

    package private(set) var code = 0
    package private(set) var fields = Fields()
    package private(set) var body: [UInt8] = []
    /// Whether the body is longer than what was kept of it.
    package private(set) var isCut = false

    package init(_ bounds: Bounds = Bounds()) {
        self.bounds = bounds
        lines = Limits()
    }

    /// Whether nothing more is to be read.
    package var isComplete: Bool { state == .complete }

    /// Takes what has come; what follows the response is disregarded.
    ///
    /// - Throws: `Refusal` where it is no response that can be understood in one way only.
    package mutating func take(_ bytes: [UInt8]) throws(Refusal) {
        try bytes.withBytes { bytes throws(Refusal) in
            var input = bytes
            while try step(&input) {}
        }
    }

    /// The server has ended the connection.
    ///
    /// - Throws: `Refusal` where the response is not whole.
    package mutating func close() throws(Refusal) {
        guard state != .openBody, state != .complete else {
            state = .complete
            return
        }
        throw .bad("incomplete", "The server ended the connection before its answer was complete.")
    }

    /// False where more input is needed or none is wanted.
    private mutating func step(_ input: inout UnsafeRawBufferPointer) throws(Refusal) -> Bool {
        switch state {
        case .complete: return false
        case .fixedBody, .chunkData:
            guard !input.isEmpty else { return false }
            let piece = input.take(min(remaining, input.count))
            remaining -= piece.count
            if remaining == 0 { state = state == .chunkData ? .chunkEnd : .complete }
            keep(piece)
            return true
        case .openBody:
            keep(input.take(input.count))
            return false
        case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers:
            return try takeLine(&input)
        }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        let room = bounds.body - body.count
        body.append(contentsOf: piece.prefix(room))
        guard piece.count > room else { return }
        isCut = true
        state = .complete
    }

    private mutating func takeLine(_ input: inout UnsafeRawBufferPointer) throws(Refusal) -> Bool {
        let end = input.offset(of: .lineFeed)
        // The line may hold its CR beyond the limit.
        guard held.count + (end ?? input.count) <= lineLimit + 1 else { throw ResponseParser.tooLarge }
        guard let end else {
            held.append(contentsOf: input.take(input.count))
            return false
        }
        let piece = input.take(end + 1).part(0..<end)
        var line = held
        held = []
        line.append(contentsOf: piece)
        try line.withBytes { bytes throws(Refusal) in
            guard bytes.last == .carriageReturn else { throw .bad("bad_line_end", "Lines end with CR and LF.") }
            try accept(bytes.part(0..<bytes.count - 1))
        }
        return true
    }

    private mutating func accept(_ line: UnsafeRawBufferPointer) throws(Refusal) {
        switch state {
        case .statusLine:
            (minorVersion, code) = try StatusLine.read(line)
            state = .fields
        case .fields where line.isEmpty: try endHead()
        case .fields:
            try count(line)
            let (name, value) = try FieldLine.read(line)
            try framing.note(name, value)
            fields.append(name: name, value: value)
        case .chunkSize:
            remaining = try ChunkSize.read(line, extensionBytes: &extensionBytes, limits: lines)
            (fieldCount, fieldBytes) = (0, 0)
            state = remaining == 0 ? .trailers : .chunkData
        case .chunkEnd:
            // RFC 9112 §7.1: the data of a chunk is followed by CRLF and nothing else.
            guard line.isEmpty else { throw .bad("bad_chunk", "A chunk is longer than its size says.") }
            state = .chunkSize
        case .trailers where line.isEmpty: state = .complete
        case .trailers:
            // Dropped (RFC 9110 §6.5.1).
            try count(line)
            _ = try FieldLine.read(line)
        case .fixedBody, .openBody, .chunkData, .complete: break
        }
    }

    private mutating func endHead() throws(Refusal) {
        guard code >= 200 else { return try skipInterim() }
        switch try framing.end(code: code, minorVersion: minorVersion) {
        case .length(let length):
            remaining = length
            state = length == 0 ? .complete : .fixedBody
        case .chunked: state = .chunkSize
        case .close: state = .openBody
        }
    }

    /// RFC 9110 §15.2: any number of these may come first; 101 would begin another protocol, which nobody asked for.
    private mutating func skipInterim() throws(Refusal) {
        interims += 1
        guard code != 101, interims <= bounds.interims else {
            throw .bad("bad_interim", "The server answers with something other than the answer.")
        }
        _ = try framing.end(code: code, minorVersion: minorVersion)
        (fields, framing, fieldCount, fieldBytes) = (Fields(), ResponseFraming(), 0, 0)
        state = .statusLine
    }

    private mutating func count(_ line: UnsafeRawBufferPointer) throws(Refusal) {
        fieldCount += 1
        fieldBytes += line.count + 2
        guard fieldCount <= bounds.fieldCount, fieldBytes <= bounds.fieldBytes else { throw ResponseParser.tooLarge }
    }

    private var lineLimit: Int {
        switch state {
        case .statusLine: bounds.statusLine
        case .fields, .trailers: bounds.fieldBytes
        case .chunkSize: lines.chunkLine
        default: 0
        }
    }

    private static let tooLarge = Refusal.bad("head_too_large", "The head of the answer, or a line of it, is too long.")
}
