import KoiSQLite
import Logging

/// Reads all of a database and says what is wrong with it.
package enum Check {
    /// Checks a data folder that no process uses.
    ///
    /// - Returns: the faults, a sentence each; empty where all is well.
    /// - Throws: `FolderLockError` while Koi runs: then ask it, with `App.check`. `SQLiteError` where the database cannot
    ///   be opened.
    package static func run(_ folder: DataFolder) throws -> [String] {
        let lock = try FolderLock(folder: folder.path)
        defer { lock.release() }
        return try faults(of: folder, ResourceList(Routes.resources))
    }

    /// On a connection of its own and in one snapshot, whatever is written meanwhile.
    static func faults(of folder: DataFolder, _ resources: ResourceList) throws -> [String] {
        let head = EventHeadFile(folder).read()
        let connection = try Connection(path: folder.database, mode: .readOnly)
        defer { connection.close() }
        do {
            try SearchCheck.prepare(connection, resources)
            return try connection.snapshot {
                try faults(connection, resources, head) + FileCheck.faults(connection, FileFolder(folder))
            }
        } catch let error as SQLiteError where error.isCorrupt {
            return [error.message]
        }
    }

    private static func faults(
        _ connection: Connection,
        _ resources: ResourceList,
        _ head: EventHeadFile.Content
    ) throws -> [String] {
        let integrity = try connection.rows("PRAGMA integrity_check") { $0.text(0) }
            .filter { $0 != "ok" }
        // What follows would report the same damage over and over.
        guard integrity.isEmpty else { return integrity }
        let orphans = try connection.rows("PRAGMA foreign_key_check") { row in
            "row \(row.int(1)) of \(row.text(0)) refers to a row of \(row.text(2)) that is missing"
        }
        let search = try resources.all.filter(\.isSearchable)
            .compactMap { try SearchCheck.fault(of: $0, connection) }
        let keys = try resources.all.compactMap { try KeyCheck.fault(of: $0, connection) }
        let end = try head.fault(connection).map { [$0] } ?? []
        let duplicates = try DuplicateKeyCheck.faults(resources, connection)
        let counts = try LeadCounts.faults(connection) + (StageOutcomes(connection).fault().map { [$0] } ?? [])
        let kept = try KeptCountCheck.faults(connection)
        return try orphans + EventChain.verify(connection) + end + keys + search + duplicates + counts + kept
    }
}

extension App {
    /// Checks the database while it is in use; takes long and must not run on a loop or in the writer.
    ///
    /// - Returns: the faults, a sentence each; empty where all is well.
    package func check() throws -> [String] {
        try Check.faults(of: folder, catalog.resources)
    }

    /// Writes the newest event to the log, so that an end of the events that was cut off later shows.
    func logHead(_ occasion: String) {
        guard let head = try? database.writer.sync({ try EventHead(of: $0) }) else { return }
        logger.notice("\(occasion)", metadata: ["events": "\(head)"])
    }
}
