package import KoiJSON

/// What a backup holds: its file `manifest.json`, written last, so that a folder with one is whole.
package struct BackupManifest: Sendable, Equatable {
    /// Of the manifest itself.
    static let format: Int64 = 1

    package let name: BackupName
    /// The version of Koi that made it.
    package let program: String
    package let createdAt: Int64
    package let databaseBytes: Int64
    /// SHA-256 of koi.db, 64 hexadecimal digits.
    package let databaseDigest: String
    package let files: FileTree.Size
    /// Number and hash of the newest event, so that a log that was cut shows.
    package let head: EventHead
}

extension BackupManifest {
    package var json: JSONValue {
        [
            "format": .integer(Self.format),
            "name": .string(name.text),
            "program": .string(program),
            "createdAt": .string(Timestamp.text(createdAt)),
            "database": ["bytes": .integer(databaseBytes), "sha256": .string(databaseDigest)],
            "files": ["count": .integer(files.count), "bytes": .integer(files.bytes)],
            "events": ["sequence": .integer(head.sequence), "hash": .string(head.hash)],
        ]
    }

    /// - Returns: nil where this is not a manifest of this format.
    init?(_ json: JSONValue) {
        guard json["format"]?.integerValue == Self.format,
            let name = json["name"]?.stringValue.flatMap(BackupName.init),
            let program = json["program"]?.stringValue,
            let createdAt = json["createdAt"]?.stringValue.flatMap(Timestamp.read),
            let bytes = json["database"]?["bytes"]?.integerValue,
            let digest = json["database"]?["sha256"]?.stringValue,
            let fileCount = json["files"]?["count"]?.integerValue,
            let fileBytes = json["files"]?["bytes"]?.integerValue,
            let sequence = json["events"]?["sequence"]?.integerValue,
            let hash = json["events"]?["hash"]?.stringValue
        else { return nil }
        self.init(
            name: name,
            program: program,
            createdAt: createdAt,
            databaseBytes: bytes,
            databaseDigest: digest,
            files: FileTree.Size(count: fileCount, bytes: fileBytes),
            head: EventHead(sequence: sequence, hash: hash)
        )
    }

    static func read(_ path: String) throws -> BackupManifest? {
        let bytes = try FileTree.read(path, limit: 65_536)
        return (try? JSONReader.read(bytes)).flatMap(BackupManifest.init)
    }
}

/// The newest event of a log: its number, and its hash in hexadecimal digits; 0 and no digits for an empty log.
package struct EventHead: Sendable, Equatable, CustomStringConvertible {
    package let sequence: Int64
    package let hash: String

    package var description: String { "\(sequence) \(hash)" }
}
