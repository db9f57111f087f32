import Foundation
import KoiSQLite
import Logging

@testable import Koi

/// A database with all of Koi's tables and nothing of anybody, made once for all tests: to make the tables takes longer than
/// most tests do.
enum NewDatabase {
    private static let file: Result<Data, any Error> = Result {
        let temporary = try TemporaryFolder()
        defer { withExtendedLifetime(temporary) {} }
        let folder = DataFolder(temporary.path)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try Database(path: folder.database, options: .test, logger: logger)
        try database.migrate(Migrations.all(), now: HeldClock().now)
        database.close()
        return try Data(contentsOf: URL(filePath: folder.database))
    }

    /// Puts one where there is none.
    static func copy(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try file.get().write(to: URL(filePath: path))
    }
}
