import Glibc
import KoiSQLite

/// Puts a backup in the place of the present data.
///
/// What was there is moved aside, never deleted.
///
/// The data to restore is first gathered in `restore-<time>`, under another name until it is whole and on disk. From then
/// on the restore can only be completed: what a crash cuts off is finished at the next start.
package enum Restore {
    private static let ready = "restore-"
    private static let partial = ".restore-"
    private static let replaced = "replaced-"
    private static let database = "koi.db"
    private static let files = "files"
    private static let head = "events.head"
    /// The database last: as long as it is in place, so are the changes in its WAL.
    private static let present = ["koi.db-wal", "koi.db-shm", "koi.db"]

    /// What a restore did.
    package struct Report: Sendable, CustomStringConvertible {
        package let backup: BackupManifest
        /// The folder where the data is that was replaced; nil where there was none.
        package let replaced: String?

        package var description: String {
            """
            Restored the backup \(backup.name) of \(Timestamp.text(backup.createdAt)), up to event \
            \(backup.head.sequence), with \(backup.files.count) files.
            """ + (replaced.map { " What was there before is in \($0)." } ?? "")
        }
    }

    /// Restores a backup into a data folder that no process uses.
    ///
    /// - Parameters:
    ///   - backup: the folder of a backup, or the name of one of the data folder's own.
    ///   - folder: made where it is missing.
    ///   - now: milliseconds since 1970.
    /// - Returns: what was done.
    /// - Throws: `FolderLockError` while Koi runs, `MissingBackup` and `DamagedBackup` before anything is touched, and `FileFailure`.
    package static func run(
        _ backup: String,
        into folder: DataFolder,
        now: Int64
    ) throws -> Report {
        try folder.create()
        let lock = try FolderLock(folder: folder.path)
        defer { lock.release() }
        try finishInterrupted(in: folder)
        let source = BackupFolder(
            BackupName(backup).map { "\(folder.backups)/\($0)" } ?? backup
        )
        guard FileTree.exists(source.path) else { throw MissingBackup(backup) }
        let manifest = try source.verify()
        let time = try unusedTime(now, folder)
        try gather(source, manifest.head, time, folder)
        let aside = try finish(time, folder)
        return Report(backup: manifest, replaced: aside)
    }

    /// Completes a restore that a crash cut off.
    ///
    /// To be called with the folder locked, before its database is opened.
    ///
    /// - Throws: `FileFailure`
    package static func finishInterrupted(in folder: DataFolder) throws {
        for name in try FileTree.names(in: folder.path) {
            if name.hasPrefix(partial) { try FileTree.remove(folder.path + "/" + name) }
            if name.hasPrefix(ready) {
                _ = try finish(String(name.dropFirst(ready.count)), folder)
            }
        }
    }

    /// Names what is laid aside; a second restore within a second gets a number.
    private static func unusedTime(_ now: Int64, _ folder: DataFolder) throws -> String {
        let taken = try FileTree.names(in: folder.path).filter { $0.hasPrefix(replaced) }
            .compactMap { BackupName(String($0.dropFirst(replaced.count))) }
        guard let name = BackupName(now).next(after: taken) else {
            throw FileFailure(folder.path + "/" + replaced + BackupName(now).text, errno: EEXIST)
        }
        return name.text
    }

    private static func gather(
        _ source: BackupFolder,
        _ end: EventHead,
        _ time: String,
        _ folder: DataFolder
    ) throws {
        let path = folder.path + "/" + partial + time
        do {
            try FileTree.makeFolder(path)
            try FileTree.copy(source.database, to: path + "/" + database)
            try FileTree.link(source.files, into: path + "/" + files)
            if end.sequence > 0 {
                try FileTree.write(Array((end.description + "\n").utf8), to: path + "/" + head)
            }
            try FileTree.synchronize(path)
            try FileTree.move(path, to: folder.path + "/" + ready + time)
            try FileTree.synchronize(folder.path)
        } catch {
            try? FileTree.remove(path)
            throw error
        }
    }

    /// Every step can be the first one of a second attempt.
    ///
    /// The new database goes in last: until then the one in place, or none, is the old one.
    ///
    /// - Returns: the folder where the replaced data is; nil where there was none.
    private static func finish(_ time: String, _ folder: DataFolder) throws -> String? {
        let source = folder.path + "/" + ready + time
        let aside = folder.path + "/" + replaced + time
        if FileTree.exists(source + "/" + database) {
            try FileTree.makeFolder(aside)
            if FileTree.exists(source + "/" + files) {
                try moveIfThere(folder.files, to: aside + "/" + files)
                try FileTree.move(source + "/" + files, to: folder.files)
            }
            if FileTree.exists(source + "/" + head) {
                try moveIfThere(folder.eventHead, to: aside + "/" + head)
                try FileTree.move(source + "/" + head, to: folder.eventHead)
            }
            for name in present {
                try moveIfThere(folder.path + "/" + name, to: aside + "/" + name)
            }
            try FileTree.synchronize(aside)
            try FileTree.move(source + "/" + database, to: folder.database)
            try FileTree.synchronize(folder.path)
        }
        try FileTree.remove(source)
        let held = try FileTree.names(in: aside).filter { name in
            try name != files || FileTree.size(of: aside + "/" + files).count > 0
        }
        if held.isEmpty { try FileTree.remove(aside) }
        try FileTree.synchronize(folder.path)
        return held.isEmpty ? nil : aside
    }

    private static func moveIfThere(_ path: String, to target: String) throws {
        guard FileTree.exists(path), !FileTree.exists(target) else { return }
        try FileTree.move(path, to: target)
    }
}
