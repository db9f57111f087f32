/// What the writer has done since it was opened.
package struct WriterStatistics: Sendable, Equatable {
    /// Transactions committed.
    package internal(set) var groups = 0
    /// Requests committed in them.
    package internal(set) var requests = 0
    /// Requests rolled back alone because their body threw.
    package internal(set) var rolledBack = 0
    /// Requests that failed with their whole group.
    package internal(set) var failed = 0
    /// Requests refused without being run: too many waiting, or writes stopped.
    package internal(set) var refused = 0
    /// Requests refused because they waited too long to be begun.
    package internal(set) var shed = 0
    package internal(set) var largestGroup = 0
    /// Groups by size: 1, 2, 3–4, 5–8, … up to 129 and more.
    package internal(set) var groupSizes = [Int](repeating: 0, count: 9)
    /// Upper bounds of waits and of groups that are counted together, in nanoseconds; longer ones are counted behind the last.
    package static let timeBounds: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000, 5_000_000_000,
    ]
    /// Waits and groups by `timeBounds`.
    package internal(set) var waits = [Int](repeating: 0, count: timeBounds.count + 1)
    package internal(set) var groupTimes = [Int](repeating: 0, count: timeBounds.count + 1)
    /// Nanoseconds that requests waited to be run, in all and at most.
    package internal(set) var waitTotal: UInt64 = 0
    package internal(set) var longestWait: UInt64 = 0
    /// Nanoseconds from the begin of a group to the end of its commit, in all and at most.
    package internal(set) var groupTimeTotal: UInt64 = 0
    package internal(set) var longestGroupTime: UInt64 = 0
    package internal(set) var checkpoints = 0
    package internal(set) var failedCheckpoints = 0
    /// Nanoseconds of the longest checkpoint, during which nothing was written.
    package internal(set) var longestCheckpoint: UInt64 = 0
    /// Pages in the WAL.
    ///
    /// It starts over once all of them are in the database file and no reader needs them: a reader
    /// that holds a snapshot open keeps it growing.
    package internal(set) var walPages = 0
    /// How often an I/O error made the writer open the file again.
    package internal(set) var recoveries = 0
    /// Requests that wait at this moment.
    package internal(set) var waiting = 0
    /// Whether writes are taken: false between an I/O error and the end of the check after it.
    package internal(set) var isAvailable = true

    mutating func countGroup(size: Int, nanoseconds: UInt64) {
        groups += 1
        requests += size
        largestGroup = max(largestGroup, size)
        let bucket = size <= 1 ? 0 : Int.bitWidth - (size - 1).leadingZeroBitCount
        groupSizes[min(bucket, groupSizes.count - 1)] += 1
        groupTimes[WriterStatistics.bucket(of: nanoseconds)] += 1
        groupTimeTotal &+= nanoseconds
        longestGroupTime = max(longestGroupTime, nanoseconds)
    }

    mutating func countWait(_ nanoseconds: UInt64) {
        waits[WriterStatistics.bucket(of: nanoseconds)] += 1
        waitTotal &+= nanoseconds
        longestWait = max(longestWait, nanoseconds)
    }

    private static func bucket(of nanoseconds: UInt64) -> Int {
        var index = 0
        while index < timeBounds.count, nanoseconds > timeBounds[index] { index += 1 }
        return index
    }
}
