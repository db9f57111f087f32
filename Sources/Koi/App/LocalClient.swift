import Glibc
package import KoiJSON

/// Asks a running Koi over the socket in its data folder: one request on one connection, blocking, with bounds on how
/// long it waits and how much it reads.
package struct LocalClient: Sendable {
    private let path: String

    package init(folder: DataFolder) {
        path = folder.socket
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - target: the path and the query.
    ///   - body: sent as JSON.
    ///   - patience: how many seconds may pass without a byte of the answer; a backup takes long.
    /// - Returns: the answer's document.
    /// - Throws: `LocalFailure` where nobody answers, or with the sentence of a problem.
    package func post(
        _ target: String,
        _ body: JSONValue = [:],
        patience: Int = 30
    ) throws -> JSONValue {
        try ask("POST", target, Array(body.text.utf8), patience: patience)
    }

    /// Asks for a document and waits for it; otherwise as `post`.
    package func get(_ target: String, patience: Int = 30) throws -> JSONValue {
        try ask("GET", target, [], patience: patience)
    }

    /// Asks for what is no JSON; otherwise as `get`.
    func content(_ target: String, patience: Int = 30) throws -> [UInt8] {
        try LocalContent(exchange("GET", target, [], patience: patience)).successful()
    }

    /// Sends another request with a body in JSON; otherwise as `post`.
    package func send(_ method: String, _ target: String, _ body: JSONValue? = nil) throws -> JSONValue {
        try ask(method, target, body.map { Array($0.text.utf8) } ?? [], patience: 60)
    }

    private func ask(
        _ method: String,
        _ target: String,
        _ text: [UInt8],
        patience: Int
    ) throws -> JSONValue {
        let answer = try LocalAnswer(exchange(method, target, text, patience: patience))
        guard (200..<300).contains(answer.status) else {
            throw LocalFailure(answer.problem)
        }
        return answer.body
    }

    private func exchange(
        _ method: String,
        _ target: String,
        _ text: [UInt8],
        patience: Int
    ) throws -> [UInt8] {
        let connection = try LocalConnection(path: path, patience: patience)
        let head = """
            \(method) \(target) HTTP/1.1\r
            Host: koi\r
            Content-Type: application/json\r
            Content-Length: \(text.count)\r
            Connection: close\r
            \r

            """
        try connection.send(Array(head.utf8) + text)
        return try connection.readToEnd()
    }
}

/// Why a running Koi did not do what it was asked, in a sentence for the person at the command line.
package struct LocalFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// A connection to a Unix socket, with its descriptor.
final class LocalConnection {
    /// More than any answer of a command has.
    private static let maximumAnswer = 4 << 20

    private let descriptor: Int32

    init(path: String, patience: Int) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw LocalFailure("The path \(path) is too long for a socket: use a shorter one.")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw LocalConnection.failure("no socket can be made") }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            throw LocalFailure(
                """
                The data folder is in use, but nobody answers at \(path). Koi is starting, or another command is at \
                work there: try again in a moment.
                """
            )
        }
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LocalConnection.failure("the request was not taken") }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits for up to so many bytes; none at the end.
    func receive(_ most: Int) throws -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: most)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalConnection.failure("no answer came in time") }
            return Array(piece.prefix(count))
        }
    }

    func readToEnd() throws -> [UInt8] {
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while answer.count <= LocalConnection.maximumAnswer {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw LocalConnection.failure("no answer came in time") }
            if count == 0 { return answer }
            answer += piece.prefix(count)
        }
        throw LocalFailure("The running Koi answered more than a command can take.")
    }

    private static func failure(_ what: String) -> LocalFailure {
        LocalFailure(
            "The running Koi cannot be asked: \(what) (\(String(cString: strerror(errno))))."
        )
    }
}

/// What came back: a status, and a body of the length that was said.
struct LocalContent {
    let status: Int
    let bytes: [UInt8]

    /// - Throws: `LocalFailure` for what is not a whole answer with a `Content-Length`.
    init(_ bytes: [UInt8]) throws {
        let lineEnd: [UInt8] = [13, 10, 13, 10]
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: lineEnd) }) else {
            throw LocalContent.unreadable
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."),
            let status = Digits.integer(String(words[1])), (100..<600).contains(status)
        else { throw LocalContent.unreadable }
        self.status = Int(status)
        self.bytes = Array(bytes[(end + lineEnd.count)...])
        guard self.bytes.count == LocalContent.length(lines.dropFirst()) else {
            throw LocalContent.unreadable
        }
    }

    /// - Throws: `LocalFailure` with the sentence of a problem.
    func successful() throws -> [UInt8] {
        guard (200..<300).contains(status) else { throw LocalFailure(try LocalAnswer(self).problem) }
        return bytes
    }

    private static func length(_ fields: ArraySlice<Substring>) -> Int {
        for field in fields {
            let parts = field.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
            return Digits.integer(String(parts[1]).trimmingSpaces).flatMap(Int.init(exactly:)) ?? -1
        }
        return 0
    }

    static let unreadable = LocalFailure(
        "The running Koi broke off its answer; its log says why."
    )
}

/// What came back: a status and a JSON body.
struct LocalAnswer {
    let status: Int
    let body: JSONValue

    /// - Throws: `LocalFailure` for what is not a whole answer in JSON with a `Content-Length`.
    init(_ bytes: [UInt8]) throws {
        try self.init(LocalContent(bytes))
    }

    /// - Throws: `LocalFailure` for what is not JSON.
    init(_ content: LocalContent) throws {
        status = content.status
        do {
            body = content.bytes.isEmpty ? .null : try JSONReader.read(content.bytes)
        } catch {
            throw LocalContent.unreadable
        }
    }

    /// The sentence of a problem, with those of its fields.
    var problem: String {
        let issues = (body["errors"]?.arrayValue ?? []).compactMap { issue -> String? in
            guard let field = issue["field"]?.stringValue, let text = issue["message"]?.stringValue
            else { return nil }
            return "\(field): \(text)"
        }
        if !issues.isEmpty { return issues.joined(separator: " ") }
        return body["detail"]?.stringValue ?? "The running Koi answered \(status)."
    }
}
