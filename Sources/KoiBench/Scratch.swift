import Foundation
import Glibc
import Koi
import KoiHTTP
import KoiSQLite
import Logging

/// A copy of a data folder in which a measurement may write, removed with it.
final class Scratch {
    let folder: DataFolder

    init(copyOf source: String) throws {
        folder = DataFolder(NSTemporaryDirectory() + "koi-bench-" + UUID().uuidString)
        try folder.create()
        try FileManager.default.copyItem(atPath: source + "/koi.db", toPath: folder.database)
        // The first checkpoint would else wait until all of the copy is on the disk.
        sync()
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder.path)
    }

    /// Koi on the copy, without its server.
    func app(resources: [Resource] = Routes.resources) throws -> App {
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let database = try Database(path: folder.database, logger: logger)
        return try App(
            resources: resources,
            database: database,
            folder: folder,
            webFolder: nil,
            clock: .system,
            randomness: .system,
            limits: .init(),
            backupsKept: 1,
            logger: logger
        )
    }
}
