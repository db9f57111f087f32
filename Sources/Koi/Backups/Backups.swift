import KoiHTTP
import KoiJSON
import KoiSQLite
package import Logging

/// The backups of a data folder: made while Koi works, verified, the newest kept.
package struct Backups: Sendable {
    /// What is left free for Koi to write to while a backup is made.
    private static let reserve: Int64 = 64 << 20
    /// In front of the names of folders that are being made or removed.
    private static let unfinished = "."

    private let folder: DataFolder
    private let kept: Int
    private let clock: Clock
    private let logger: Logger

    /// - Parameters:
    ///   - folder: whose database and files are backed up.
    ///   - kept: how many backups there are at most; at least one.
    ///   - clock: gives the backups their names.
    ///   - logger: is told of each backup.
    package init(_ folder: DataFolder, kept: Int, clock: Clock, logger: Logger) {
        self.folder = folder
        self.kept = max(kept, 1)
        self.clock = clock
        self.logger = logger
    }

    package init(_ app: App) {
        self.init(app.folder, kept: app.backupsKept, clock: app.clock, logger: app.logger)
    }

    // MARK: Reading

    /// The whole backups, newest first.
    package func list() throws -> [BackupManifest] {
        try FileTree.names(in: folder.backups).compactMap(BackupName.init).sorted(by: >)
            .compactMap(manifest)
    }

    /// - Throws: `Problem.notFound` where there is no whole backup of that name.
    package func find(_ name: String) throws -> BackupManifest {
        guard let found = BackupName(name).flatMap(manifest) else {
            throw Problem.notFound(Text("backup", "备份"))
        }
        return found
    }

    package func folder(of name: BackupName) -> BackupFolder {
        BackupFolder(folder.backups + "/" + name.text)
    }

    private func manifest(of name: BackupName) -> BackupManifest? {
        (try? BackupManifest.read(folder(of: name).manifest)).flatMap { $0.name == name ? $0 : nil }
    }

    // MARK: Making

    /// Makes a backup of the database as it is at this moment, and of its files, without holding up the writer; checks
    /// it, and removes those beyond the number that is kept.
    ///
    /// Blocks for as long as it takes. One at a time: the caller sees to it.
    ///
    /// - Parameter check: called every now and then; what it throws ends the backup.
    /// - Returns: what the backup holds.
    /// - Throws: `Problem` where the disk is full or the backup does not pass its check, and what `check` throws. Nothing
    ///   is left of it then.
    package func make(check: () throws -> Void = {}) throws -> BackupManifest {
        try removeUnfinished()
        let name = try unusedName()
        let partial = BackupFolder("\(folder.backups)/\(Self.unfinished)making-\(name)")
        do {
            let manifest = try fill(partial, name, check)
            try FileTree.move(partial.path, to: folder(of: name).path)
            try FileTree.synchronize(folder.backups)
            logger.notice("backup", metadata: ["name": "\(name)", "events": "\(manifest.head)"])
            removeOld(besides: name)
            return manifest
        } catch {
            try? FileTree.remove(partial.path)
            throw problem(for: error)
        }
    }

    private func fill(
        _ partial: BackupFolder,
        _ name: BackupName,
        _ check: () throws -> Void
    ) throws -> BackupManifest {
        try requireRoom()
        try FileTree.makeFolder(partial.path)
        // Before and after the database: what is deleted meanwhile and what is added meanwhile are both there.
        try FileTree.link(folder.files, into: partial.files)
        let createdAt = clock.now()
        let source = try Connection(path: folder.database, mode: .readOnly)
        defer { source.close() }
        try Backup.copy(
            from: source,
            to: partial.database,
            progress: { _, _ in try check() },
            change: EventLog.forgetIdentity
        )
        try FileTree.link(folder.files, into: partial.files)
        try check()
        let copy = try Connection(path: partial.database, mode: .readOnly)
        let head = try EventHead(of: copy)
        copy.close()
        let faults = try BackupFolder.faults(of: partial.database, head: head)
        guard faults.isEmpty else { throw DamagedBackup(partial.path, faults) }
        let manifest = BackupManifest(
            name: name,
            program: OpenAPI.version,
            createdAt: createdAt,
            databaseBytes: try FileTree.bytes(of: partial.database),
            databaseDigest: try FileDigest.sha256(partial.database),
            files: try FileTree.size(of: partial.files),
            head: head
        )
        try FileTree.write(Array(manifest.json.text.utf8), to: partial.manifest)
        try FileTree.synchronize(partial.path)
        return manifest
    }

    /// A disk that a backup fills is full for the writer too.
    private func requireRoom() throws {
        let needed = try FileTree.bytes(of: folder.database) + Self.reserve
        guard try FileTree.free(at: folder.backups) >= needed else { throw DatabaseError.full }
    }

    /// Numbers are not given again within a second: a backup would else seem older than those before it.
    private func unusedName() throws -> BackupName {
        let now = clock.now()
        let taken = try FileTree.names(in: folder.backups).compactMap(BackupName.init)
        guard let name = BackupName(now).next(after: taken) else {
            throw Problem.conflict(
                "too_many_backups",
                Text("There are too many backups of this second.", "这一秒内的备份过多。")
            )
        }
        return name
    }

    // MARK: Removing

    /// What a backup that was cut off has left.
    private func removeUnfinished() throws {
        for name in try FileTree.names(in: folder.backups) where name.hasPrefix(Self.unfinished) {
            try FileTree.remove(folder.backups + "/" + name)
        }
    }

    /// Folders that are not whole backups are not Koi's to count or remove.
    ///
    /// The one just made stays, even if the clock was set back and the others seem newer.
    private func removeOld(besides made: BackupName) {
        do {
            for old in try list().filter({ $0.name != made }).dropFirst(kept - 1) {
                // Renamed first, so that a backup that is half removed never looks whole.
                let doomed = "\(folder.backups)/\(Self.unfinished)removing-\(old.name)"
                try FileTree.move(folder(of: old.name).path, to: doomed)
                try FileTree.remove(doomed)
            }
        } catch {
            logger.error("old backups not removed", metadata: ["error": "\(error)"])
        }
    }

    private func problem(for error: any Error) -> any Error {
        if error is JobInterruption || error is Problem { return error }
        logger.error("backup failed", metadata: ["error": "\(error)"])
        let isFull =
            switch error {
            case DatabaseError.full: true
            case let error as SQLiteError: error.isFull
            case let error as FileFailure: error.isFull
            case BackupError.failed(_, let code): FileFailure("", errno: code).isFull
            default: false
            }
        guard isFull else {
            return Problem(
                .internalServerError,
                "backup_failed",
                Text(
                    "The backup could not be made; nothing of it was kept. The log says why.",
                    "备份失败，未保留任何内容。原因请查看日志。"
                )
            )
        }
        return Problem(
            .insufficientStorage,
            "disk_full",
            Text(
                "There is not enough room on the disk for a backup; nothing of it was kept. Make room, then try again.",
                "磁盘空间不足，无法备份，未保留任何内容。请腾出空间后重试。"
            )
        )
    }
}
