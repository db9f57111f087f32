import Foundation
import Glibc

/// The folder of the files that people sent: each content once, under its hash, and never changed.
package struct FileFolder: Sendable {
    private let path: String
    private let spool: String

    init(_ folder: DataFolder) {
        path = folder.files
        spool = folder.spool
    }

    /// - Parameter sha256: 64 hexadecimal digits.
    func path(of sha256: String) -> String { folder(of: sha256) + "/" + sha256 }

    private func folder(of sha256: String) -> String { path + "/" + sha256.prefix(2) }

    func has(_ sha256: String) -> Bool { FileTree.exists(path(of: sha256)) }

    func read(_ sha256: String) throws -> [UInt8] { try FileTree.read(path(of: sha256), limit: Files.maximumSize) }

    /// Lays a content down, on disk when this returns; nothing refers to it yet.
    ///
    /// Blocks: to be called outside of the writer where the content may be large.
    func place(_ bytes: [UInt8], _ randomness: Randomness) throws -> PlacedFile {
        let placed = PlacedFile(bytes)
        let target = path(of: placed.sha256)
        if FileTree.exists(target) {
            // As if it had come just now, so that it is not taken for one that nobody needs.
            utimensat(AT_FDCWD, target, nil, 0)
            return placed
        }
        try FileTree.makeFolder(folder(of: placed.sha256))
        let partial = spool + "/file-" + Digest.hex(randomness.bytes(16))
        do {
            try FileTree.write(bytes, to: partial)
            try FileTree.move(partial, to: target)
        } catch {
            try? FileTree.remove(partial)
            throw error
        }
        try FileTree.synchronize(folder(of: placed.sha256))
        try FileTree.synchronize(path)
        return placed
    }

    // MARK: Sweeping

    /// The contents whose hash begins with this byte.
    ///
    /// - Parameter time: those that came later are left out, in milliseconds since 1970.
    func contents(beginningWith byte: UInt8, before time: Int64) -> [String] {
        let folder = path + "/" + Digest.hex([byte])
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            var status = stat()
            return name.utf8.count == 64 && stat(folder + "/" + name, &status) == 0
                && Int64(status.st_mtim.tv_sec) * 1_000 <= time
        }
    }

    func remove(_ sha256: String) {
        unlink(path(of: sha256))
    }
}

/// A content that lies in the folder.
struct PlacedFile: Sendable {
    let sha256: String
    let type: FileType
    let size: Int64

    init(_ bytes: [UInt8]) {
        sha256 = Digest.hex(Digest.sha256(bytes))
        type = FileType(of: bytes)
        size = Int64(bytes.count)
    }
}
