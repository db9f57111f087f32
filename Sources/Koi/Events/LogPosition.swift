import KoiHTTP
import KoiSQLite

/// A place in the log, as those who read it keep it: the number of an event, and which log it is of.
///
/// Numbers are given again where a database goes on from a backup. Written `1207-5f0c9a3be1d24c77`.
struct LogPosition: Sendable, Equatable {
    let sequence: Int64
    /// Nil where the number is given alone, which means the log that there is.
    let log: String?

    init(_ sequence: Int64, of log: String) {
        self.sequence = sequence
        self.log = log
    }

    /// How it is written, for `openapi.yaml`.
    static let pattern = "^[0-9]{1,18}(-[0-9a-f]{16})?$"
    private static let longestNumber = 18

    /// Nil where it is not written like this.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts[0].utf8.count <= LogPosition.longestNumber, let number = Digits.integer(parts[0]), number >= 0,
            parts.dropFirst().allSatisfy(EventLog.isIdentity)
        else { return nil }
        sequence = number
        log = parts.count > 1 ? parts[1] : nil
    }

    /// - Parameter name: the parameter or field that has it.
    /// - Throws: `Problem` naming it where it is no position.
    init(_ text: String, in name: String) throws {
        guard let position = LogPosition(text) else { throw LogPosition.unreadable(name) }
        self = position
    }

    var text: String { log.map { "\(sequence)-\($0)" } ?? String(sequence) }

    /// The number of the event.
    ///
    /// - Throws: `Problem` 409 where it is of another log.
    func sequence(in log: String) throws -> Int64 {
        guard self.log ?? log == log else { throw LogPosition.ofOtherLog }
        return sequence
    }

    private static func unreadable(_ name: String) -> Problem {
        .badParameter(
            name,
            Text(
                "Give a position as Koi gave it, the sequence number of an event, or 0.",
                "请填写 Koi 返回的位置、事件的序号或 0。"
            )
        )
    }

    /// What a number is refused with that no event has yet.
    ///
    /// - Parameter head: the newest event's.
    static func ahead(of head: Int64) -> Problem {
        .conflict(
            "position_ahead",
            Text(
                "The newest event has the number \(head): what you have seen is of another database, or of a later time. Load everything anew and go on from there.",
                "最新事件的序号为 \(head)：您看到的事件属于另一个数据库，或属于更晚的时间。请重新加载全部数据后继续。"
            )
        )
    }

    private static let ofOtherLog = Problem.conflict(
        "other_log",
        Text(
            "This position is of another log: the data was restored from a backup since, or is of another Koi. Load everything anew, from the lists or an export, and go on from the position that goes with them.",
            "此位置属于另一份日志：数据已从备份恢复，或来自另一个 Koi。请通过列表或导出重新加载全部数据，并从随之给出的位置继续。"
        )
    )
}

extension EventLog {
    private static let identityBytes = 8
    private static let markBytes = 4

    /// Which log a database has: random, and made where there is none, as in one that begins from a backup.
    ///
    /// Where the end of the log was lost, by a copy of the database file that was put back, numbers are given again as well:
    /// it is made anew then, once for each end that is missed, of which it has a mark.
    ///
    /// - Parameter lost: an event that the log should have, and has not.
    static func identity(
        _ connection: Connection,
        _ randomness: Randomness,
        without lost: EventHead? = nil
    ) throws -> String {
        let known = try connection.first("SELECT id FROM event_log") { $0.text(0) }
        let mark = lost.map { Array(Digest.sha256(Array($0.description.utf8)).prefix(markBytes)) } ?? []
        if let known, known.hasSuffix(Digest.hex(mark)) { return known }
        let made = Digest.hex(randomness.bytes(identityBytes - mark.count) + mark)
        try forgetIdentity(connection)
        try connection.run("INSERT INTO event_log (id) VALUES (?)", [.text(made)])
        return made
    }

    /// Whether a text may be such an identity.
    static func isIdentity(_ text: String) -> Bool {
        text.utf8.count == identityBytes * 2
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// Has a copy of the database forget it: the numbers of what follows there are given again.
    static func forgetIdentity(_ connection: Connection) throws {
        try connection.run("DELETE FROM event_log")
    }
}
