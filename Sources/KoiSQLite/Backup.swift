internal import CSQLite
internal import Glibc

/// Copies of the database made while it is in use.
package enum Backup {
    /// Pages copied between two calls of `progress`: 4 MiB.
    private static let step: Int32 = 1024

    /// Copies the database as it is at this moment into a new file, which is complete and on disk
    /// when this returns.
    ///
    /// The writer is not held up, and what it writes meanwhile is not in the copy.
    ///
    /// The copy is one file, with no WAL beside it. It is made under another name and renamed, so a
    /// file at `path` is always whole.
    /// - Parameters:
    ///   - connection: a reader's, with no transaction open; used from the calling thread.
    ///   - path: must not exist.
    ///   - progress: pages copied and pages in all; what it throws ends the copy.
    ///   - change: made to the copy before it gets its name.
    /// - Throws: `SQLiteError`, `BackupError`, and what `progress` and `change` throw; no file is left then.
    package static func copy(
        from connection: Connection,
        to path: String,
        progress: (_ copied: Int, _ total: Int) throws -> Void = { _, _ in },
        change: (Connection) throws -> Void = { _ in }
    ) throws {
        guard access(path, F_OK) != 0 else { throw BackupError.exists(path) }
        let partial = path + ".partial"
        unlink(partial)
        do {
            try fill(partial, from: connection, progress, change)
            try synchronize(partial, flags: O_RDWR)
            guard rename(partial, path) == 0 else { throw BackupError.failed(path, errno: errno) }
            try synchronize(folder(of: path), flags: O_RDONLY | O_DIRECTORY)
        } catch {
            unlink(partial)
            unlink(partial + "-journal")
            throw error
        }
    }

    /// Reads the whole file and checks it.
    ///
    /// - Returns: what is wrong with it, a sentence each; empty when it is sound.
    /// - Throws: `SQLiteError` when the file cannot be opened or read.
    package static func verify(_ path: String) throws -> [String] {
        do {
            let connection = try Connection(path: path, mode: .readOnly)
            let findings = try connection.rows("PRAGMA integrity_check") { $0.text(0) }
            let orphans = try connection.rows("PRAGMA foreign_key_check") { row in
                "row \(row.int(1)) of \(row.text(0)) refers to a row of \(row.text(2)) that is missing"
            }
            return findings.filter { $0 != "ok" } + orphans
        } catch let error as SQLiteError where error.isCorrupt {
            return [error.message]
        }
    }

    private static func fill(
        _ path: String,
        from source: Connection,
        _ progress: (Int, Int) throws -> Void,
        _ change: (Connection) throws -> Void
    ) throws {
        let target = try Connection(path: path, backup: ())
        // One snapshot for all steps, or SQLite would start again with each commit between two of
        // them. A transaction has its snapshot only from its first read on.
        try source.snapshot {
            _ = try source.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) }
            let sourceHandle = try source.opened()
            let targetHandle = try target.opened()
            guard let backup = sqlite3_backup_init(targetHandle, "main", sourceHandle, "main")
            else {
                throw SQLiteError(
                    targetHandle,
                    sqlite3_extended_errcode(targetHandle),
                    sql: nil,
                    hidesDetail: false
                )
            }
            do {
                try run(backup, progress)
            } catch {
                sqlite3_backup_finish(backup)
                throw error
            }
            let result = sqlite3_backup_finish(backup)
            guard result == SQLITE_OK else {
                throw SQLiteError(targetHandle, result, sql: nil, hidesDetail: false)
            }
        }
        // The copy says of itself that it is a WAL database, as its source is.
        try target.execute("PRAGMA journal_mode = DELETE")
        try change(target)
        target.close()
    }

    private static func run(_ backup: OpaquePointer, _ progress: (Int, Int) throws -> Void) throws {
        while true {
            let result = sqlite3_backup_step(backup, step)
            let total = Int(sqlite3_backup_pagecount(backup))
            try progress(total - Int(sqlite3_backup_remaining(backup)), total)
            if result == SQLITE_DONE { return }
            guard result == SQLITE_OK else {
                throw SQLiteError(
                    extendedCode: result,
                    message: sqlite3_errstr(result).map { String(cString: $0) } ?? ""
                )
            }
        }
    }

    /// A file is safe once it is on disk, and so is the folder that names it.
    private static func synchronize(_ path: String, flags: Int32) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError.failed(path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw BackupError.failed(path, errno: errno) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

package enum BackupError: Error, Equatable, CustomStringConvertible {
    case exists(String)
    case failed(String, errno: Int32)

    package var description: String {
        switch self {
        case .exists(let path): "\(path) exists already."
        case .failed(let path, let code):
            "\(path) could not be written: \(String(cString: strerror(code)))."
        }
    }
}
