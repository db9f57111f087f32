import Foundation

/// Where everything is that Koi keeps.
package struct DataFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    package var database: String { path + "/koi.db" }
    package var files: String { path + "/files" }
    package var backups: String { path + "/backups" }
    package var imports: String { path + "/imports" }
    package var exports: String { path + "/exports" }
    package var spool: String { path + "/spool" }
    /// What opens the secrets in the database; in no backup.
    package var secretKey: String { path + "/koi.key" }
    /// Names the newest event, so that an end of the log that was cut off shows.
    package var eventHead: String { path + "/events.head" }
    /// Where messages go that are not to be sent.
    package var outgoing: String { path + "/outgoing" }
    package var socket: String { path + "/koi.sock" }

    /// Makes what is missing, readable by the owner alone.
    package func create() throws {
        for folder in [path, files, backups, imports, exports, spool] {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
    }
}
