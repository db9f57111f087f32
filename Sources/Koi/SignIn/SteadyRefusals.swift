import Dispatch
import KoiLock

/// Answers every refused sign-in equally late, whatever was wrong and whether a password was hashed at all: time tells
/// nothing about who has an account, or whether guesses still count.
///
/// That is half as long again as hashing takes here on average, or a multiple of it where a hash had to wait.
final class SteadyRefusals: Sendable {
    /// Below it, the unevenness of timers would show.
    private static let shortest = 40_000_000.0
    /// The weight of each new measurement.
    private static let weight = 1.0 / 16

    private let queue = DispatchQueue(label: "koi.refusals")
    /// How long a hash takes, in nanoseconds; nil before the first.
    private let average = Lock<Double?>(nil)

    /// Whether it is known how long a hash takes.
    var isMeasured: Bool { average.withLock { $0 != nil } }

    func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
        average.withLock { average in
            average = average.map { $0 + (nanoseconds - $0) * SteadyRefusals.weight } ?? nanoseconds
        }
    }

    /// Does something, such as answering, when a refusal is due.
    ///
    /// - Parameter start: when the request came in.
    func run(since start: DispatchTime, _ work: @escaping @Sendable () -> Void) {
        let step = max(average.withLock { $0 ?? 0 } * 1.5, SteadyRefusals.shortest)
        let elapsed = Double(DispatchTime.now().uptimeNanoseconds) - Double(start.uptimeNanoseconds)
        let steps = max(1, (elapsed / step).rounded(.up))
        let wait = Int(exactly: (steps * step - elapsed).rounded()) ?? 0
        // `asyncAfter` allows itself to be late by a tenth.
        nonisolated(unsafe) let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler {
            work()
            timer.cancel()
        }
        timer.schedule(deadline: .now() + .nanoseconds(wait), leeway: .nanoseconds(0))
        timer.activate()
    }
}
