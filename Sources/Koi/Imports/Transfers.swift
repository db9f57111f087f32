import Dispatch
import KoiHTTP
import Synchronization

/// Takes files in that were sent, one after the other: to read through a gigabyte takes seconds, on no loop and not in the writer.
final class Transfers: Sendable {
    /// How many may wait or be at work.
    private static let maximum = 8

    private let queue = DispatchQueue(label: "koi.transfers")
    private let waiting = Atomic(0)

    /// - Throws: `Problem` 503 where as many wait as may.
    func submit(_ reply: @escaping Route.Reply, _ work: @escaping @Sendable () throws -> Answer) throws {
        guard waiting.add(1, ordering: .relaxed).newValue <= Transfers.maximum else {
            waiting.subtract(1, ordering: .relaxed)
            throw Problem.busy(
                "As many files are being taken in as may wait. Try again soon.",
                "等待处理的文件已达上限，请稍后重试。"
            )
        }
        queue.async {
            defer { self.waiting.subtract(1, ordering: .relaxed) }
            reply(Result { try work() })
        }
    }
}
