import KoiJSON
import KoiSQLite

/// Deletes files that nothing has, and contents that no file has any more.
///
/// A content goes within the transaction that finds no row for it, and a row is written only where its content lies there: so none
/// goes that somebody needs.
enum FileTrimming {
    private static let step: Int64 = 100
    /// How long a content may lie there before it is noted.
    private static let grace: Int64 = 3_600_000

    /// Every night.
    static let daily = JobKind("trimFiles", recurrence: .daily(minute: 205)) { try run(&$0, grace: grace) }

    /// At once, after a person was erased.
    static let sweep = JobKind("sweepFiles") { try run(&$0, grace: 0) }

    static var sweepJob: NewJob {
        var job = NewJob(sweep.name)
        job.name = sweep.name
        return job
    }

    private static func run(_ chunk: inout JobChunk, grace: Int64) throws -> JobStep {
        let (transaction, folder) = (chunk.transaction, chunk.transaction.catalog.files)
        while chunk.hasTime {
            if try trim(transaction) > 0 { continue }
            let byte = chunk.position["folder"]?.integerValue ?? 0
            guard let place = UInt8(exactly: byte) else { return .done(["removed": .integer(chunk.done)]) }
            for content in folder.contents(beginningWith: place, before: transaction.now - grace) {
                let isNeeded = try transaction.connection.first(
                    "SELECT 1 FROM files WHERE sha256 = ? LIMIT 1",
                    [.text(content)]
                ) { _ in true }
                guard isNeeded == nil else { continue }
                folder.remove(content)
                chunk.done += 1
            }
            chunk.position["folder"] = .integer(byte + 1)
        }
        return .more
    }

    /// - Returns: how many rows went.
    private static func trim(_ transaction: Transaction) throws -> Int {
        try transaction.connection.run(
            """
            DELETE FROM files WHERE id IN (
                SELECT id FROM files WHERE message IS NULL AND at < ? ORDER BY at, id LIMIT ?)
            """,
            [.integer(transaction.now - Files.keptLoose), .integer(step)]
        )
    }
}
