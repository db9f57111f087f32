/// Takes a multipart body apart (RFC 2046 §5.1): bytes in, events out, whatever the sizes of the pieces.
struct MultipartParser {
    enum Event {
        /// The header lines of a part, without line ends.
        case header([[UInt8]])
        case data(UnsafeRawBufferPointer)
        /// Data that turned out not to be a delimiter after all.
        case heldData([UInt8])
        case partEnd
    }

    private enum State {
        case preamble
        case afterDelimiter
        case header
        case data
        case epilogue
    }

    /// CR LF `--` boundary.
    ///
    /// CR occurs only at its start, so a mismatch never hides another beginning.
    private let delimiter: [UInt8]
    private let headerLimit: Int
    private var state = State.preamble
    /// How many bytes of the delimiter have just been seen.
    ///
    /// The body starts as if after a line end.
    private var matched = 2
    private var line: [UInt8] = []
    private var lines: [[UInt8]] = []
    private var headerBytes = 0

    init(boundary: [UInt8], headerLimit: Int) {
        delimiter = [13, 10, 45, 45] + boundary
        self.headerLimit = headerLimit
    }

    /// Whether the closing delimiter has been read.
    var isComplete: Bool { state == .epilogue }

    mutating func read(
        _ input: UnsafeRawBufferPointer,
        _ emit: (Event) throws(Refusal) -> Void
    ) throws(Refusal) {
        var input = input
        while !input.isEmpty {
            switch state {
            case .preamble, .data:
                try readData(&input, emit)
            case .afterDelimiter, .header:
                let byte = input.take(1)[0]
                try readLine(byte, emit)
            case .epilogue:
                return
            }
        }
    }

    private mutating func readData(
        _ input: inout UnsafeRawBufferPointer,
        _ emit: (Event) throws(Refusal) -> Void
    ) throws(Refusal) {
        if matched == 0 {
            let plain = input.take(input.offset(of: .carriageReturn) ?? input.count)
            if !plain.isEmpty, state == .data { try emit(.data(plain)) }
            if input.isEmpty { return }
        }
        while let byte = input.first, matched < delimiter.count, byte == delimiter[matched] {
            matched += 1
            _ = input.take(1)
        }
        if matched == delimiter.count {
            if state == .data { try emit(.partEnd) }
            matched = 0
            state = .afterDelimiter
        } else if !input.isEmpty {
            if state == .data { try emit(.heldData(Array(delimiter[..<matched]))) }
            matched = 0
        }
    }

    /// Reads the rest of a delimiter's line and then the header of the part.
    private mutating func readLine(
        _ byte: UInt8,
        _ emit: (Event) throws(Refusal) -> Void
    ) throws(Refusal) {
        headerBytes += 1
        guard headerBytes <= headerLimit else {
            throw Refusal(
                .fieldsTooLarge,
                code: "part_header_too_large",
                detail: "The header of a part of the multipart body is too long."
            )
        }
        if state == .afterDelimiter, byte == 45, line == [45] {
            state = .epilogue
            line = []
            return
        }
        guard byte == .lineFeed else { return line.append(byte) }
        guard line.popLast() == .carriageReturn else {
            throw .bad("bad_multipart", "The lines of a part's header end with CR and LF.")
        }
        defer { line = [] }
        if state == .afterDelimiter {
            // RFC 2046 §5.1.1: only white space may follow the delimiter.
            guard line.allSatisfy({ $0 == .space || $0 == .tab }) else {
                throw .bad("bad_multipart", "A boundary is followed by other text.")
            }
            state = .header
        } else if line.isEmpty {
            try emit(.header(lines))
            lines = []
            headerBytes = 0
            state = .data
        } else {
            lines.append(line)
        }
    }
}
