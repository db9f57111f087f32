import Foundation

@testable import Koi

extension TestApp {
    /// Everything that lies in the data folder, byte by byte: database, WAL and files.
    func storedBytes() throws -> Data {
        var bytes = Data()
        for name in ["koi.db", "koi.db-wal"] where folder.contains(name) {
            bytes += try Data(contentsOf: URL(filePath: folder.path + "/" + name))
        }
        for name in try folder.names(in: "files") {
            bytes += try Data(contentsOf: URL(filePath: folder.path + "/files/" + name))
        }
        return bytes
    }

    /// Whether these bytes stand in the data folder.
    func holds(_ bytes: [UInt8]) throws -> Bool {
        try storedBytes().range(of: Data(bytes)) != nil
    }

    /// Which of these texts stand in the data folder.
    func stored(_ texts: [String]) throws -> [String] {
        let bytes = try storedBytes()
        return texts.filter { bytes.range(of: Data($0.utf8)) != nil }
    }
}
