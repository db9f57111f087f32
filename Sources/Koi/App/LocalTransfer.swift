import Glibc
package import KoiJSON

/// Sends a file to a running Koi over the socket in its data folder, and writes what it answers to a file, piece by piece:
/// neither is ever in memory as a whole.
package struct LocalTransfer: Sendable {
    private static let piece = 256 << 10
    /// Bytes of the answer's status line and fields.
    private static let maximumHead = 64 << 10

    private let folder: DataFolder
    private let patience: Int

    /// - Parameter patience: how many seconds may pass without a byte of the answer.
    package init(folder: DataFolder, patience: Int = 600) {
        self.folder = folder
        self.patience = patience
    }

    /// Sends a file as the body of a POST.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading, of a regular file.
    ///   - type: its media type.
    /// - Returns: the answer's document.
    /// - Throws: `LocalFailure`
    package func send(_ target: String, _ descriptor: Int32, type: String) throws -> JSONValue {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw LocalFailure("This is no file that can be sent.")
        }
        let connection = try LocalConnection(path: folder.socket, patience: patience)
        let fields = ["Content-Type: \(type)", "Content-Length: \(status.st_size)", "Expect: 100-continue"]
        try connection.send(head("POST", target, fields))
        // A refusal may come before the body, which would then not be taken.
        let first = try connection.receive(LocalTransfer.maximumHead)
        guard String(decoding: first.prefix(12), as: UTF8.self).hasSuffix(" 100") else {
            return try document(first + connection.readToEnd())
        }
        try sendBody(descriptor, Int(status.st_size), connection)
        return try document(connection.readToEnd())
    }

    private func sendBody(_ descriptor: Int32, _ size: Int, _ connection: LocalConnection) throws {
        var offset = 0
        while offset < size {
            let piece = try ImportFile.read(descriptor, offset, min(LocalTransfer.piece, size - offset))
            guard !piece.isEmpty else { throw LocalFailure("The file became shorter while it was sent.") }
            try connection.send(piece)
            offset += piece.count
        }
    }

    private func document(_ bytes: [UInt8]) throws -> JSONValue {
        let answer = try LocalAnswer(bytes)
        guard (200..<300).contains(answer.status) else { throw LocalFailure(answer.problem) }
        return answer.body
    }

    /// Asks for content and writes it as it comes.
    ///
    /// - Parameter write: gets each piece.
    /// - Throws: `LocalFailure`, also where the answer was broken off.
    package func receive(_ target: String, as type: String, _ write: ([UInt8]) throws -> Void) throws {
        let connection = try LocalConnection(path: folder.socket, patience: patience)
        try connection.send(head("GET", target, ["Accept: \(type)"]))
        var buffer: [UInt8] = []
        while true {
            let part = try connection.receive(LocalTransfer.piece)
            buffer += part
            if let end = LocalTransfer.headEnd(buffer) {
                return try content(buffer, end, connection, write)
            }
            guard !part.isEmpty, buffer.count < LocalTransfer.maximumHead else { throw LocalContent.unreadable }
        }
    }

    private func content(
        _ buffer: [UInt8],
        _ end: Int,
        _ connection: LocalConnection,
        _ write: ([UInt8]) throws -> Void
    ) throws {
        let head = String(decoding: buffer[..<end], as: UTF8.self).lowercased()
        if head.hasPrefix("http/1.1 200 "), let length = LocalTransfer.length(in: head) {
            return try plain(Array(buffer[end...]), length, connection, write)
        }
        guard head.hasPrefix("http/1.1 200 "), head.contains("transfer-encoding: chunked") else {
            let answer = try LocalContent(buffer + connection.readToEnd())
            return try write(answer.successful())
        }
        var chunks = LocalChunks()
        var piece = Array(buffer[end...])
        while !chunks.isComplete {
            try write(chunks.read(piece))
            guard !chunks.isComplete else { return }
            piece = try connection.receive(LocalTransfer.piece)
            guard !piece.isEmpty else { throw LocalContent.unreadable }
        }
    }

    /// Content of a length that is told, as a file has it.
    private func plain(
        _ beginning: [UInt8],
        _ length: Int,
        _ connection: LocalConnection,
        _ write: ([UInt8]) throws -> Void
    ) throws {
        var left = length - beginning.count
        try write(beginning)
        while left > 0 {
            let piece = try connection.receive(min(LocalTransfer.piece, left))
            guard !piece.isEmpty else { throw LocalContent.unreadable }
            try write(piece)
            left -= piece.count
        }
    }

    private static func length(in head: String) -> Int? {
        let lines = head.split(separator: "\r\n").filter { $0.hasPrefix("content-length:") }
        return lines.first.flatMap { Digits.integer($0.dropFirst(15).filter { $0 != " " }) }.flatMap(Int.init(exactly:))
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: [13, 10, 13, 10]) }.map { $0 + 4 }
    }

    private func head(_ method: String, _ target: String, _ fields: [String]) -> [UInt8] {
        let lines = ["\(method) \(target) HTTP/1.1", "Host: koi", "Connection: close"] + fields
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }
}

/// The chunks of an answer (RFC 9112 §7.1), in whatever pieces they come.
struct LocalChunks {
    private enum State {
        case size
        case data(Int)
        /// The line end behind the data.
        case end
        case trailer
        case complete
    }

    private var state = State.size
    private var line: [UInt8] = []

    var isComplete: Bool { if case .complete = state { true } else { false } }

    /// - Returns: the content in a piece.
    /// - Throws: `LocalFailure` for what are no chunks.
    mutating func read(_ piece: [UInt8]) throws -> [UInt8] {
        var content: [UInt8] = []
        var rest = piece[...]
        while let byte = rest.first {
            switch state {
            case .data(let left):
                let part = rest.prefix(left)
                content += part
                rest = rest.dropFirst(part.count)
                state = part.count == left ? .end : .data(left - part.count)
                continue
            case .complete: return content
            case .size, .end, .trailer: break
            }
            rest = rest.dropFirst()
            guard byte == 0x0A else {
                line.append(byte)
                guard line.count < 4_096 else { throw LocalContent.unreadable }
                continue
            }
            try finishLine()
        }
        return content
    }

    private mutating func finishLine() throws {
        let text = String(decoding: line.filter { $0 != 0x0D }, as: UTF8.self)
        line = []
        switch state {
        case .size:
            guard let size = Int(text.prefix { $0 != ";" }, radix: 16), size >= 0 else { throw LocalContent.unreadable }
            state = size == 0 ? .trailer : .data(size)
        case .end: state = .size
        case .trailer: if text.isEmpty { state = .complete }
        case .data, .complete: break
        }
    }
}
