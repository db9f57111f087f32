import Dispatch
import Glibc
import KoiLock

@testable import Koi

/// A server at a port of 127.0.0.1 that says what it is told to, byte by byte, to each who connects.
final class Receiver: Sendable {
    enum Step: Sendable {
        /// Waits for the end of a request's head and body.
        case read
        case say(String)
        case pause(Int)
        /// Until the client goes.
        case hang
    }

    let port: Int
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "test.receiver")
    private let heard = Lock<[String]>([])
    private let isClosed = Lock(false)

    init(_ steps: [Step]) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = Glibc.bind(descriptor, address, length)
                _ = listen(descriptor, 16)
                _ = getsockname(descriptor, address, &length)
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        queue.async { self.serve(steps) }
    }

    deinit { close() }

    func close() {
        // Wakes `accept`; once, since the number may be another's afterwards.
        isClosed.withLock { isClosed in
            if !isClosed { shutdown(descriptor, Int32(SHUT_RDWR)) }
            isClosed = true
        }
    }

    /// What was sent to it, one text for each connection.
    var requests: [String] { heard.withLock { $0 } }

    var url: OutgoingURL? { OutgoingURL("http://127.0.0.1:\(port)/hook?a=b") }

    private func serve(_ steps: [Step]) {
        while true {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { break }
            for step in steps { run(step, client) }
            Glibc.close(client)
        }
        Glibc.close(descriptor)
    }

    private func run(_ step: Step, _ client: Int32) {
        switch step {
        case .read:
            heard.withLock { $0.append("") }
            read(client)
        case .say(let text):
            let bytes = Array(text.utf8)
            send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1000)
        case .hang:
            var byte: [UInt8] = [0]
            while recv(client, &byte, 1, 0) > 0 {}
        }
    }

    private func read(_ client: Int32) {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !isWhole(text) {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
        heard.withLock { $0[$0.count - 1] = text }
    }

    private func isWhole(_ text: String) -> Bool {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
        let head = text[..<end.lowerBound].lowercased()
        guard let field = head.firstRange(of: "content-length: ") else { return true }
        let length = head[field.upperBound...].prefix { $0.isNumber }
        return text[end.upperBound...].utf8.count >= Int(length) ?? 0
    }
}
