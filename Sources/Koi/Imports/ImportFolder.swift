import Foundation
import Glibc
import KoiFormats
import KoiHTTP

/// The folder of the files that wait to be imported, or were: in no backup, since they are copies of what others have.
package struct ImportFolder: Sendable {
    private let path: String

    init(_ folder: DataFolder) {
        path = folder.imports
    }

    func path(of name: String) -> String { path + "/" + name }

    /// - Throws: `ImportFile.Failure`
    func open(_ name: String) throws -> ImportFile { try ImportFile(path: path(of: name)) }

    func remove(_ name: String) {
        unlink(path(of: name))
    }

    /// The names of the files that were changed last before a time, in milliseconds since 1970.
    func names(olderThan time: Int64) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { name in
            var status = stat()
            return stat(self.path(of: name), &status) == 0 && Int64(status.st_mtim.tv_sec) * 1_000 < time
        }
    }

    /// Stores what was sent, as UTF-8.
    func store(_ upload: Upload, as name: String, _ detected: DetectedEncoding) throws {
        guard detected.encoding == .utf8 else { return try convert(upload, as: name, detected) }
        if case .file(let file) = upload, fsync(file.descriptor) == 0, file.keep(at: path(of: name)) == 0 { return }
        var writer = try ImportFileWriter(path: path(of: name))
        var window = upload.window()
        try window.each {
            try writer.write($0)
            return true
        }
        try writer.finish()
    }

    private func convert(_ upload: Upload, as name: String, _ detected: DetectedEncoding) throws {
        guard var transcoder = Transcoder(from: detected.encoding) else { throw ImportFolder.noConverter }
        var writer = try ImportFileWriter(path: path(of: name))
        var window = upload.window()
        try window.each(from: detected.start) { piece in
            var text: [UInt8] = []
            transcoder.convert(piece, into: &text)
            try writer.write(text)
            return true
        }
        var end: [UInt8] = []
        transcoder.finish(into: &end)
        try writer.write(end)
        try writer.finish()
    }

    private static let noConverter = Problem(
        .unsupportedMediaType,
        "encoding_not_supported",
        Text(
            "This system has no converter for the encoding of the file. Save it as UTF-8 and send that.",
            "本机没有该文件编码的转换器。请另存为 UTF-8 后再发送。"
        )
    )
}

/// The bytes of a request that are a file.
enum Upload: Sendable {
    case bytes([UInt8])
    case file(SpooledFile)

    /// The body itself, or the first part of a form that is a file.
    init?(_ body: Body) {
        switch body {
        case .none: return nil
        case .bytes(let bytes): self = .bytes(bytes)
        case .file(let file): self = .file(file)
        case .parts(let parts):
            guard let part = parts.first(where: { $0.filename != nil }) else { return nil }
            switch part.content {
            case .bytes(let bytes): self = .bytes(bytes)
            case .file(let file): self = .file(file)
            }
        }
    }

    var size: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(let file): file.size
        }
    }

    func window() -> ByteWindow {
        switch self {
        case .bytes(let bytes): ByteWindow(bytes)
        case .file(let file): ByteWindow { try ImportFile.read(file.descriptor, $0, $1) }
        }
    }
}
