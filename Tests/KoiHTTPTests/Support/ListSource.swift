import Dispatch
import KoiLock
import Synchronization

@testable import KoiHTTP

/// A stream of given chunks, delivered from another thread, that counts what was asked of it.
final class ListSource: BodySource {
    private let chunks: Lock<[BodyChunk]>
    private let queue = DispatchQueue(label: "test.source")
    let asked = Atomic(0)
    let cancelled = DispatchSemaphore(value: 0)

    init(_ chunks: [BodyChunk]) {
        self.chunks = Lock(chunks)
    }

    /// A chunk that is never delivered follows the last one.
    func next(_ deliver: @escaping @Sendable (BodyChunk) -> Void) {
        asked.add(1, ordering: .relaxed)
        let chunk = chunks.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let chunk { queue.async { deliver(chunk) } }
    }

    func cancel() { cancelled.signal() }
}
