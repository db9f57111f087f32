import Foundation
import KoiHTTP
import KoiJSON

@testable import Koi

extension TestApp {
    func addCustomer(_ name: String) throws {
        try request(.post, "/v1/customers", ["kind": "company", "name": .string(name)])
    }

    /// Writes a file below the data folder.
    func write(_ text: String, to path: String) throws {
        let file = URL(filePath: folder.path).appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: file)
    }

    func bytes(of path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: folder.path).appending(path: path)))
    }

    /// The text of a file below the data folder; nil where there is none.
    func text(of path: String) -> String? {
        try? String(contentsOfFile: folder.path + "/" + path, encoding: .utf8)
    }
}
