import Foundation
import KoiHTTP
import KoiSQLite
package import Logging

/// A data folder opened by this process alone: locked, its database at the schema of this program, the services wired.
///
/// `Koi` serves from one; a command works in one where no Koi runs.
package final class Workspace: Sendable {
    package let app: App
    private let lock: FolderLock

    /// - Parameters:
    ///   - readers: connections for event loops; a command that serves nobody needs one.
    ///   - log: for the lines of requests.
    ///   - logger: for all other lines.
    /// - Throws: `FolderLockError` where another process has the folder, `MigrationError` where the database is newer
    ///   than the program, and what the system refuses.
    package init(_ configuration: Configuration, readers: Int = 1, log: LogSink? = nil, logger: Logger) throws {
        let folder = DataFolder(configuration.dataFolder)
        try folder.create()
        lock = try FolderLock(folder: folder.path)
        try Restore.finishInterrupted(in: folder)
        var options = Database.Options(readers: readers)
        // A small company fits in whole; of a million customers the inner pages do, so that a record costs one page from
        // the system's cache.
        options.loopCacheKiB = 45_056
        options.writer.groupSize = configuration.writeGroup
        options.writer.maximumWaiting = configuration.waitingWrites
        options.maximumWaitingReads = configuration.waitingReads
        let database = try Database(
            path: folder.database,
            options: options,
            logger: logger
        )
        try database.migrate(Migrations.all(), now: configuration.clock.now())
        app = try App(
            database: database,
            folder: folder,
            webFolder: Bundle.module.resourceURL?.appending(path: "Web").path,
            clock: configuration.clock,
            randomness: configuration.randomness,
            limits: configuration.limits,
            proxies: configuration.proxies,
            outgoing: configuration.outgoing,
            writeWait: .milliseconds(configuration.writeWait),
            rates: RequestRates(
                perKey: configuration.requestsPerKey,
                perAddress: configuration.requestsPerAddress,
                trustsProxies: !configuration.proxies.isEmpty
            ),
            backupsKept: configuration.backupsKept,
            isDry: configuration.keepsMessages,
            passwordCost: configuration.passwordCost,
            observed: Observation.Settings(
                sink: log,
                requests: configuration.loggedRequests,
                level: configuration.logLevel
            ),
            logger: logger
        )
    }

    /// Empties the WAL into the database and lets go of the folder.
    package func close() {
        app.close()
        lock.release()
    }
}
