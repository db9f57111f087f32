import KoiSQLite

/// What a ledger has gathered and not yet written.
///
/// Each kind has room of its own, so that nobody can push out who read what by failing often.
struct LedgerPage: Sendable {
    struct Failure: Hashable, Sendable {
        let account: String
        let address: String
        let minute: Int64
    }

    enum Used: Hashable, Sendable {
        case key(Int64)
        case session(Int64)
    }

    /// The most reads that wait, and the most uses; beyond it new ones are lost, and counted.
    static let maximumEntries = 20_000
    /// The most refusals that wait, and the most failures, each with its count.
    static let maximumCounted = 5_000
    private static let minute: Int64 = 60_000

    private(set) var reads: [AccessEntry] = []
    private(set) var refusals = CountedRefusals()
    private(set) var failures: [Failure: Int64] = [:]
    private(set) var uses: [Used: Int64] = [:]
    private var strangers = Strangers()
    /// How many were lost since this was last asked for.
    private(set) var lost = 0

    var count: Int { reads.count + refusals.count + failures.count + uses.count }
    var isEmpty: Bool { count == 0 }

    /// - Parameter now: milliseconds since 1970.
    mutating func add(_ entry: LedgerEntry, at now: Int64) {
        let isTaken =
            switch entry {
            case .read(let entry): read(entry)
            case .refused(let entry): refuse(entry)
            case .failedSignIn(let account, let address): fail(account, address, LedgerPage.minute(of: now))
            case .used(let key, let at): use(.key(key), at)
            case .usedSession(let session, let at): use(.session(session), at)
            }
        if !isTaken { lost += 1 }
    }

    private mutating func read(_ entry: AccessEntry) -> Bool {
        guard reads.count < LedgerPage.maximumEntries else { return false }
        reads.append(entry)
        return true
    }

    /// Of somebody whom nobody knows only the code and the place are kept: anyone can be refused as often as they like.
    private mutating func refuse(_ entry: AccessEntry) -> Bool {
        let minute = LedgerPage.minute(of: entry.at)
        var counted = entry
        if !entry.isOfSomebody {
            counted = AccessEntry(
                at: minute,
                actor: nil,
                request: nil,
                address: strangers.place(of: entry.address, in: minute)
            )
            counted.code = entry.code
        }
        counted.at = minute
        return refusals.add(counted, 1, limit: LedgerPage.maximumCounted)
    }

    private mutating func fail(_ account: String, _ address: String, _ minute: Int64) -> Bool {
        let place = strangers.place(of: address, in: minute)
        let failure = Failure(account: account, address: place, minute: minute)
        guard failures[failure] != nil || failures.count < LedgerPage.maximumCounted else { return false }
        failures[failure, default: 0] += 1
        return true
    }

    private mutating func use(_ used: Used, _ at: Int64) -> Bool {
        guard uses[used] != nil || uses.count < LedgerPage.maximumEntries else { return false }
        uses[used] = max(uses[used] ?? at, at)
        return true
    }

    private static func minute(of time: Int64) -> Int64 {
        time.flooredQuotient(minute) * minute
    }

    /// Takes out as much as one write should hold, the oldest first.
    mutating func tearOff(_ limit: Int) -> LedgerPage {
        var part = LedgerPage()
        part.reads = Array(reads.prefix(limit))
        reads.removeFirst(part.reads.count)
        part.refusals = refusals.tearOff(limit - part.count)
        for (failure, count) in failures.prefix(limit - part.count) {
            part.failures[failure] = count
            failures[failure] = nil
        }
        for (used, at) in uses.prefix(limit - part.count) {
            part.uses[used] = at
            uses[used] = nil
        }
        return part
    }

    /// Takes back what could not be written.
    mutating func putBack(_ part: LedgerPage) {
        reads = part.reads + reads
        refusals.putBack(part.refusals)
        failures.merge(part.failures) { $0 + $1 }
        uses.merge(part.uses) { max($0, $1) }
    }

    /// How many were lost, to be told once.
    mutating func takeLost() -> Int {
        defer { lost = 0 }
        return lost
    }
}
