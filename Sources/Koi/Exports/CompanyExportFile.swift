internal import COpenSSL
import Foundation
import Glibc
import KoiJSON

/// A whole file of an export.
struct CompanyExportFile: Sendable {
    let name: String
    let size: Int64
    let lines: Int64
    let position: String
    let digest: String
}

/// The folder of the files of exports: in no backup, and emptied of what no export has.
package struct CompanyExportFolder: Sendable {
    private let path: String

    init(_ folder: DataFolder) {
        path = folder.exports
    }

    func path(of name: String) -> String { path + "/" + name }

    func remove(_ name: String) {
        unlink(path(of: name))
    }

    /// Removes whatever is not among these, such as what a crash left half written.
    ///
    /// - Parameter time: what was changed last after it stays, in milliseconds since 1970.
    func keepOnly(_ names: Set<String>, before time: Int64 = .max) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where !names.contains(name) {
            var status = stat()
            guard stat(path(of: name), &status) == 0, Int64(status.st_mtim.tv_sec) * 1_000 < time else { continue }
            remove(name)
        }
    }
}

/// Writes the lines of such a file, of which nothing is left where it is not finished.
struct CompanyExportLines: ~Copyable {
    private let name: String
    private var file: ImportFileWriter
    private let digest = RunningDigest()
    private var size: Int64 = 0
    private var count: Int64 = 0

    init(_ folder: CompanyExportFolder, _ name: String) throws {
        self.name = name
        file = try ImportFileWriter(path: folder.path(of: name))
    }

    mutating func add(_ line: JSONValue) throws {
        let bytes = Array((line.text + "\n").utf8)
        digest.add(bytes)
        try write(bytes)
    }

    private mutating func write(_ bytes: [UInt8]) throws {
        try file.write(bytes)
        size += Int64(bytes.count)
        count += 1
    }

    /// Adds the line by which whoever reads it knows that it is whole.
    consuming func finish(_ leftOut: JSONObject, position: String) throws -> CompanyExportFile {
        let sha256 = digest.finish()
        let end: JSONValue = [
            "end": true, "lines": .integer(count), "leftOut": .object(leftOut), "sha256": .string(sha256),
        ]
        try write(Array((end.text + "\n").utf8))
        let made = CompanyExportFile(name: name, size: size, lines: count, position: position, digest: sha256)
        try file.finish()
        return made
    }
}

/// SHA-256 of what comes in pieces.
package final class RunningDigest {
    private let context = EVP_MD_CTX_new()
    private var isIntact: Bool

    package init() {
        isIntact = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func add(_ bytes: [UInt8]) {
        isIntact = EVP_DigestUpdate(context, bytes, bytes.count) == 1 && isIntact
    }

    /// - Returns: 64 hexadecimal digits; nothing where OpenSSL failed.
    package func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &digest, &count) == 1, isIntact else { return "" }
        return Digest.hex(Array(digest.prefix(Int(count))))
    }
}
