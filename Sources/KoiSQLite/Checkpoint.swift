internal import CSQLite

/// How far a checkpoint goes.
enum CheckpointMode {
    /// Moves what no reader still needs from the WAL into the file, waiting for nobody.
    case passive
    /// Moves all and empties the WAL file, if no reader is in the way.
    case truncate

    fileprivate var code: Int32 {
        switch self {
        case .passive: SQLITE_CHECKPOINT_PASSIVE
        case .truncate: SQLITE_CHECKPOINT_TRUNCATE
        }
    }
}

extension Connection {
    /// - Returns: the pages that are in the WAL and have not been moved; 0 when all have.
    /// - Throws: `SQLiteError`; a reader in the way is not an error.
    @discardableResult
    func checkpoint(_ mode: CheckpointMode) throws -> Int {
        let handle = try opened()
        // Readers of a long snapshot are not waited for: the next attempt will do.
        sqlite3_busy_timeout(handle, 0)
        defer { sqlite3_busy_timeout(handle, Self.busyMilliseconds) }
        var pages: Int32 = 0
        var moved: Int32 = 0
        let result = sqlite3_wal_checkpoint_v2(handle, "main", mode.code, &pages, &moved)
        guard result == SQLITE_OK || result & 0xff == SQLITE_BUSY else {
            throw SQLiteError(handle, result, sql: nil, hidesDetail: false)
        }
        // After a truncation both are 0, and the hook runs only with the next commit.
        walMeter.pages = Int(max(pages, 0))
        return Int(max(pages - moved, 0))
    }

    /// Moves all of the WAL into the file and cuts it back to nothing.
    ///
    /// What is moved already is read from the file by whoever begins to read, so that those in the way become fewer.
    ///
    /// - Parameter milliseconds: how long readers in the way are waited for.
    /// - Returns: false where one still is.
    /// - Throws: `SQLiteError`
    func emptyWAL(waiting milliseconds: Int32) throws -> Bool {
        let handle = try opened()
        guard try checkpoint(.passive) == 0 else { return false }
        sqlite3_busy_timeout(handle, milliseconds)
        defer { sqlite3_busy_timeout(handle, Self.busyMilliseconds) }
        var pages: Int32 = 0
        let result = sqlite3_wal_checkpoint_v2(handle, "main", CheckpointMode.truncate.code, &pages, nil)
        if result & 0xff == SQLITE_BUSY { return false }
        guard result == SQLITE_OK else { throw SQLiteError(handle, result, sql: nil, hidesDetail: false) }
        walMeter.pages = 0
        return true
    }

    /// Pages in the WAL file after the last commit of this connection, as SQLite counts them.
    var walPages: Int { walMeter.pages }
}

/// Kept up to date by SQLite's WAL hook, which runs inside a commit.
final class WALMeter {
    fileprivate(set) var pages = 0

    func install(on handle: OpaquePointer) {
        sqlite3_wal_hook(
            handle,
            { meter, _, _, pages in
                guard let meter else { return SQLITE_OK }
                Unmanaged<WALMeter>.fromOpaque(meter).takeUnretainedValue().pages = Int(pages)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }
}
