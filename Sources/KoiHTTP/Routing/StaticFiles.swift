import CLinux
import Glibc

/// The files of a folder, read once and served from memory.
///
/// Only what was found when it was made is served, by exact name, so that no path leads out of the folder.
/// Hidden files (`.name`) and links are left out.
package struct StaticFiles: Sendable {
    private struct File: Sendable {
        let bytes: [UInt8]
        let fields: Fields
        let tag: String
        /// In seconds since 1970.
        let modified: Int
    }

    private var files: [String: File] = [:]

    /// Reads the folder; a folder that is not there has no files.
    ///
    /// - Parameters:
    ///   - folder: its path.
    ///   - fields: sent with every file beside those that follow from the file itself.
    package init(folder: String, fields: Fields = Fields()) {
        var folders = [(path: folder, name: "")]
        while let (path, prefix) = folders.popLast() {
            for entry in StaticFiles.entries(of: path) {
                let name = prefix.isEmpty ? entry.name : prefix + "/" + entry.name
                let entryPath = path + "/" + entry.name
                if entry.isFolder {
                    folders.append((entryPath, name))
                } else if let (bytes, modified) = StaticFiles.read(entryPath) {
                    files[name] = StaticFiles.file(name, bytes, modified, fields)
                }
            }
        }
    }

    /// The names of all files, sorted, relative to the folder.
    package var names: [String] { files.keys.sorted() }

    /// The answer for a decoded path: the file or the range of it that is asked for, 304 when the client has it, 412, 405, or what OPTIONS asks for.
    ///
    /// Nil when there is no such file. `/` and paths that end in a slash mean `index.html`.
    package func response(for segments: [String], request: RequestHead) -> Response? {
        // A decoded slash within a segment is no separator.
        guard !segments.contains(where: { $0.utf8.contains(.slash) }) else { return nil }
        var name = segments.joined(separator: "/")
        if segments.isEmpty || segments.last == "" { name += "index.html" }
        guard let file = files[name] else { return nil }
        guard request.method == .get || request.method == .head else {
            return Response(
                request.method == .options ? .noContent : .methodNotAllowed,
                fields: Fields([("Allow", "GET, HEAD, OPTIONS")])
            )
        }
        return Response(.ok, fields: file.fields, body: .bytes(file.bytes))
            .selected(by: request, tag: file.tag, modified: file.modified)
    }

    private static func file(
        _ name: String,
        _ bytes: [UInt8],
        _ modified: Int,
        _ common: Fields
    ) -> File {
        let tag = EntityTag.make(of: bytes)
        var fields = Fields([
            ("Content-Type", MediaType.of(name)), ("ETag", tag),
            ("Last-Modified", DateField.text(modified)), ("Accept-Ranges", "bytes"),
            ("Cache-Control", "no-cache"),
            ("X-Content-Type-Options", "nosniff"),
        ])
        for field in common.all { fields.append(field.name, field.value) }
        return File(bytes: bytes, fields: fields, tag: tag, modified: modified)
    }

    private static func entries(of path: String) -> [(name: String, isFolder: Bool)] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var found: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                bytes.part(0..<(bytes.offset(of: 0) ?? bytes.count)).text
            }
            guard !name.hasPrefix(".") else { continue }
            var status = stat()
            guard lstat(path + "/" + name, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: found.append((name, true))
            case S_IFREG: found.append((name, false))
            default: break
            }
        }
        return found
    }

    private static func read(_ path: String) -> ([UInt8], modified: Int)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { return nil }
        let file = SpooledFile(descriptor: descriptor, size: max(0, status.st_size))
        return file.read().map { ($0, status.st_mtim.tv_sec) }
    }
}
