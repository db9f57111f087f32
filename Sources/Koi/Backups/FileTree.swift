import Foundation
import Glibc

/// Folders and files as backups need them: linked or copied, counted, brought to disk and removed.
package enum FileTree {
    /// How many files there are and how long they are together.
    package struct Size: Sendable, Equatable {
        package var count: Int64
        package var bytes: Int64
    }

    private static let bufferSize = 1 << 18

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileFailure(path) }
    }

    static func remove(_ path: String) throws {
        guard exists(path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }

    static func move(_ path: String, to target: String) throws {
        guard rename(path, target) == 0 else { throw FileFailure(path) }
    }

    /// Makes every file of one folder appear in another: as a second name of the same file where the file system can,
    /// else as a copy.
    ///
    /// Files that are there already stay. Koi's files are named by their content and never changed.
    static func link(_ folder: String, into target: String) throws {
        try makeFolder(target)
        for name in try names(in: folder) {
            let (from, to) = (folder + "/" + name, target + "/" + name)
            guard let status = try status(from) else { continue }
            if status.isFolder {
                try link(from, into: to)
            } else if status.isFile, !exists(to) {
                if Glibc.link(from, to) != 0 {
                    // Gone meanwhile: the database no longer needs it.
                    if errno == ENOENT { continue }
                    try copy(from, to: to)
                }
            }
        }
        try synchronize(target)
    }

    static func size(of folder: String) throws -> Size {
        var size = Size(count: 0, bytes: 0)
        for name in try names(in: folder) {
            guard let status = try status(folder + "/" + name) else { continue }
            if status.isFolder {
                let inner = try self.size(of: folder + "/" + name)
                size.count += inner.count
                size.bytes += inner.bytes
            } else if status.isFile {
                size.count += 1
                size.bytes += status.bytes
            }
        }
        return size
    }

    static func bytes(of path: String) throws -> Int64 {
        guard let status = try status(path) else { throw FileFailure(path, errno: ENOENT) }
        return status.bytes
    }

    /// The bytes that may still be written to the file system of a folder.
    static func free(at path: String) throws -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw FileFailure(path) }
        let (bytes, overflow) = Int64(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }

    /// A file's content, where it is no longer than `limit`.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        try read(path) { bytes in
            guard content.count + bytes.count <= limit else {
                throw FileFailure(path, errno: EFBIG)
            }
            content += bytes
        }
        return content
    }

    static func read(_ path: String, _ use: (UnsafeRawBufferPointer) throws -> Void) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileFailure(path) }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: bufferSize)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count == 0 { return }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure(path) }
            try buffer.withUnsafeBytes { try use(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// A new file that is on disk when this returns.
    static func write(_ bytes: [UInt8], to path: String) throws {
        try write(path) { put in try bytes.withUnsafeBytes { try put($0) } }
    }

    static func copy(_ path: String, to target: String) throws {
        try write(target) { put in try read(path) { try put($0) } }
    }

    private static func write(
        _ path: String,
        _ fill: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileFailure(path) }
        defer { close(file) }
        try fill { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(file, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw FileFailure(path) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
        guard fsync(file) == 0 else { throw FileFailure(path) }
    }

    /// Brings the names in a folder to disk.
    static func synchronize(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure(folder) }
    }

    private struct Status {
        let isFolder: Bool
        let isFile: Bool
        let bytes: Int64
    }

    /// Nil where there is nothing.
    private static func status(_ path: String) throws -> Status? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw FileFailure(path) }
            return nil
        }
        let kind = status.st_mode & S_IFMT
        return Status(
            isFolder: kind == S_IFDIR,
            isFile: kind == S_IFREG,
            bytes: Int64(status.st_size)
        )
    }
}

/// What the operating system refused to do with a file.
package struct FileFailure: Error, CustomStringConvertible {
    package let path: String
    package let code: Int32

    init(_ path: String, errno code: Int32 = errno) {
        self.path = path
        self.code = code
    }

    var isFull: Bool { code == ENOSPC || code == EDQUOT }

    package var description: String { "\(path): \(String(cString: strerror(code)))" }
}
