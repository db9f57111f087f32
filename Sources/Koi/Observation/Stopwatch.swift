import KoiHTTP
import Synchronization

/// How long work waited for a thread that is not the loop's, and how long it then took.
final class Stopwatch: Sendable {
    private let submitted = Instant.now()
    private let ran = Atomic<UInt64>(0)

    /// To be called by the work when it begins.
    func run() {
        ran.store(Instant.now(), ordering: .relaxed)
    }

    /// To be read once it is done.
    var times: AnswerTimes {
        let now = Instant.now()
        let ran = ran.load(ordering: .relaxed)
        // What was refused never ran.
        guard ran > 0 else { return AnswerTimes(waiting: now - submitted) }
        return AnswerTimes(waiting: ran - submitted, database: now - ran)
    }
}
