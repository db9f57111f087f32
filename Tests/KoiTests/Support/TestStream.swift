import Dispatch
import KoiHTTP
import KoiJSON
import KoiLock
import Testing

@testable import Koi

/// A stream of events as its client reads it.
final class TestStream: Sendable {
    struct Failure: Error {}

    /// What was delivered: all that the source keeps of its reader, which is released with the test.
    private final class Inbox: Sendable {
        let chunks = Lock<[BodyChunk]>([])
        let hasChunk = DispatchSemaphore(value: 0)
    }

    private let source: any EventSource
    private let inbox = Inbox()

    init(_ response: Response) throws {
        guard case .events(let source) = response.body else { throw Failure() }
        self.source = source
        ask()
    }

    deinit { cancel() }

    var isOver: Bool { source.isOver }

    func cancel() { source.cancel() }

    /// The events of the next chunk, each with its fields by name; nil at the end.
    func next() throws -> [[String: String]]? {
        guard inbox.hasChunk.wait(timeout: .now() + 10) == .success else { throw Failure() }
        switch inbox.chunks.withLock({ $0.removeFirst() }) {
        case .end: return nil
        case .failed: throw Failure()
        case .bytes(let bytes):
            ask()
            return TestStream.events(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Events with data, until there are so many.
    func events(_ count: Int) throws -> [JSONValue] {
        var items: [JSONValue] = []
        while items.count < count {
            for event in try next() ?? [] {
                guard let data = event["data"] else { continue }
                let item = try JSONReader.read(Array(data.utf8))
                #expect(event["id"].flatMap(LogPosition.init)?.sequence == item["sequence"].integerValue)
                items.append(item)
            }
        }
        return items
    }

    private func ask() {
        source.next { [inbox] chunk in
            inbox.chunks.withLock { $0.append(chunk) }
            inbox.hasChunk.signal()
        }
    }

    private static func events(_ text: String) -> [[String: String]] {
        text.split(separator: "\n\n").map { event in
            Dictionary(
                event.split(separator: "\n").map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (String(parts[0]), parts.count > 1 ? String(parts[1].dropFirst()) : "")
                },
                uniquingKeysWith: { $0 + "\n" + $1 }
            )
        }
    }
}

extension TestApp {
    func stream(
        _ query: String = "",
        key: String? = nil,
        fields: [(String, String)] = []
    ) throws -> TestStream {
        try TestStream(
            response(.get, "/v1/events" + query, key: key, fields: fields + [("Accept", "text/event-stream")])
        )
    }
}
