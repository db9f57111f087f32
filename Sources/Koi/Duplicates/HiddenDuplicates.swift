import KoiHTTP
import KoiLock

/// Counts how often each is told that there is a record like a new one which that user may not see.
///
/// Whoever was told as often as a minute allows adds nothing more until it is over, be there such a record or not: a refusal of
/// the one alone would tell of it, and to store it would double what is there. What was told is told again without being
/// counted, so that what was tried can be sent.
final class HiddenDuplicates: Sendable {
    /// In milliseconds.
    private static let rememberedFor: Int64 = 86_400_000
    private static let maximumRemembered = 20_000

    private struct Answer: Hashable {
        let user: Int64
        let mark: UInt64
    }

    private let times = RateLimiter<Int64>(ListQuery.probes)
    /// Since when each was told what.
    private let told = Lock<[Answer: Int64]>([:])

    /// - Throws: `Problem` 429 that says when to try again.
    func admit(_ user: Int64, at now: Int64) throws {
        let standing = times.standing(of: user, at: now)
        guard standing.isTooOften else { return }
        throw Problem.tooMany(retryAfter: (standing.wait + 999) / 1_000, HiddenDuplicates.why)
    }

    /// - Parameter keys: of the new record.
    func tell(_ user: Int64, of keys: [DuplicateKey], at now: Int64) {
        var mark = Fingerprint()
        for key in keys.map(\.mark).sorted() { mark.add(String(key)) }
        let answer = Answer(user: user, mark: mark.value)
        let isNew = told.withLock { told in
            if let since = told[answer], since <= now, now < since + HiddenDuplicates.rememberedFor { return false }
            if told.count >= HiddenDuplicates.maximumRemembered { told = [:] }
            told[answer] = now
            return true
        }
        if isNew { _ = times.take(user, at: now) }
    }

    private static let why = Text(
        "Many new records were sent that may be there already where you may not see them.",
        "发送的新记录中有许多可能已存在，但您无权查看；"
    )
}
