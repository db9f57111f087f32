import KoiSQLite

/// The file beside the database that names the newest event, so that an end of the log that was cut off shows: what is left
/// of a chain holds together by itself.
package struct EventHeadFile: Sendable {
    private static let longest = 200

    private let path: String

    init(_ folder: DataFolder) {
        path = folder.eventHead
    }

    /// Puts another content in its place, whole or not at all.
    func write(_ head: EventHead) throws {
        let new = path + ".new"
        try FileTree.remove(new)
        try FileTree.write(Array((head.description + "\n").utf8), to: new)
        try FileTree.move(new, to: path)
    }

    /// What the file says at this moment; to be read before the database is, which only ever gets further.
    func read() -> Content {
        guard FileTree.exists(path) else { return .missing }
        guard let bytes = try? FileTree.read(path, limit: EventHeadFile.longest) else { return .unreadable }
        let parts = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard parts.count == 2, let sequence = Digits.integer(String(parts[0])), sequence > 0 else {
            return .unreadable
        }
        return .head(EventHead(sequence: sequence, hash: String(parts[1])))
    }

    enum Content: Sendable, Equatable {
        /// As it is until the first event was written.
        case missing
        case unreadable
        case head(EventHead)

        /// Where the log does not have the event that the file names; nil where it does, or where there is no file.
        func fault(_ connection: Connection) throws -> String? {
            guard case .head(let head) = self else {
                return self == .missing ? nil : "events.head does not name an event"
            }
            let hash = try connection.first(
                "SELECT hash FROM events WHERE sequence = ?",
                [.integer(head.sequence)]
            ) { Digest.hex($0.blob(0)) }
            guard let hash else {
                return
                    "events: row \(head.sequence) is missing, which events.head names: the end of the log was cut off"
            }
            return hash == head.hash
                ? nil : "events: row \(head.sequence) does not have the hash that events.head names"
        }
    }
}
