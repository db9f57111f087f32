import Glibc
import Koi
import KoiSQLite
import Logging

/// Where a command does its work: in the Koi that runs on the data folder, asked over its socket, or, where none runs,
/// in the folder itself.
///
/// Never in both: a second process must not touch the database.
enum Place {
    case running(LocalClient)
    case closed(Workspace)

    /// A command that reads or keeps data refuses a folder that is not there: it would make an empty Koi where only the
    /// path was mistyped, and a backup of nothing looks like one.
    static func requireFolder(_ configuration: Configuration) throws {
        guard access(configuration.dataFolder, F_OK) != 0, errno == ENOENT else { return }
        throw Failure(
            "There is no data folder \(configuration.dataFolder). Name the right one with --data."
        )
    }

    /// The lock decides, not the socket: a Koi that is only just starting has the one before the other.
    static func open<T>(_ configuration: Configuration, _ work: (Place) throws -> T) throws -> T {
        let workspace: Workspace
        do {
            workspace = try Workspace(configuration, logger: LogLines.logger(.warning))
        } catch FolderLockError.locked {
            return try work(.running(LocalClient(folder: DataFolder(configuration.dataFolder))))
        }
        defer { workspace.close() }
        return try work(.closed(workspace))
    }
}
