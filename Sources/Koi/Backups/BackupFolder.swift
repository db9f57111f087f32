import KoiSQLite

/// One backup on disk: `koi.db`, `files/` and `manifest.json` in a folder.
package struct BackupFolder: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    package var database: String { path + "/koi.db" }
    package var files: String { path + "/files" }
    package var manifest: String { path + "/manifest.json" }

    /// Reads all of a backup and compares it with its manifest.
    ///
    /// - Returns: the manifest.
    /// - Throws: `DamagedBackup`
    package func verify() throws -> BackupManifest {
        guard let manifest = try? BackupManifest.read(manifest) else {
            throw DamagedBackup(path, ["manifest.json is missing or cannot be read"])
        }
        var faults: [String] = []
        do {
            if try FileTree.bytes(of: database) != manifest.databaseBytes {
                faults.append("koi.db does not have the size that manifest.json says")
            } else if try FileDigest.sha256(database) != manifest.databaseDigest {
                faults.append("koi.db does not have the SHA-256 that manifest.json says")
            }
            if try FileTree.size(of: files) != manifest.files {
                faults.append("files/ does not hold what manifest.json says")
            }
            if faults.isEmpty { faults = try Self.faults(of: database, head: manifest.head) }
        } catch {
            faults.append("\(error)")
        }
        guard faults.isEmpty else { throw DamagedBackup(path, faults) }
        return manifest
    }

    /// What is wrong with a copy of the database that should end with this event.
    static func faults(of database: String, head: EventHead) throws -> [String] {
        let faults = try Backup.verify(database)
        guard faults.isEmpty else { return faults }
        let connection = try Connection(path: database, mode: .readOnly)
        defer { connection.close() }
        let chain = try EventChain.verify(connection)
        guard chain.isEmpty else { return chain }
        let found = try EventHead(of: connection)
        return found == head ? [] : ["the newest event is \(found) instead of \(head)"]
    }
}

extension EventHead {
    init(of connection: Connection) throws {
        let head = try EventLog.head(connection)
        self.init(sequence: head.sequence, hash: Digest.hex(head.hash))
    }
}

/// A backup that is not there.
package struct MissingBackup: Error, Equatable, CustomStringConvertible {
    package let backup: String

    init(_ backup: String) {
        self.backup = backup
    }

    package var description: String {
        "There is no backup \(backup). Give the name of one in backups/, or the path of its folder."
    }
}

/// A backup that must not be restored.
package struct DamagedBackup: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let faults: [String]

    init(_ path: String, _ faults: [String]) {
        self.path = path
        self.faults = faults
    }

    package var description: String {
        "The backup \(path) is damaged: " + faults.joined(separator: "; ") + "."
    }
}
